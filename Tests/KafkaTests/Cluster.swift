import Delivery
import EventLoop
import Kafka
import Synchronization
import TestSupport

/// The cluster that most suites share: topics and groups of their own keep the tests apart.
enum SharedCluster {
  private static let started = Result { try EmbeddedCluster() }
  private static let names = Atomic(0)

  static func get() throws -> EmbeddedCluster { try started.get() }

  /// A name that no other test has.
  static func uniqueName(_ stem: String) -> String {
    "\(stem)-\(names.add(1, ordering: .relaxed).newValue)"
  }

  /// A new topic.
  static func topic(partitions: Int = 1) throws -> String {
    let name = uniqueName("topic")
    try get().createTopic(name, partitions: partitions)
    return name
  }
}

/// Settings for a cluster, with the shortest waits that the embedded one can do.
func settings(
  _ servers: String, group: String = "unused", _ more: [KafkaConfiguration.Property] = []
) throws -> KafkaConfiguration {
  try KafkaConfiguration(
    settings: [
      ("bootstrap.servers", servers), ("group.id", group), ("session.timeout.ms", "3000"),
      ("heartbeat.interval.ms", "300"), ("fetch.wait.max.ms", "5"),
      ("reconnect.backoff.max.ms", "200"),
    ] + more)
}

/// A member of a consumer group that notes what it is told; lives on a loop.
final class Member {
  private(set) var assignments: [[AssignedPartition]] = []
  private(set) var revocations: [(partitions: [TopicPartition], lost: Bool)] = []
  private(set) var ready: Set<TopicPartition> = []
  private(set) var events: [KafkaEvent] = []
  var records: [ConsumerRecord] = []
  /// Whether records are taken as soon as they come.
  var takesAtOnce = true
  /// What is done before partitions are given up; calls its argument.
  var onRevoke: (@escaping () -> Void) -> Void = { $0() }
  private var started: KafkaConsumer?

  var consumer: KafkaConsumer {
    guard let started else { preconditionFailure("not started") }
    return started
  }

  init(_ configuration: KafkaConfiguration, _ topics: [String], on loop: EventLoop) throws {
    let handlers = KafkaConsumer.Handlers(
      assigned: { [unowned self] in assignments.append($0) },
      revoked: { [unowned self] partitions, lost, done in
        revocations.append((partitions, lost))
        onRevoke(done)
      },
      recordsReady: { [unowned self] partition in
        ready.insert(partition)
        if takesAtOnce { takeAll() }
      },
      event: { [unowned self] in events.append($0) })
    started = try KafkaConsumer(
      configuration: configuration, topics: topics, loop: loop, handlers: handlers)
  }

  var assigned: [TopicPartition] { assignments.last?.map(\.topicPartition) ?? [] }
  var values: [String] { records.map(\.text) }
  var errors: [KafkaError] {
    events.compactMap { if case .error(let error) = $0 { error } else { nil } }
  }
  var resets: [(from: Int64, to: Int64)] {
    events.compactMap { if case .offsetReset(_, let from, let to) = $0 { (from, to) } else { nil } }
  }

  func takeAll() {
    for partition in ready {
      while consumer.take(from: partition, max: 100, into: { records.append($0) }) == 100 {}
    }
    ready = []
  }

  func commit(_ entries: [CommitEntry]) async -> [CommitResult] {
    await withCheckedContinuation { continuation in
      consumer.commit(entries) { continuation.resume(returning: $0) }
    }
  }
}

extension ConsumerRecord {
  /// The value as text.
  var text: String { copyValue().map { String(decoding: $0, as: UTF8.self) } ?? "<null>" }
}

extension ProducerRecord {
  /// A record of text for partition 0.
  init(_ text: String, to topic: String, partition: Int32 = 0) {
    self.init(topic: topic, partition: partition, key: nil, value: Array(text.utf8))
  }
}

/// A producer that keeps what it is told.
func makeProducer(_ configuration: KafkaConfiguration, on loop: EventLoop) throws -> KafkaProducer {
  try KafkaProducer(configuration: configuration, loop: loop) { _ in }
}
