import Delivery
import EventLoop
import Foundation
import Kafka
import Pipeline
import Providers
import Sandbox
import Synchronization
import TestSupport
import Testing

/// The whole worker between an in-process Kafka and stand-ins for the providers; a scenario a file.
@Suite(.timeLimit(.minutes(1)))
struct Scenarios {}

/// What surrounds the worker in one scenario, and how it is set up.
struct Setting: Sendable {
  /// By which connector text messages leave.
  enum Way {
    case twilio
    case receiver
  }

  var way = Way.twilio
  var partitions = 1
  /// Set when brokers are to fail, which nobody else should notice.
  var hasOwnCluster = false
  /// How far the scenario's clock is ahead of the time that Kafka stamps records with.
  ///
  /// As it is behind unless told otherwise, a request counts as made when it is taken.
  var clockLead: Duration = .seconds(-3_600)
  var wordings = Wording.usual
  var kafka: [KafkaConfiguration.Property] = []
  var configure: @Sendable (inout PipelineConfiguration) -> Void = { _ in }
}

/// Plays a scenario; afterwards nothing secret may have been told to anyone.
func play(
  _ setting: Setting = Setting(), _ body: (Scenario) async throws -> Void
) async throws {
  let scenario = try await Scenario(setting)
  do {
    try await scenario.startWorker()
    try await body(scenario)
  } catch {
    // Whatever is thrown after the time limit is not shown otherwise.
    if Task.isCancelled { Issue.record(error, "\(await scenario.status())") }
    await scenario.end()
    throw error
  }
  await scenario.end()
}

/// One worker and what surrounds it. Time stands still but for ``advance(by:)``.
final class Scenario: Sendable {
  private struct State {
    var worker: Worker?
    var starts = 0
    var secrets: Set<String> = []
    var generator = SeededGenerator(seed: 20_261_121)
    /// Metrics and status of the workers that were stopped.
    var told: [String] = []
    var gates: [Signal] = []
  }
  /// A pipeline on a loop of its own.
  private struct Worker: Sendable {
    var pipeline: Pipeline
    var running: RunningLoop
  }

  let journal = Journal()
  let clock: ManualClock
  let twilio: StandIn
  let receiver: StandIn
  let topics: PipelineConfiguration.Topics
  let group: String
  let bench: Bench
  private let hasOwnBench: Bool
  private let sandbox: Sandbox
  private let configuration: PipelineConfiguration
  private let state = Mutex(State())

  fileprivate init(_ setting: Setting) async throws {
    hasOwnBench = setting.hasOwnCluster
    bench = try hasOwnBench ? Bench() : Bench.shared()
    let name = Bench.uniqueName("scenario")
    group = name
    topics = PipelineConfiguration.Topics(
      requests: "\(name).requests", results: "\(name).results", deadLetters: "\(name).dead")
    for topic in [topics.requests, topics.results, topics.deadLetters] {
      try bench.cluster.createTopic(topic, partitions: setting.partitions)
    }
    let lead = Int64(setting.clockLead / .milliseconds(1))
    clock = ManualClock(
      wallMilliseconds: Int64(Date().timeIntervalSince1970 * 1_000) + lead)
    twilio = StandIn(
      TwilioFace(accountSID: Credentials.accountSID, authToken: Credentials.authToken))
    receiver = StandIn(HTTPSMSFace(authorization: Credentials.authorization))
    sandbox = try Sandbox([twilio, receiver])
    let connectors = [
      try Connector.twilio(at: sandbox.url(of: twilio), setting.wordings),
      try Connector.receiver(at: sandbox.url(of: receiver)),
    ]
    var configuration = PipelineConfiguration(
      group: group, kafka: try bench.configuration(group: group, setting.kafka),
      directory: ConnectorDirectory(
        connectors: connectors,
        activeSMS: connectors[setting.way == .twilio ? 0 : 1].name, activeEmail: nil),
      version: "scenario-1")
    configuration.topics = topics
    configuration.hashKey = Secret("a key for recipients' hashes")
    setting.configure(&configuration)
    self.configuration = configuration
    state.withLock { $0.secrets = Set(Credentials.all + ["a key for recipients' hashes"]) }
    for standIn in sandbox.standIns {
      standIn.onMessage { [journal] _ in journal.note() }
    }
    try await follow()
  }

  private func follow() async throws {
    let (journal, results) = (journal, topics.results)
    try await bench.follow([results, topics.deadLetters], as: group + ".reader") { record in
      if record.topic != results {
        journal.note { $0.deadLetters.append(record) }
      } else if let outcome = try? PublishedOutcome(record) {
        journal.note { $0.outcomes.append(outcome) }
      } else {
        Issue.record("not an outcome: \(record)")
      }
    }
  }

  // MARK: - The worker

  /// Starts a worker: the first, or one in place of the one that was stopped.
  func startWorker() async throws {
    let number = state.withLock { state in
      state.starts += 1
      return state.starts
    }
    let running = RunningLoop(clock: clock)
    let log = Log(level: .debug, to: journal, clock: clock)
    let pipeline = Pipeline(
      configuration: configuration, loop: running.loop,
      telemetry: Telemetry(
        build: BuildInfo(version: "0", librdkafka: "0", libcurl: "0"), log: log),
      log: log, seed: UInt64(number)
    ) { [journal] step in journal.note { $0.steps.append(step) } }
    state.withLock { $0.worker = Worker(pipeline: pipeline, running: running) }
    try await pipeline.start()
  }

