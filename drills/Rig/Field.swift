import Foundation
import JSON
import Kafka
import Synchronization

/// Where a drill takes place: a Kafka, two providers, worker processes, and whoever counts.
///
/// For one thread; what it starts ends with ``close()``.
final class Field {
  static let partitions: Int32 = 4

  let drill: Drill
  /// What the command line gave the drill.
  let argument: Int?
  let folder: URL
  /// The in-process cluster, unless the drill is on real brokers.
  let cluster: EmbeddedCluster?
  let brokers: Brokers?
  /// Between everybody and the broker, when the drill asks for it.
  let proxy: Proxy?
  let servers: String
  let topics: WorkerConfiguration.Topics
  let sms: Provider
  let mail: Provider
  /// What the next worker is started with.
  var configuration: WorkerConfiguration
  let journal: Journal
  private(set) var workers: [WorkerProcess] = []
  var report: Report
  /// Sends beyond the first of a request that are in order.
  var allowedSecondSends = 0
  /// How often each event's message was taken elsewhere than at ``sms`` and ``mail``.
  var takenElsewhere: [String: Int] = [:]

  private let thread = LoopThread()
  private let producer: LoopBoundProducer
  private let expected = Expectation()
  private let start = ContinuousClock.now

  init(_ drill: Drill, in folder: URL, argument: Int?) throws {
    self.drill = drill
    self.argument = argument
    self.folder = folder
    report = Report(name: drill.name)
    cluster = drill.needsBrokers ? nil : try EmbeddedCluster(brokers: 2)
    (brokers, proxy) = try Self.brokers(for: drill, in: folder)
    guard let servers = brokers?.servers ?? cluster?.bootstrapServers else {
      throw Misfortune("no brokers are running")
    }
    self.servers = servers
    let name = "\(drill.name)-\(UInt32.random(in: 0 ... .max))"
    topics = WorkerConfiguration.Topics(drill: name)
    try Self.make(topics, in: cluster, at: servers)
    sms = try Provider()
    mail = try Provider()
    configuration = WorkerConfiguration(
      group: name, topics: topics, kafka: Self.properties(servers, isEmbedded: cluster != nil),
      smsURL: "http://127.0.0.1:\(sms.port)/send", mailURL: "http://127.0.0.1:\(mail.port)/send")
    journal = Journal(
      servers, results: topics.results, deadLetters: topics.deadLetters,
      partitions: Self.partitions, on: thread)
    producer = LoopBoundProducer(thread)
    if let problem = producer.start(servers) { throw Misfortune(problem) }
  }

  private static func brokers(for drill: Drill, in folder: URL) throws -> (Brokers?, Proxy?) {
    guard drill.needsBrokers, let running = Brokers.running else { return (nil, nil) }
    guard drill.ground == .behindProxy else { return (running, nil) }
    // The nine ports behind those of the three brokers.
    let port = running.port + 9
    let proxy = try Proxy(to: UInt16(port))
    return (try running.startBehind(proxy.port, on: port, in: folder), proxy)
  }

  /// The embedded cluster's groups do not form below 3 s, and it lets a fetch wait as long as it may.
  private static func properties(
    _ servers: String, isEmbedded: Bool
  ) -> [(key: String, value: String)] {
    [("bootstrap.servers", servers)]
      + (isEmbedded
        ? [
          ("session.timeout.ms", "3000"), ("heartbeat.interval.ms", "500"),
          ("fetch.wait.max.ms", "10"), ("reconnect.backoff.max.ms", "1000"),
        ] : [("session.timeout.ms", "6000"), ("heartbeat.interval.ms", "1000")])
  }

  private static func make(
    _ topics: WorkerConfiguration.Topics, in cluster: EmbeddedCluster?, at servers: String
  ) throws {
    let all =
      topics.numberedLikeRequests.map { NewTopic($0, partitions: partitions) }
      + topics.others.map { NewTopic($0, partitions: 1) }
    if let cluster {
      for topic in all { try cluster.createTopic(topic.name, partitions: Int(topic.partitions)) }
      return
    }
    let directory = try TopicDirectory(
      configuration: KafkaConfiguration(settings: [
        ("bootstrap.servers", servers), ("group.id", "drill"),
      ]))
    let retained = all.map { topic in
      var topic = topic
      topic.settings = [.init("retention.ms", "1300000000")]
      return topic
    }
    for (name, creation) in blocking({ await directory.create(retained) }) {
      if case .failed(let error) = creation { throw Misfortune("\(name): \(error)") }
    }
  }

