import Delivery
import EventLoop
import Synchronization
import TestSupport

@testable import Kafka

/// A Kafka cluster, and the clients that scenarios write requests and read outcomes with.
///
/// They live on a loop of their own, in real time: no scenario's clock moves them.
actor Bench {
  private static let sharedBench = Result { try Bench() }
  private static let names = Atomic(0)

  nonisolated let cluster: EmbeddedCluster
  private nonisolated let running = RunningLoop()
  nonisolated var unownedExecutor: UnownedSerialExecutor {
    running.loop.asUnownedSerialExecutor()
  }
  private var producer: KafkaProducer?
  private var followers: [String: Follower] = [:]

  /// The one that all share who do nothing to its brokers.
  static func shared() throws -> Bench { try sharedBench.get() }

  /// A bench with a cluster of its own.
  init() throws { cluster = try EmbeddedCluster() }

  /// A name that no other scenario has.
  static func uniqueName(_ stem: String) -> String {
    "\(stem)-\(names.add(1, ordering: .relaxed).newValue)"
  }

  /// Settings for a client of the cluster, with the shortest waits that it can do.
  nonisolated func configuration(
    group: String, _ more: [KafkaConfiguration.Property] = []
  ) throws -> KafkaConfiguration {
    try KafkaConfiguration(
      settings: [
        ("bootstrap.servers", cluster.bootstrapServers), ("group.id", group),
        ("session.timeout.ms", "3000"), ("heartbeat.interval.ms", "500"),
        ("fetch.wait.max.ms", "20"), ("reconnect.backoff.max.ms", "200"),
      ] + more)
  }

  /// Writes a record and waits for its acknowledgement.
  /// - Returns: where it stands.
  func write(_ record: ProducerRecord) async throws -> RecordOrigin {
    let client = try producer ?? makeProducer()
    producer = client
    let offset = try await client.send(record)
    return RecordOrigin(topic: record.topic, partition: record.partition, offset: offset)
  }

  private func makeProducer() throws -> KafkaProducer {
    // Larger than what a worker reads, so that the worker has to be the one that refuses it.
    let configuration = try configuration(group: "unused", [("message.max.bytes", "4000000")])
    return try KafkaProducer(configuration: configuration, loop: running.loop) { _ in }
  }

  /// Writes records and waits for the acknowledgement of all.
  func write(all records: [ProducerRecord]) async throws {
    guard let last = records.last else { return }
    let client = try producer ?? makeProducer()
    producer = client
    // In one partition they are acknowledged in their order.
    for record in records.dropLast() { client.send(record) { _ in } }
    _ = try await client.send(last)
  }

  /// Tells each record of topics, from the first on, until ``unfollow(_:)`` with the same name.
  func follow(
    _ topics: [String], as name: String, _ tell: @escaping @Sendable (PublishedRecord) -> Void
  ) throws {
    // A long session, so that it reads on where it was when the brokers were away.
    let configuration = try configuration(
      group: name, [("fetch.message.max.bytes", "4000000"), ("session.timeout.ms", "30000")])
    followers[name] = try Follower(configuration, topics, on: running.loop, tell)
  }

  /// Ends what ``follow(_:as:_:)`` began.
  func unfollow(_ name: String) async {
    await followers.removeValue(forKey: name)?.close()
  }

  /// Ends the clients and the cluster.
  func close() async {
    await producer?.close()
    producer = nil
    cluster.close()
  }

  /// Where a group stands in a partition, as the broker has it; nil when it never committed.
  func committed(_ partition: TopicPartition, by group: String) async throws -> AssignedPartition {
    let properties = try configuration(group: group).consumerProperties
    let client = try ClientHandle(.consumer, properties: properties)
    let result = await withCheckedContinuation { continuation in
      client.thread.run { [raw = SendablePointer(client.raw)] in
        continuation.resume(
          returning: committedOffsets(
            of: [partition], by: raw.raw, startingAtOldest: true, milliseconds: 10_000))
      }
    }
    return try result.get()[0]
  }
}

/// Reads topics from their beginning.
private final class Follower {
  private var consumer: KafkaConsumer?

  init(
    _ configuration: KafkaConfiguration, _ topics: [String], on loop: EventLoop,
    _ tell: @escaping @Sendable (PublishedRecord) -> Void
  ) throws {
    let handlers = KafkaConsumer.Handlers(
      assigned: { _ in }, revoked: { _, _, done in done() },
      recordsReady: { [unowned self] partition in
        while let consumer,
          consumer.take(from: partition, max: 100, into: { tell(.init($0)) }) == 100
        {}
      }, event: { _ in })
    consumer = try KafkaConsumer(
      configuration: configuration, topics: topics, loop: loop, handlers: handlers)
  }

  func close() async {
    await consumer?.close()
    consumer = nil
  }
}