  /// Stops the worker in order, as SIGTERM does, and returns when it has begun.
  func beginStop() async throws {
    guard let worker = state.withLock({ $0.worker }) else { return }
    let text = await told(by: worker)
    let stops = state.withLock { state in
      state.told += text
      return state.starts
    }
    Task(executorPreference: worker.running.loop) { [journal] in
      await worker.pipeline.stopInOrder()
      journal.note { $0.stops += 1 }
    }
    _ = try await journal.first("the stop to begin") {
      $0.lines.count { $0.contains(#""message":"stopping""#) } == stops ? true : nil
    }
  }

  /// Waits for the end of what ``beginStop()`` began.
  func stopped() async throws {
    let stops = state.withLock { $0.starts }
    _ = try await journal.first("the stop to end") { $0.stops == stops ? true : nil }
    state.withLock { $0.worker = nil }
  }

  /// Stops the worker in order, as SIGTERM does.
  func stopWorker() async throws {
    try await beginStop()
    try await stopped()
  }

  /// What other threads know of the worker.
  var health: HealthBoard? { state.withLock { $0.worker?.pipeline.health } }

  /// The text of `/metrics`.
  func metrics() async -> String {
    guard let pipeline = state.withLock({ $0.worker?.pipeline }) else { return "" }
    return String(decoding: await pipeline.renderMetrics(process: .current()), as: UTF8.self)
  }

  /// The text of `/status`.
  func status() async -> String {
    guard let pipeline = state.withLock({ $0.worker?.pipeline }) else { return "" }
    return String(decoding: await pipeline.renderStatus(), as: UTF8.self)
  }

  private func told(by worker: Worker) async -> [String] {
    let metrics = await worker.pipeline.renderMetrics(process: .current())
    let status = await worker.pipeline.renderStatus()
    return [metrics, status].map { String(decoding: $0, as: UTF8.self) }
  }

  // MARK: - Time

  /// The time on the scenario's clock.
  var now: Timestamp { Timestamp(milliseconds: clock.wallMilliseconds) }

  /// Moves the scenario's clock forward, and lets the worker do what has become due.
  func advance(by duration: Duration) async {
    guard let loop = state.withLock({ $0.worker?.running.loop }) else {
      return clock.advance(by: duration)
    }
    await withCheckedContinuation { continuation in
      loop.post { [clock] in
        // At the end of a turn: within one, time must not move.
        loop.schedule(after: .zero) {
          clock.advance(by: duration)
          loop.schedule(after: .zero) { continuation.resume() }
        }
      }
    }
  }

  /// Moves the scenario's clock to a moment, and lets the worker do what has become due.
  func advance(to moment: Timestamp) async { await advance(by: moment - now) }

  // MARK: - Secrets

  /// A code of eight digits that no other request has; must never be told.
  func code() -> String {
    state.withLock { state in
      let code = String(Int.random(in: 10_000_000...99_999_999, using: &state.generator))
      state.secrets.insert(code)
      return code
    }
  }

  /// A number that no other request has; must never be told.
  func number() -> String {
    let digits = state.withLock {
      "4520" + String(Int.random(in: 1_000_000...9_999_999, using: &$0.generator))
    }
    hide(digits)
    return "+" + digits
  }

  /// Notes what must never be told.
  func hide(_ secret: String) { state.withLock { _ = $0.secrets.insert(secret) } }

  // MARK: - Gates

  /// Keeps the answer to the next message for a recipient back, and all that the providers would
  /// answer behind it, until the signal is raised.
  func gate(for recipient: String) -> Signal {
    let gate = Signal()
    state.withLock { $0.gates.append(gate) }
    for standIn in sandbox.standIns {
      standIn.onMessage { if $0.recipient == recipient { gate.block() } }
    }
    return gate
  }

  // MARK: - The end

  fileprivate func end() async {
    for gate in state.withLock({ $0.gates }) { gate.raise() }
    // Ends the sends that hang, so that the worker need not wait for them.
    sandbox.stop()
    do {
      try await beginStop()
      try await stopped()
    } catch {
      Issue.record(error)
    }
    await bench.unfollow(group + ".reader")
    if hasOwnBench { await bench.close() }
    checkSecrecy()
    checkUniqueness()
  }

  /// Nothing that was told by anyone holds a code, number, address or credential.
  private func checkSecrecy() {
    let contents = journal.contents
    let written = (contents.outcomes.map(\.record) + contents.deadLetters)
      .flatMap(\.wordsOfTheWorker)
    let (secrets, told) = state.withLock { ($0.secrets, $0.told) }
    for text in contents.lines + written + told {
      for secret in secrets where text.contains(secret) {
        Issue.record("\(secret) is told in: \(text.prefix(2_000))")
      }
    }
  }

  /// Every request has one final outcome.
  private func checkUniqueness() {
    let ids = journal.contents.outcomes.map { $0.record["ce_id"] }
    #expect(Set(ids).count == ids.count, "an outcome was written twice: \(ids)")
  }
}
