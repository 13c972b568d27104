import Delivery
import EventLoop
import Foundation
import Kafka
import Pipeline
import Providers
import Retry
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
  /// Set when a worker ends without its last commit, so that what it came to is written once more.
  var mayRepeatOutcomes = false
  /// How far the scenario's clock is ahead of the time that Kafka stamps records with.
  ///
  /// As it is behind unless told otherwise, a request counts as made when it is taken.
  var clockLead: Duration = .seconds(-3_600)
  var wordings = Wording.usual
  /// How many exchanges at once; nil for the driver's own limit.
  var concurrency: Int?
  /// How many text messages a second, of all workers together; nil for no limit.
  var rateLimit: Double?
  /// What mails leave by; there is no connector for mail without it.
  var mailServer: MailServer?
  /// What mails leave by in place of a mail server.
  var mail: Connector?
  /// Whether nobody listens where the provider should be.
  var isProviderAway = false
  var kafka: [KafkaConfiguration.Property] = []
  var clients = PipelineClients.real
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
    if Task.isCancelled {
      Issue.record(error)
      Issue.record("\(await scenario.status())")
    }
    await scenario.end()
    throw error
  }
  await scenario.end()
}

/// A worker and what surrounds it.
///
/// Time stands still but for ``advance(by:)``.
final class Scenario: Sendable {
  private struct State {
    /// Those that run, by the number of their start.
    var workers: [Int: Worker] = [:]
    var starts = 0
    /// How many were asked to stop.
    var stops = 0
    var secrets: Set<String> = []
    var generator = SeededGenerator(seed: 20_261_121)
    /// Metrics and status of the workers that were stopped.
    var told: [String] = []
    var gates: [Signal] = []
  }
  /// A pipeline and the loop that it lives on.
  struct Worker: Sendable {
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
  let setting: Setting
  let sandbox: Sandbox
  private let refusingPort = RefusingPort()
  let configuration: PipelineConfiguration
  private let state = Mutex(State())

  fileprivate init(_ setting: Setting) async throws {
    self.setting = setting
    bench = try setting.hasOwnCluster ? Bench() : Bench.shared()
    let name = Bench.uniqueName("scenario")
    group = name
    topics = PipelineConfiguration.Topics(
      requests: "\(name).requests", results: "\(name).results", deadLetters: "\(name).dead",
      retries: [
        .seconds30: "\(name).30s", .minutes2: "\(name).2m", .minutes10: "\(name).10m",
      ], replay: "\(name).replay")
    for topic in [topics.requests, topics.results, topics.deadLetters, topics.replay]
      + topics.retries.values
    {
      try bench.cluster.createTopic(topic, partitions: setting.partitions)
    }
    let lead = Int64(setting.clockLead / .milliseconds(1))
    clock = ManualClock(
      wallMilliseconds: Int64(Date().timeIntervalSince1970 * 1_000) + lead)
    twilio = StandIn(
      TwilioFace(accountSID: Credentials.accountSID, authToken: Credentials.authToken))
    receiver = StandIn(HTTPSMSFace(authorization: Credentials.authorization))
    sandbox = try Sandbox([twilio, receiver])
    let mail = try setting.mailServer.map { try Connector.smtp(at: $0.port) } ?? setting.mail
    let connectors = [
      try Connector.twilio(
        at: setting.isProviderAway
          ? "http://127.0.0.1:\(refusingPort.number)" : sandbox.url(of: twilio),
        setting.wordings, concurrency: setting.concurrency, rateLimit: setting.rateLimit),
      try Connector.receiver(at: sandbox.url(of: receiver)),
    ]
    var configuration = PipelineConfiguration(
      group: group, kafka: try bench.configuration(group: group, setting.kafka),
      directory: ConnectorDirectory(
        connectors: connectors + [mail].compactMap(\.self),
        activeSMS: connectors[setting.way == .twilio ? 0 : 1].name, activeEmail: mail?.name),
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
    let (journal, results, deadLetters) = (journal, topics.results, topics.deadLetters)
    try await bench.follow(
      [results, deadLetters] + topics.retries.values, partitions: setting.partitions,
      as: group + ".reader"
    ) { record in
      if record.topic == deadLetters {
        journal.note { $0.deadLetters.append(record) }
      } else if record.topic != results {
        journal.note { $0.retries.append(record) }
      } else if let outcome = try? PublishedOutcome(record) {
        journal.note { $0.add(outcome) }
      } else {
        Issue.record("not an outcome: \(record)")
      }
    }
  }

  // MARK: - The worker

  /// Starts a worker: the first, one more, or one in place of one that was stopped.
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
      log: log, clients: setting.clients, seed: UInt64(number)
    ) { [journal] step in journal.note { $0.add(step) } }
    state.withLock { $0.workers[number] = Worker(pipeline: pipeline, running: running) }
    try await pipeline.start()
  }

