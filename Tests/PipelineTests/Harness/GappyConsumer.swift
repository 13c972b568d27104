import EventLoop
import Kafka
import Pipeline

/// A consumer to which some offsets hold no record, as after a compaction or between transactions.
private final class GappyConsumer: RecordConsumer {
  private let consumer: KafkaConsumer
  private let gap: Range<Int64>

  init(_ consumer: KafkaConsumer, gap: Range<Int64>) {
    self.consumer = consumer
    self.gap = gap
  }

  func take(
    from partition: TopicPartition, max: Int, into body: (ConsumerRecord) -> Void
  ) -> Int {
    consumer.take(from: partition, max: max) { if !gap.contains($0.offset) { body($0) } }
  }

  func highWatermark(of partition: TopicPartition) -> Int64? {
    consumer.highWatermark(of: partition)
  }

  func commit(_ entries: [CommitEntry], completion: @escaping KafkaConsumer.CommitCompletion) {
    consumer.commit(entries, completion: completion)
  }

  func close() async { await consumer.close() }
}

extension PipelineClients {
  /// The real ones, but for the records in a gap.
  static func without(_ gap: Range<Int64>) -> PipelineClients {
    var clients = PipelineClients.real
    clients.consumer = { configuration, topics, loop, handlers throws(KafkaError) in
      GappyConsumer(
        try KafkaConsumer(
          configuration: configuration, topics: topics, loop: loop, handlers: handlers), gap: gap)
    }
    return clients
  }
}