  /// Ends everything.
  func close() {
    for worker in workers where worker.isRunning { worker.kill() }
    producer.close()
    journal.close()
    sms.stop()
    mail.stop()
    cluster?.close()
    if let proxy {
      _ = try? brokers?.run("stop", "--wipe")
      proxy.stop()
    }
  }

  // MARK: - Workers

  /// Starts a worker and waits until it is ready.
  @discardableResult
  func startWorker(log: WorkerProcess.LogTarget = .file) throws -> WorkerProcess {
    let worker = try launchWorker(log: log)
    try wait("worker \(worker.name) is ready", upTo: .seconds(40)) { worker.isReady }
    return worker
  }

  /// Starts a worker.
  func launchWorker(
    log: WorkerProcess.LogTarget = .file, port: UInt16? = nil
  ) throws -> WorkerProcess {
    let worker = try WorkerProcess(
      configuration.yaml, in: folder, name: "worker-\(workers.count + 1)", log: log, port: port)
    workers.append(worker)
    return worker
  }

  /// Stops a worker in order, once what it counted is noted.
  func stop(_ worker: WorkerProcess) {
    report.countedInMetrics += Int(worker.metrics.sum("otp_possible_duplicates_total"))
    guard let end = worker.terminate() else {
      check(false, "\(worker.name) did not end within 40 s of SIGTERM")
      return worker.kill()
    }
    check(end.code == 0, "\(worker.name) ended with \(end.code) after SIGTERM")
    check(
      end.after <= .seconds(26), "\(worker.name) took \(rounded(end.after.seconds)) s to stop")
  }

  // MARK: - Requests

  /// Whether all of them must come to an outcome.
  func expect(_ ids: some Sequence<String>) { expected.add(ids) }

  /// Writes requests and waits until Kafka has them; of one recipient in one partition.
  func enqueue(_ events: [Event]) throws {
    expect(events.map(\.id))
    try write(events: events)
  }

  /// The same without expecting anything of them.
  func write(events: [Event]) throws {
    let records = events.map { event in
      ProducerRecord(
        topic: topics.requests, partition: Self.partition(of: event.to), key: Array(event.to.utf8),
        value: event.value)
    }
    _ = try write(records)
  }

  /// Expects those that came to an outcome, where not all can.
  func expectWhatHasAnOutcome() {
    pause(.seconds(1))
    expect(journal.outcomes.keys)
  }

  /// Writes records.
  /// - Returns: the offset of each.
  func write(_ records: [ProducerRecord], upTo limit: Duration = .seconds(60)) throws -> [Int64] {
    let offsets = Mutex([Int64?](repeating: nil, count: records.count))
    let left = Atomic(records.count)
    producer.send(records) { index, offset in
      offsets.withLock { $0[index] = offset }
      left.subtract(1, ordering: .relaxed)
    }
    try wait("the requests are written", upTo: limit) { left.load(ordering: .relaxed) == 0 }
    return offsets.withLock { $0.compactMap(\.self) }
  }

  /// Writes requests at a rate, from another thread, until it is stopped.
  func flow(perSecond rate: Int, _ event: @escaping @Sendable (Int) -> Event) -> Flow {
    Flow(
      rate: rate, topic: topics.requests, producer: producer,
      expect: { [expected] id in expected.add([id]) }, event: event)
  }

  /// Which partition a recipient's requests go to.
  static func partition(of recipient: String) -> Int32 {
    let hash = recipient.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
    return Int32(hash % UInt32(partitions))
  }

  // MARK: - Waiting and checking

