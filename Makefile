# otp-worker: every target that people and CI use. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
SWIFT ?= swift
CONFIG ?= deploy/otp-worker.example.yaml
BROKERS := ^(KafkaTests(?!.OffsetLedger)|PipelineTests|EventLoopTests)\.
SERVERS := ^(HTTPServerTests|SandboxTests|AdminTests|WorkerTests|DrillTests|TransportTests)\.
# Ends a run that hangs, and shows where each of its threads stands.
TEST := SWIFT_BACKTRACE=threads=all timeout --signal=QUIT --kill-after=60 480 $(SWIFT) test --skip-build
RELEASE := .build/release/otp-worker
SECONDS ?= 30
DRILLS := .build/release/Drills
STATIC := -c release --static-swift-stdlib --explicit-target-dependency-import-check error

.PHONY: help
help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: deps
deps: ## Install the C libraries that are missing (Debian, Ubuntu)
	@scripts/install-dependencies

.PHONY: build
build: deps ## Build the release binary; Swift's runtime is in it, which makes it a tenth faster
	$(SWIFT) build $(STATIC) --product otp-worker

.PHONY: run
run: build ## Run the whole job on an embedded Kafka with stand-in providers (ARGS="--once" ends by itself)
	$(RELEASE) demo $(ARGS)

.PHONY: test
test: deps ## Run all tests that need nothing outside this repository
	@scripts/install-dependencies --browser
	$(SWIFT) build --build-tests --explicit-target-dependency-import-check error
	@# Apart, because all tests of a run begin at once: what computes would keep those waiting that talk to each other with
	@# time limits.
	$(TEST) --filter '$(BROKERS)'
	$(TEST) --filter '$(SERVERS)'
	@# With hashes that are the same each time, so that a seed of the simulation means the same everywhere.
	SWIFT_DETERMINISTIC_HASHING=1 $(TEST) --skip '$(BROKERS)|$(SERVERS)'
	$(MAKE) --no-print-directory simulate SEEDS=1-5000

.PHONY: simulate
simulate: deps ## Run the pipeline in a made-up world (SEEDS=1-5000, or SEED=17 TRACE=1; PLANTED=commit-too-far)
	$(SWIFT) build $(STATIC) --product otp-simulate
	.build/release/otp-simulate $(or $(SEED),$(SEEDS),1-5000) $(if $(TRACE),--trace) $(if $(PLANTED),--planted $(PLANTED))

.PHONY: test-broker
test-broker: deps ## Run the tests that need a real Kafka (KAFKA_BOOTSTRAP_SERVERS, or a broker bundle beside the repository)
	$(SWIFT) build --build-tests --explicit-target-dependency-import-check error
	@scripts/with-broker env $(TEST) --filter BrokerTests

.PHONY: fuzz
fuzz: deps ## Fuzz what reads bytes from outside (SECONDS=30 for each target, TARGETS="json request" for some)
	@SWIFT="$(SWIFT)" scripts/fuzz $(SECONDS) $(TARGETS)

.PHONY: build-drills
build-drills: build
	@$(SWIFT) build $(STATIC) --product Drills

.PHONY: drill
drill: build-drills ## Let one thing go wrong (NAME=killed-while-sending; ARGS=60 for those that take a number)
	@if $(DRILLS) needs-brokers "$(NAME)"; \
	then scripts/with-broker --brokers 3 --optional $(DRILLS) run "$(NAME)" $(ARGS); \
	else $(DRILLS) run "$(NAME)" $(ARGS); fi

.PHONY: drills
drills: build-drills ## Let everything go wrong that docs/drills.md lists; those that need brokers want a bundle beside
	@scripts/with-broker --brokers 3 --optional $(DRILLS) all $(NAMES)

.PHONY: drills-list
drills-list: build-drills ## List the drills: what is done, what must hold
	@$(DRILLS) list

.PHONY: format
format: ## Format every Swift file in place
	$(SWIFT) format format --in-place --recursive Sources Tests drills Package.swift

.PHONY: lint
lint: ## Check formatting, documentation and who imports whom
	$(SWIFT) format lint --strict --recursive Sources Tests drills Package.swift
	scripts/check-imports
	scripts/check-unsafe

.PHONY: check
check: lint test ## Everything that CI checks, but for the broker tests

.PHONY: clean
clean: ## Remove what was built
	$(SWIFT) package clean
