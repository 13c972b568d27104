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
  private var followers: [String: PartitionReader] = [:]

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
        // Long enough for a busy machine, and short enough for who waits for one that left without a word.
        ("session.timeout.ms", "8000"), ("heartbeat.interval.ms", "500"),
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
    _ topics: [String], partitions: Int, as name: String,
    _ tell: @escaping @Sendable (PublishedRecord) -> Void
  ) throws {
    let starts = topics.flatMap { topic in
      (0..<Int32(partitions)).map { (TopicPartition(topic: topic, partition: $0), Int64(0)) }
    }
    followers[name] = try PartitionReader(
      Dictionary(uniqueKeysWithValues: starts),
      configuration: configuration(group: name, [("fetch.message.max.bytes", "4000000")]),
      loop: running.loop, onRecord: { tell(.init($0)) }, onError: { _ in })
  }

  /// Ends what ``follow(_:as:_:)`` began.
  func unfollow(_ name: String) { followers[name] = nil }

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
