import Admin
import EventLoop
import Kafka
import Pipeline
import Settings

/// What the demo was asked for.
struct DemoOptions: Sendable {
  var providers = DemoProviders()
  /// Whether to end after the samples.
  var once = false
}

/// The whole job in one process: an in-process Kafka, a provider's stand-in, the daemon that `run`
/// starts, and somebody who enqueues requests and reads what is published.
///
/// Used on the loop only.
final class Demo {
  /// From the start to the end of the samples, which take a quarter of it.
  private static let timeLimit: Duration = .seconds(40)

  private let options: DemoOptions
  private let screen: Screen
  private let log: Log
  private let loop: EventLoop
  let stop: StopSignal
  private let events: AsyncStream<DemoEvent>
  private let eventSource: AsyncStream<DemoEvent>.Continuation
  /// What came of each sample, once they are over.
  private(set) var reports: [SampleReport] = []

  /// A demo that has not begun.
  init(_ options: DemoOptions, screen: Screen, log: Log, loop: EventLoop) {
    self.options = options
    self.screen = screen
    self.log = log
    self.loop = loop
    stop = StopSignal(on: loop)
    (events, eventSource) = AsyncStream.makeStream()
  }

  /// Runs until the samples are over, or until it is stopped.
  /// - Returns: the exit code.
  func run() async -> Int32 {
    do {
      let titles = options.providers.all.map(\.title).joined(separator: " and ")
      screen.tell("otp-worker demo: Kafka, providers and daemon in this one process")
      screen.tell("Starting an in-process Kafka and stand-ins for \(titles) …")
      let surroundings = try DemoSurroundings()
      defer { surroundings.close() }
      return try await run(in: surroundings)
    } catch {
      printError("otp-worker: the demo cannot run: \(error)")
      return ExitCode.unavailable
    }
  }

  private func run(in surroundings: DemoSurroundings) async throws -> Int32 {
    let configuration = try DemoConfiguration.load(
      DemoConfiguration.text(
        brokers: surroundings.cluster.bootstrapServers, providers: options.providers,
        connector: surroundings.connector(for:)))
    let kafka = try KafkaConfiguration(configuration.kafka)
    let samples = Sample.all(for: options.providers)
    try surroundings.createTopics(configuration.topics)
    surroundings.prepare(for: samples)

    let assembly = try Assembly(
      configuration, kafka: kafka, loop: loop, log: log,
      observer: { [eventSource] in eventSource.yield(.step($0)) })
    defer { assembly.admin?.stop() }
    assembly.startWatchdog(stop)
    introduce(surroundings, assembly)

    let producer = try SampleProducer(kafka, topic: configuration.topics.requests, loop: loop)
    let reader = try ResultsReader(
      configuration.kafka, topics: configuration.topics, loop: loop,
      onEvent: { [eventSource] in eventSource.yield($0) })
    try await assembly.pipeline.start()
    let run = SampleRun(
      samples, producer: producer, screen: screen, loop: loop,
      onEvent: { [eventSource] in eventSource.yield($0) })
    let code = await perform(run, reader, assembly.pipeline, surroundings)

    screen.tell("\nStopping: what is being sent may end, offsets are committed …")
    await assembly.pipeline.stopInOrder()
    await reader.close()
    await producer.close()
    screen.tell("Stopped in order.")
    return code
  }

  private func introduce(_ surroundings: DemoSurroundings, _ assembly: Assembly) {
    screen.tell("  inbox     \(surroundings.inboxURL)")
    screen.tell("  Kafka     \(surroundings.cluster.bootstrapServers)")
    if let admin = assembly.admin {
      screen.tell("  admin     http://127.0.0.1:\(admin.port)/metrics, /status, /readyz, /livez")
    }
  }

  // MARK: - The samples and what follows

  /// Enqueues the samples once both groups have formed, shows what comes of them, and goes on until
  /// nothing is left to do.
  private func perform(
    _ run: SampleRun, _ reader: ResultsReader, _ pipeline: Pipeline,
    _ surroundings: DemoSurroundings
  ) async -> Int32 {
    let limit = scheduleEnds()
    screen.tell("Waiting for the consumer groups to form, which takes 3 s …")
    while !(reader.isJoined && pipeline.health.isJoined), loop.clock.now < limit {
      if stop.isRequested { return interrupted() }
      await loop.sleep(until: loop.clock.now + .milliseconds(50))
    }
    run.begin()
    var isOver = false
    for await event in events {
      if case .stopRequested = event { return isOver ? ExitCode.ok : interrupted() }
      if case .outcome(let outcome) = event { surroundings.note(outcome) }
      await run.take(event)
      if !isOver, run.isComplete || event.isTimeLimit {
        isOver = true
        reports = run.reports
        screen.show(reports, isTableWanted: options.once)
        if options.once { break }
        screen.tell(Self.invitation(surroundings))
      }
      if screen.isAbandoned { break }
    }
    // A disagreement is an error of the command only when the samples were all that was asked for.
    let isFine = !options.once || run.reports.allSatisfy { $0.agrees == true }
    return isFine ? ExitCode.ok : ExitCode.failure
  }

  /// Stopped before the samples were over, which `--once` was to wait for.
  private func interrupted() -> Int32 {
    screen.tell("\nStopped before the samples were over.")
    return options.once ? ExitCode.failure : ExitCode.ok
  }

  /// Lets the time limit and the first signal come as events.
  /// - Returns: the time limit.
  private func scheduleEnds() -> ContinuousClock.Instant {
    let limit = loop.clock.now + Self.timeLimit
    loop.schedule(at: limit) { [eventSource] in eventSource.yield(.timeIsUp) }
    Task(executorPreference: loop) { [stop, eventSource] in
      await stop.wait()
      eventSource.yield(.stopRequested)
    }
    return limit
  }

  /// How to enqueue one more, as a line that can be typed.
  private static func invitation(_ surroundings: DemoSurroundings) -> String {
    let brokers = surroundings.cluster.bootstrapServers
    return """

      Still running. What the providers got: \(surroundings.inboxURL)
      Enqueue one more, from another terminal:

      \(CommandLine.arguments[0]) send --bootstrap-servers \(brokers) --to +4512345678

      Ctrl-C stops.

      """
  }
}
