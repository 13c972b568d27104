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

  let thread = LoopThread()
  let producer: LoopBoundProducer
  let expected = Expectation()
  let start = ContinuousClock.now

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
}