  /// Waits until a condition holds.
  /// - Returns: how long that took.
  @discardableResult
  func wait(
    _ what: String, upTo limit: Duration, every step: Duration = .milliseconds(20),
    until condition: () -> Bool
  ) throws -> Duration {
    let begin = ContinuousClock.now
    while !condition() {
      let waited = ContinuousClock.now - begin
      if waited > limit {
        throw Misfortune("waited \(rounded(waited.seconds)) s in vain until \(what)")
      }
      pause(step)
    }
    return ContinuousClock.now - begin
  }

  /// Waits until a condition holds, and says when it does not come about; the drill goes on.
  func expect(_ what: String, within limit: Duration, _ condition: () -> Bool) {
    do { try wait(what, upTo: limit, until: condition) } catch { check(false, "\(error)") }
  }

  /// Requests that have no outcome yet.
  var missing: Int {
    let ids = expected.ids
    return ids.count - journal.concluded(of: ids)
  }

  /// Waits until every request has its outcome, and says when they do not come.
  /// - Returns: how long that took.
  @discardableResult
  func awaitOutcomes(upTo limit: Duration = .seconds(60)) -> Duration {
    let begin = ContinuousClock.now
    expect("every request has its outcome", within: limit) { missing == 0 }
    if missing > 0 {
      note("\(missing) have none")
      for worker in workers where worker.isRunning {
        note("\(worker.name), /status: \(worker.get("/status")?.body.prefix(8_000) ?? "no answer")")
      }
    }
    return ContinuousClock.now - begin
  }

  /// Says why the drill failed unless something holds.
  func check(_ holds: Bool, _ otherwise: @autoclosure () -> String) {
    if !holds { report.failures.append(otherwise()) }
  }

  func note(_ text: String) { report.notes.append(text) }

  /// How many outcomes there are of a kind.
  func outcomes(_ kind: String) -> Int {
    journal.outcomes.values.reduce(0) { $0 + $1.count { $0.outcome == kind } }
  }

  /// Stops what still runs, counts, and checks what holds for every drill.
  func conclude() {
    for worker in workers where worker.isRunning { stop(worker) }
    tellStuckFromLost()
    // What was written last may be on its way to the reader.
    pause(.milliseconds(300))
    count()
    check(report.lost == 0, "\(report.lost) requests have no outcome")
    check(
      report.countedSecondSends == report.secondSends,
      "\(report.secondSends - report.countedSecondSends) of \(report.secondSends) second sends are"
        + " not called possible by their outcomes")
    check(
      report.secondSends <= allowedSecondSends,
      "\(report.secondSends) second sends, at most \(allowedSecondSends) are in order")
    check(sms.withoutKey + mail.withoutKey == 0, "a send had no Idempotency-Key")
    for worker in workers where !report.failures.isEmpty { tellTroubles(of: worker) }
  }

  /// What has no outcome is lost only when no other worker takes it up either.
  private func tellStuckFromLost() {
    let before = missing
    guard before > 0, !workers.isEmpty, let worker = try? launchWorker() else { return }
    _ = try? wait("the next worker takes up the rest", upTo: .seconds(30)) { missing == 0 }
    note("\(before - missing) of \(before) came to an outcome once another worker ran")
    stop(worker)
    if missing > 0 { tellWhereMissingStand() }
  }

  /// Says where the requests stand that have no outcome: the journal may have missed one.
  private func tellWhereMissingStand() {
    let (places, outcomes) = (placesOfIDs(in: [topics.requests, topics.results]), journal.outcomes)
    for id in expected.ids.filter({ outcomes[$0] == nil }).sorted().prefix(5) {
      let found = places[id] ?? []
      note("\(id) stands \(found.isEmpty ? "nowhere" : "at " + found.joined(separator: " and "))")
    }
  }

  /// Expects nothing of requests that the cluster acknowledged and does not have.
  func forgetWhatStandsNowhere() {
    let places = placesOfIDs(in: [topics.requests])
    let gone = expected.ids.filter { places[$0] == nil }
    guard !gone.isEmpty else { return }
    expected.remove(gone)
    note("the cluster acknowledged \(gone.count) requests that are not in the topic")
  }