  /// Stops the newest worker in order, as SIGTERM does, and returns when it has begun to stop.
  func beginStop() async throws {
    guard let worker = newest else { return }
    let text = await told(by: worker)
    let stops = state.withLock { state in
      state.told += text
      state.stops += 1
      return state.stops
    }
    Task(executorPreference: worker.running.loop) { [journal] in
      await worker.pipeline.stopInOrder()
      journal.note { $0.stops += 1 }
    }
    try await logged("stopping", count: stops)
  }

  /// Waits for the end of what ``beginStop()`` began.
  func stopped() async throws {
    let stops = state.withLock { $0.stops }
    _ = try await journal.first("the stop to end") { $0.stops == stops ? true : nil }
    state.withLock { state in
      if let newest = state.workers.keys.max() { state.workers[newest] = nil }
    }
  }

  /// Stops the newest worker in order, as SIGTERM does.
  func stopWorker() async throws {
    try await beginStop()
    try await stopped()
  }

  var newest: Worker? {
    state.withLock { state in state.workers.keys.max().flatMap { state.workers[$0] } }
  }

  /// What other threads know of the newest worker.
  var health: HealthBoard? { newest?.pipeline.health }

  /// The text of the newest worker's `/metrics`.
  func metrics() async -> String {
    guard let pipeline = newest?.pipeline else { return "" }
    return String(decoding: await pipeline.renderMetrics(process: .current()), as: UTF8.self)
  }

  /// The text of the newest worker's `/status`.
  func status() async -> String {
    guard let pipeline = newest?.pipeline else { return "" }
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

  /// Moves the scenario's clock forward, and lets the workers do what has become due.
  func advance(by duration: Duration) async {
    let loops = state.withLock { $0.workers.values.map(\.running.loop) }
    guard let first = loops.first else { return clock.advance(by: duration) }
    // Whatever was seen of the workers belongs to turns that have ended then.
    for loop in loops { await endOfTurn(of: loop) }
    await endOfTurn(of: first) { [clock] in clock.advance(by: duration) }
    for loop in loops { await endOfTurn(of: loop) }
  }

  /// Does something at the end of a turn of a loop, when its timers have run: within one, time must
  /// not move.
  private func endOfTurn(
    of loop: EventLoop, _ action: @escaping @Sendable () -> Void = {}
  ) async {
    await withCheckedContinuation { continuation in
      loop.post {
        loop.schedule(after: .zero) {
          action()
          continuation.resume()
        }
      }
    }
  }

  /// Moves the scenario's clock to a moment, and lets the worker do what has become due.
  func advance(to moment: Timestamp) async { await advance(by: moment - now) }

  // MARK: - Secrets

  /// A code that no other request has; must never be told.
  ///
  /// Its letter keeps it apart from the digits in ids and times.
  func code() -> String {
    state.withLock { state in
      let code = "Z" + String(Int.random(in: 10_000_000...99_999_999, using: &state.generator))
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

  /// Lets the clock run, ten times as fast as time, until `body` has ended: for waits of the worker
  /// between which nothing can be seen.
  func withRunningClock(_ body: () async throws -> Void) async throws {
    let running = Task {
      while !Task.isCancelled {
        try await Task.sleep(for: .milliseconds(10))
        await advance(by: .milliseconds(100))
      }
    }
    defer { running.cancel() }
    try await body()
  }

  fileprivate func end() async {
    for gate in state.withLock({ $0.gates }) { gate.raise() }
    // Ends the sends that hang, so that the worker need not wait for them.
    sandbox.stop()
    do {
      try await withRunningClock { while newest != nil { try await stopWorker() } }
    } catch {
      Issue.record(error)
    }
    await bench.unfollow(group + ".reader")
    if setting.hasOwnCluster { await bench.close() }
    checkSecrecy()
    if !setting.mayRepeatOutcomes { checkUniqueness() }
  }

  /// Nothing that was told by anyone holds a code, number, address or credential.
  private func checkSecrecy() {
    let contents = journal.contents
    let written = (contents.outcomes.map(\.record) + contents.deadLetters + contents.retries)
      .flatMap(\.wordsOfTheWorker)
    let (secrets, told) = state.withLock { ($0.secrets, $0.told) }
    let search = SecretSearch(secrets)
    for text in contents.lines + written + told {
      for secret in search.secrets(in: text) {
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
