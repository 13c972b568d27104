import Delivery
import EventLoop
import Kafka
import Providers
import Retry

/// What keeps requests from a connector, as the pipeline tells and feeds it.
extension Pipeline {
  // MARK: - Templates

  /// Keeps a request whose template is held from waiting for a slot.
  func lookAtTemplate(
    of job: Job, _ request: Request, in runtime: ConnectorRuntime
  ) throws(Halt) {
    guard let due = runtime.templates.wait(for: job.route?.template, at: now) else { return }
    throw Halt(verdict: deferred(job, request, until: due))
  }

  /// Lets a request that has a slot go on when its template is not held, or as the template's probe.
  func passTemplate(
    of job: Job, _ request: Request, in runtime: ConnectorRuntime
  ) throws(Halt) {
    guard let due = runtime.templates.admit(job.route?.template, at: now) else { return }
    throw Halt(verdict: deferred(job, request, until: due))
  }

  /// What follows for a request that the provider refused for its template.
  ///
  /// It is due right behind those that were not refused, as the fault may be its own.
  func endOfTemplateHold(for job: Job, _ request: Request) -> Verdict {
    let runtime = job.route.map { self.runtime(of: $0.connector) }
    let due = runtime?.templates.wait(for: job.route?.template, at: now)
    return deferred(
      job, request, until: (due ?? now + Hold.shortestWait) + .milliseconds(1))
  }

  private func deferred(_ job: Job, _ request: Request, until due: Timestamp) -> Verdict {
    let decision = configuration.policy.deferral(
      of: due - now, history: job.history, lifetime: Lifetime(of: request), now: now)
    guard case .retry(let wait) = decision else {
      return .conclude(.deadlinePassed(after: job.history))
    }
    return .later(wait)
  }

  /// Learns from how a try ended whether the provider takes the job's template.
  func noteTemplate(
    of job: Job, in runtime: ConnectorRuntime, startedAt: Timestamp, after answer: Answer?
  ) {
    guard
      let template = job.route?.template,
      let change = runtime.templates.note(
        answer?.class, of: template, startedAt: startedAt, now: now)
    else { return }
    switch change {
    case .held:
      log.warning(
        "template held: what uses it waits until one request gets through",
        .connector(runtime.connector.name), .text(.usageType, template.usageType.rawValue),
        .text(.template, template.locale ?? ""), .providerCode(answer?.code ?? ""),
        .detail(answer?.detail ?? ""))
    case .lifted:
      log.info(
        "template works again", .connector(runtime.connector.name),
        .text(.usageType, template.usageType.rawValue), .text(.template, template.locale ?? ""))
    }
  }

  // MARK: - The gate

  /// Tells that the account is at fault, or not any more.
  func noteHold(of runtime: ConnectorRuntime, after answer: Answer?) {
    guard runtime.isHeld else {
      return log.info("connector works again", .connector(runtime.connector.name))
    }
    log.warning(
      "connector held: it takes nothing until one request gets through",
      .connector(runtime.connector.name), .providerCode(answer?.code ?? ""),
      .detail(answer?.detail ?? ""))
  }

  /// Tells that the breaker has opened or closed.
  func note(
    _ change: CircuitBreaker.Change, of runtime: ConnectorRuntime, after answer: Answer
  ) {
    guard case .opened(let cause) = change else {
      return log.info(
        "breaker closed: the provider works again", .connector(runtime.connector.name))
    }
    let wait = runtime.gate.breaker.nextProbe.map { $0 - now } ?? .zero
    log.warning(
      "breaker open: the provider fails, one request is let through after a while",
      .connector(runtime.connector.name), .providerCode(answer.code),
      .detail("\(cause.words): \(answer.detail)"), .duration(.wait, wait))
  }

  /// Tells that a request goes out as the probe of a connector that fails.
  func noteProbe(of runtime: ConnectorRuntime) {
    log.limited("probe of \(runtime.connector.name)", every: .seconds(1))?.info(
      "breaker lets one request through", .connector(runtime.connector.name))
    runtime.showState(now)
  }

  // MARK: - The rate

  /// Which part of the requests is ours: of the partitions that are read, by all there are; 0 until that is known.
  var partitionShare: Double {
    let ours = shares.values.count { $0.phase == .taking }
    // As many as the requests topic has, which is checked at the start.
    guard ours > 0, let all = producer?.partitionCount(of: configuration.topics.results) else {
      return 0
    }
    return min(1, Double(ours) / Double(max(1, all)))
  }

  /// Gives each connector that has a rate our part of it.
  func updateShares() {
    for runtime in connectors.values {
      guard let rate = runtime.gate.rate, rate.share != partitionShare else { continue }
      runtime.setShare(partitionShare, now: now)
      askAtOnce(runtime)
    }
  }
}

extension CircuitBreaker.Cause {
  /// What an operator is told.
  fileprivate var words: String {
    switch self {
    case .outage: "the provider says that its service is out"
    case .row(let count): "\(count) failures in a row"
    case .share(let bad, let all): "\(bad) failures among the last \(all) calls"
    case .probe: "it still fails"
    }
  }
}