  /// Where event ids stand, read anew.
  private func placesOfIDs(in topics: [String]) -> [String: [String]] {
    let places = Mutex<[String: [String]]>([:])
    let reader = LoopBoundReader(thread)
    let partitions = topics.flatMap { topic in
      (0..<Self.partitions).map { TopicPartition(topic: topic, partition: $0) }
    }
    reader.start(partitions, servers) { record in
      guard let value = record.copyValue(), let json = try? JSONValue(parsing: value),
        let id = json["id"]?.string
      else { return }
      places.withLock {
        $0[id, default: []].append("\(record.topic)/\(record.partition)/\(record.offset)")
      }
    }
    pause(.seconds(3))
    reader.close()
    return places.withLock { $0 }
  }

  private func count() {
    let outcomes = journal.outcomes
    let ids = expected.ids
    report.events = ids.count
    report.lost = ids.count { outcomes[$0] == nil }
    var identities = 0
    for (id, entries) in outcomes {
      for entry in entries { report.outcomes[entry.outcome, default: 0] += 1 }
      let finals = Set(entries.map(\.identity).filter { $0.hasSuffix("/final") })
      if finals.count != 1 || !ids.contains(id) { identities += 1 }
    }
    check(
      identities == 0, "\(identities) event ids have not just one final outcome, or are unknown")
    let taken = sms.taken.merging(mail.taken, uniquingKeysWith: +)
      .merging(takenElsewhere, uniquingKeysWith: +)
    for (id, times) in taken where times > 1 {
      report.secondSends += times - 1
      if outcomes[id]?.contains(where: \.possibleDuplicate) == true {
        report.countedSecondSends += times - 1
      }
    }
    report.seconds = (ContinuousClock.now - start).seconds
  }

  private func tellTroubles(of worker: WorkerProcess) {
    let troubles = worker.logLines.filter {
      $0.contains(#""level":"error""#) || $0.contains(#""level":"warning""#)
        || !$0.hasPrefix("{")
    }.filter { !$0.contains("allow.auto.create.topics") }
    if let last = worker.logLines.last, last != troubles.last {
      note("\(worker.name), last: \(last.prefix(200))")
    }
    for line in troubles.suffix(3) { note("\(worker.name): \(line.prefix(300))") }
  }
}

/// The event ids that must come to an outcome.
private final class Expectation: Sendable {
  private let state = Mutex<Set<String>>([])

  var ids: Set<String> { state.withLock { $0 } }

  func add(_ ids: some Sequence<String>) { state.withLock { $0.formUnion(ids) } }

  func remove(_ ids: Set<String>) { state.withLock { $0.subtract(ids) } }
}

/// Requests that are written at a rate.
final class Flow: Sendable {
  private let isStopped = Atomic(false)
  private let written = Atomic(0)
  private let acknowledged = Atomic(0)
  private let ended = Box<Bool>()

  fileprivate init(
    rate: Int, topic: String, producer: LoopBoundProducer,
    expect: @escaping @Sendable (String) -> Void, event: @escaping @Sendable (Int) -> Event
  ) {
    let begin = ContinuousClock.now
    thread { [self] in
      var next = 0
      while !isStopped.load(ordering: .relaxed) {
        let due = Int((ContinuousClock.now - begin).seconds * Double(rate))
        let events = (next..<max(next, due)).map(event)
        next = max(next, due)
        written.add(events.count, ordering: .relaxed)
        let records = events.map { event in
          ProducerRecord(
            topic: topic, partition: Field.partition(of: event.to), key: Array(event.to.utf8),
            value: event.value)
        }
        producer.send(records) { [self] index, _ in
          expect(events[index].id)
          acknowledged.add(1, ordering: .relaxed)
        }
        pause(.milliseconds(20))
      }
      ended.fill(true)
    }
  }

  /// How many were written.
  var count: Int { written.load(ordering: .relaxed) }

  /// Ends it, once Kafka has them all.
  func stop() {
    isStopped.store(true, ordering: .relaxed)
    _ = ended.wait()
    let begin = ContinuousClock.now
    while acknowledged.load(ordering: .relaxed) < count, ContinuousClock.now - begin < .seconds(90)
    { pause(.milliseconds(20)) }
  }
}
