import Delivery
import EventLoop
import Kafka

/// Enqueues samples, as an application does.
///
/// Used on the loop only; to be closed before it is released.
final class SampleProducer {
  private let producer: KafkaProducer
  private let topic: String

  /// Connects.
  /// - Throws: when librdkafka refuses the settings.
  init(_ configuration: KafkaConfiguration, topic: String, loop: EventLoop) throws(KafkaError) {
    self.topic = topic
    producer = try KafkaProducer(configuration: configuration, loop: loop) { _ in }
    producer.warm(topics: [topic])
  }

  /// Writes a sample's record.
  /// - Returns: where it stands.
  /// - Throws: why it could not be written.
  func enqueue(_ sample: Sample) async throws(KafkaError) -> RecordOrigin {
    let key = Array(sample.recipient.address.utf8)
    // A partition for each recipient, so that order and supersession hold. Any function of the key
    // would do; producers are advised to use Java's.
    let partition = Int32(key.reduce(0) { $0 + Int($1) }) % DemoSurroundings.partitions
    let offset = try await producer.send(
      ProducerRecord(
        topic: topic, partition: partition, key: key, value: Array(sample.value.utf8)))
    return RecordOrigin(topic: topic, partition: partition, offset: offset)
  }

  /// Ends the client.
  func close() async { await producer.close() }
}
