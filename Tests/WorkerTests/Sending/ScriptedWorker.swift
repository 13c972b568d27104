import Delivery
import EventLoop
import Kafka

@testable import Worker

/// Plays a worker: reads every partition of the requests and publishes the ending that a test wants.
///
/// Used on the loop only.
final class ScriptedWorker {
  private let producer: KafkaProducer
  private var reader: PartitionReader?
  private let ending: (Request) -> Outcome.Kind?

  /// Begins to read; `ending` is nil for a request that shall have no outcome.
  init(
    on cluster: EmbeddedCluster, partitions: Int32, loop: EventLoop,
    _ ending: @escaping (Request) -> Outcome.Kind?
  ) throws {
    self.ending = ending
    let configuration = try KafkaConfiguration(settings: [
      ("bootstrap.servers", cluster.bootstrapServers), ("group.id", "scripted"),
      ("fetch.wait.max.ms", "5"),
    ])
    producer = try KafkaProducer(configuration: configuration, loop: loop) { _ in }
    let places = (0..<partitions).map { TopicPartition(topic: "send-otp", partition: $0) }
    reader = try PartitionReader(
      Dictionary(uniqueKeysWithValues: places.map { ($0, 0) }), configuration: configuration,
      loop: loop, onRecord: { [weak self] in self?.take($0) }, onError: { _ in })
  }

  /// Ends it.
  func close() async {
    reader = nil
    await producer.close()
  }

  private func take(_ record: ConsumerRecord) {
    let origin = RecordOrigin(
      topic: record.topic, partition: record.partition, offset: record.offset)
    let now = Timestamp(milliseconds: 1_000_000_000_000)
    guard let value = record.copyValue(),
      let request = try? Request.decode(
        value: value.span, headers: [], origin: origin, timestamp: now, now: now,
        lifetime: { _ in .seconds(600) }), let kind = ending(request)
    else { return }
    // Somebody else's outcome stands before the one that is waited for.
    var other = Outcome(.rejected, reason: .policyRefused, of: request, at: now)
    other.source.offset += 1_000
    for outcome in [other, Outcome(kind, reason: .ok, of: request, at: now)] {
      producer.send(
        ProducerRecord(
          topic: "send-otp.results", partition: record.partition, key: outcome.key,
          value: outcome.value())
      ) { _ in }
    }
  }
}
