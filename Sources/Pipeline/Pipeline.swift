import Delivery
import Digest
public import EventLoop
import Kafka
import Providers
import Retry

/// The worker: takes records, sends what they ask for, publishes what it came to, commits.
///
///     record → decode → resolve → render → send → conclude → commit
///                           ▲                │
///                           └── later ◀──────┘
///
/// Everything live belongs to this actor, whose executor is the loop, so that state needs no locks.
/// A request that waits is a ``Job`` in a queue or in the timer heap; it comes back through ``launch(_:)``.
public actor Pipeline {
  /// Where everything runs; whoever made it runs it.
  public nonisolated let loop: EventLoop
  /// The loop, as Swift's concurrency knows it.
  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    loop.asUnownedSerialExecutor()
  }
  /// What other threads may know without asking the loop.
  public nonisolated let health = HealthBoard()

  var configuration: PipelineConfiguration
  let telemetry: Telemetry
  let log: Log
  let observer: (@Sendable (Step) -> Void)?
  var hashKey: HMACKey?
  let eventSource: [UInt8]
  /// The topics of ``Share/marks``.
  let markedTopics: [String]
  let nonce: UInt64
  let clients: PipelineClients
  var random: RandomSequence

  var consumer: (any RecordConsumer)?
  var producer: (any RecordProducer)?
  var partitions: [TopicPartition: PartitionState] = [:]
  var shares: [Int32: Share] = [:]
  /// Shares that were given up, should they come straight back.
  var formers: [Int32: FormerShare] = [:]
  /// Sends that were open when their partition was given up.
  var strays: [Stray.Place: Stray] = [:]
  /// Reads what the last owners left; ends when it is released.
  var tailReader: AnyObject?
  /// Whether the broker refused commit metadata.
  var isMetadataRefused = false
  /// Whether a commit follows in this turn because a send waits for one.
  var isCommitWanted = false
  /// What is held back until it is known that the partitions are still ours; nil while that is not in doubt.
  var heldBack: [() -> Void]?
  /// Of the connectors that are active.
  var connectors: [String: ConnectorRuntime] = [:]
  /// Those that were replaced and have sends open.
  var retired: [ConnectorRuntime] = []
  var lanes: [Lane.Key: Lane] = [:]
  var deduplication = Deduplication()

  var inFlight = 0
  var parked = 0
  var concluding = 0
  var stop = StopState.running
  var isTaking = false
  var needsIntake = false
  /// Whether intake stopped for want of room, though there may be records.
  var isIntakeWaiting = false
  var isWritable = true
  /// How many requests have expired before their first try, in a second that began then.
  var expired: (count: Int, since: ContinuousClock.Instant)
  /// How many records each of ``markedTopics``, and last the dead letters, have not acknowledged, and since when.
  var writes: [(pending: Int, since: ContinuousClock.Instant)]
  /// Those that have acknowledged nothing for long.
  var stuckTopics: Set<Int> = []
  var whenSettled: (() -> Void)?
  var whenCommitted: (() -> Void)?

  /// A worker that has not started.
  /// - Parameters:
  ///   - configuration: what it goes by.
  ///   - loop: where it runs.
  ///   - telemetry: what it counts in.
  ///   - log: where it tells what matters.
  ///   - clients: what it talks to the world with.
  ///   - seed: where chance begins, for jitter and nonces; fixed in tests.
  ///   - observer: told of each step of each request, for `demo` and tests; must be quick.
  public init(
    configuration: PipelineConfiguration, loop: EventLoop, telemetry: sending Telemetry, log: Log,
    clients: PipelineClients = .real, seed: UInt64 = .random(in: 0 ... .max),
    observer: (@Sendable (Step) -> Void)? = nil
  ) {
    self.configuration = configuration
    self.loop = loop
    self.telemetry = telemetry
    self.log = log
    self.observer = observer
    markedTopics = configuration.topics.marked
    expired = (0, loop.now)
    writes = Array(repeating: (0, loop.now), count: markedTopics.count + 1)
    self.clients = clients
    eventSource = Outcome.cloudEventSource(group: configuration.group)
    hashKey = configuration.hashKey.map { HMACKey($0.reveal()) }
    random = RandomSequence(seed: seed)
    nonce = random.next()
  }

  /// The time as records tell it, at the beginning of this turn of the loop.
  var now: Timestamp { Timestamp(milliseconds: loop.wallMilliseconds) }

  // MARK: - The straight line

  /// Lets a job go on: as far as it can at once, then through the provider to its end.
  func launch(_ job: Job) {
    if heldBack != nil {
      heldBack?.append { self.launch(job) }
      return
    }
    enter(job, .inFlight)
    job.configVersion = configuration.version
    do throws(Halt) {
      let request = try decode(job)
      try takeTurn(job, request)
      let route = try resolve(request, for: job)
      let message = try render(request, with: route)
      try takeSlot(job, request, of: route)
      send(message, through: route.connector, for: job) { answer in
        self.conclude(job, request, after: answer)
      }
    } catch {
      if case .waiting = error.verdict { return }
      loop.soon { self.settle(job, error.verdict) }
    }
  }

  /// Does what one pass came to.
  func settle(_ job: Job, _ verdict: Verdict) {
    if heldBack != nil {
      heldBack?.append { self.settle(job, verdict) }
      return
    }
    switch verdict {
    case .conclude(let ending): conclude(job, as: ending)
    case .later(let wait): putOff(job, wait)
    case .hold: waitForProbe(job)
    case .waiting: break
    case .alreadyDone: drop(job)
    case .abandon: abandon(job)
    }
  }

  /// Starts a task whose continuations resume on the loop, never on the global pool.
  ///
  /// For what happens seldom: a request has no task, which would cost a quarter of all its CPU.
  func start(_ body: @escaping () async -> Void) {
    Task.immediate(executorPreference: loop) { await body() }
  }

  // MARK: - Its steps, but for those with a file of their own

  private func resolve(_ request: Request, for job: Job) throws(Halt) -> Route {
    do {
      let route = try configuration.directory.route(for: request)
      job.route = route
      return route
    } catch {
      throw Halt(verdict: .conclude(.deadLetter(.config, code: error.code, error.detail)))
    }
  }

  private func render(_ request: Request, with route: Route) throws(Halt) -> Message {
    var content = Message.Content.none
    if let template = route.template {
      var values = TemplateValues(request.payload, remaining: request.expiresAt - now)
      do {
        content = try template.rendered(with: &values)
      } catch {
        throw Halt(
          verdict: .conclude(
            .deadLetter(
              .config, code: "variable.missing",
              "the template for \(template.usageType.rawValue) of connector \(route.connector.name) "
                + "needs {{\(error.name)}}, which the payload does not have")))
      }
    }
    return Message(
      eventID: request.eventID, recipient: request.recipient, usageType: request.usageType,
      payload: request.payload, ip: request.ip, content: content)
  }

  /// Does what the end of a try means, once it is certain that the request is still ours.
  func conclude(_ job: Job, _ request: Request, after answer: Answer?) {
    if heldBack != nil {
      heldBack?.append { self.conclude(job, request, after: answer) }
      return
    }
    settle(job, decide(request, of: job, after: answer))
  }

  /// What the end of a try means for its request now.
  private func decide(_ request: Request, of job: Job, after answer: Answer?) -> Verdict {
    guard let answer else { return .abandon }
    guard job.share.phase != .gone else {
      telemetry.lateAnswers.increment()
      log.warning(
        "answer came after the partition was taken away: not published",
        .eventID(request.eventID), .text(.class, answer.class.label), .providerCode(answer.code))
      return keepAnswer(answer, of: job) ? .waiting : .abandon
    }
    if answer.class == .accepted { return .conclude(Ending(.accepted, after: answer)) }
    let decision = configuration.policy.decision(
      after: answer, history: job.history, lifetime: Lifetime(of: request), now: now,
      jitter: Double.random(in: 0..<1, using: &random))
    if case .conclude(let ending) = decision {
      return .conclude(Ending(ending, after: answer))
    }
    if job.isSuperseded { return .conclude(.superseded) }
    if case .retry(let wait) = decision, wait.tier != nil { return .later(wait) }
    if stop.isStopping || job.share.phase != .taking { return .abandon }
    switch decision {
    case .conclude(let ending): return .conclude(Ending(ending, after: answer))
    case .retry(let wait): return .later(wait)
    case .hold(.account): return .hold
    case .hold: return endOfTemplateHold(for: job, request)
    }
  }
}
