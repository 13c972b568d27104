import Delivery
import EventLoop
import Foundation
import JSON
import Kafka
import Sandbox
import Synchronization
import TestSupport

/// A worker process, a real broker, and a receiver that counts what reaches it.
final class Drill: Sendable {
  /// How long the receiver takes for a message.
  static let providerTime: Duration = .milliseconds(5)
  /// How many exchanges the worker may have at once.
  static let concurrency = 32

  let folder: URL
  let servers: String
  let name: String
  let receiver = StandIn(HTTPSMSFace(), historyLimit: 20_000)
  let sandbox: Sandbox
  private let outcomes = Mutex<[String: [String]]>([:])
  private let ownConnection = Mutex<String?>(nil)

  init(_ kind: String) throws {
    guard let servers = RealBroker.servers else { throw RealBroker.NotCreated(reason: "no broker") }
    self.servers = servers
    name = "\(kind)-\(UInt32.random(in: 0 ... .max))"
    folder = FileManager.default.temporaryDirectory.appending(path: "otp-drill-\(name)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    receiver.otherwise(.after(Self.providerTime, .accept))
    sandbox = try Sandbox([receiver])
    for topic in [requests, results] + own.map(\.name) {
      try RealBroker.createTopic(topic, partitions: 6)
    }
    try RealBroker.createTopic(deadLetters, partitions: 2)
  }

  deinit {
    sandbox.stop()
    try? FileManager.default.removeItem(at: folder)
  }

  var requests: String { "requests-\(name)" }
  var own: [(key: String, name: String)] {
    ["retry30s", "retry2m", "retry10m", "replay"].map { ($0, "\($0)-\(name)") }
  }
  var results: String { "results-\(name)" }
  var deadLetters: String { "dead-\(name)" }

  /// How the worker reaches the broker: properties under `kafka`.
  var connection: String {
    get { ownConnection.withLock { $0 } ?? "bootstrap.servers: \"\(servers)\"" }
    set { ownConnection.withLock { $0 = newValue } }
  }

  /// The worker's configuration.
  var configuration: String {
    """
    kafka: { \(connection), group.id: "\(name)", session.timeout.ms: 2000, heartbeat.interval.ms: 500 }
    topics: { requests: \(requests), results: \(results), deadLetters: \(deadLetters), \(own.map { "\($0.key): \($0.name)" }.joined(separator: ", ")) }
    active: { sms: drill }
    connectors:
      drill: { provider: http-sms, concurrency: \(Self.concurrency), config: { endpoint: "\(sandbox.url(of: receiver))" } }
    admin: { port: 0 }
    """
  }

  func start(_ instance: Int, output: ProcessOutput? = nil) throws -> WorkerProcess {
    try WorkerProcess(
      configuration: configuration, in: folder, name: "worker-\(instance)", output: output)
  }

  private func kafka(group: String) throws -> KafkaConfiguration {
    try KafkaConfiguration(settings: [("bootstrap.servers", servers), ("group.id", group)])
  }

  /// Enqueues so many requests, each for a recipient of its own.
  func enqueue(_ count: Int, on loop: EventLoop) async throws {
    let producer = try KafkaProducer(
      configuration: kafka(group: "producer"), loop: loop, onEvent: { _ in })
    let acknowledged = Mutex(0)
    await withCheckedContinuation { continuation in
      for number in 0..<count {
        let value =
          #"{"id":"\#(Self.id(number))","to":"+4510\#(100_000 + number)","usageType":"SignIn","payload":{"code":"\#(100_000 + number)"}}"#
        let record = ProducerRecord(
          topic: requests, partition: Int32(number % 6), key: Array("+4510\(number)".utf8),
          value: Array(value.utf8), headers: [])
        producer.send(record) { _ in
          let isLast = acknowledged.withLock { done in
            done += 1
            return done == count
          }
          if isLast { continuation.resume() }
        }
      }
    }
    await producer.close()
  }

  /// Enqueues something that is no request.
  func enqueueJunk(on loop: EventLoop) async throws {
    let producer = try KafkaProducer(
      configuration: kafka(group: "producer"), loop: loop, onEvent: { _ in })
    _ = try await producer.send(
      ProducerRecord(
        topic: requests, partition: 0, key: nil, value: Array("junk".utf8), headers: []))
    await producer.close()
  }

  static func id(_ number: Int) -> String { "drill-\(number)" }

  /// Follows the results topic until the drill is over.
  func follow(on loop: EventLoop) throws -> KafkaConsumer {
    let box = Weak<KafkaConsumer>()
    let take: (TopicPartition) -> Void = { partition in
      guard let consumer = box.value else { return }
      while consumer.take(from: partition, max: 500, into: { self.note($0) }) == 500 {}
    }
    let consumer = try KafkaConsumer(
      configuration: kafka(group: "reader-\(name)"), topics: [results], loop: loop,
      handlers: KafkaConsumer.Handlers(
        assigned: { _ in }, revoked: { _, _, done in done() }, recordsReady: take, event: { _ in }))
    box.value = consumer
    return consumer
  }

  private func note(_ record: ConsumerRecord) {
    guard let value = record.copyValue(), let json = try? JSONValue(parsing: value),
      let id = json["id"]?.string, let outcome = json["outcome"]?.string
    else { return }
    outcomes.withLock { $0[id, default: []].append(outcome) }
  }

  /// How many requests have an outcome.
  var concluded: Int { outcomes.withLock { $0.count } }
  /// The kinds of outcome of each request.
  var all: [String: [String]] { outcomes.withLock { $0 } }
  /// How often each request reached the receiver.
  var sends: [String: Int] {
    Dictionary(grouping: receiver.messages.compactMap(\.idempotencyKey)) { $0 }.mapValues(\.count)
  }
  /// Sends beyond the first of each request.
  var secondSends: Int { sends.values.reduce(0) { $0 + $1 - 1 } }

  /// How many messages the receiver took within so much time before now.
  func sends(within time: Duration) -> Int {
    let since = Timestamp(milliseconds: SystemClock().wallMilliseconds) + (.zero - time)
    return receiver.messages.count { $0.takenAt >= since }
  }
}

/// A reference that keeps nothing alive.
private final class Weak<Object: AnyObject> {
  weak var value: Object?
}
