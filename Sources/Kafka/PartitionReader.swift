internal import CKafka
public import EventLoop

/// Reads partitions from an offset on, outside any group: nobody's share of the work changes.
///
/// Used on the loop only; ends when it is released.
public final class PartitionReader {
  private let client: ClientHandle
  private var queues: [PartitionQueue] = []
  private let onRecord: (ConsumerRecord) -> Void
  private let onEnd: () -> Void
  private let onError: (KafkaError) -> Void

  /// Begins to read.
  /// - Parameters:
  ///   - starts: what to read, and the offset of the first record of each.
  ///   - configuration: where the brokers are; its group is neither joined nor asked.
  ///   - loop: the loop that this is used on.
  ///   - onRecord: given each record, in the order of a partition's offsets.
  ///   - onEnd: told each time that a partition's end is reached: its leader lets us read.
  ///   - onError: told what keeps it from reading; it goes on trying.
  /// - Throws: when librdkafka does not accept the configuration as a whole.
  public init(
    _ starts: [TopicPartition: Int64], configuration: KafkaConfiguration, loop: EventLoop,
    onRecord: @escaping (ConsumerRecord) -> Void, onEnd: @escaping () -> Void = {},
    onError: @escaping (KafkaError) -> Void
  ) throws(KafkaError) {
    self.onRecord = onRecord
    self.onEnd = onEnd
    self.onError = onError
    client = try ClientHandle(
      .consumer,
      properties: configuration.consumerProperties + [("enable.partition.eof", "true")])
    let list = PartitionList([])
    for (partition, offset) in starts {
      list.add(partition, offset: offset)
      let assigned = AssignedPartition(
        topicPartition: partition, committedOffset: nil, metadata: nil, startOffset: offset)
      let index = queues.count
      let queue = PartitionQueue(assigned, of: client, on: loop) { [weak self] in
        self?.take(from: index)
      }
      if let queue { queues.append(queue) }
    }
    let code = rd_kafka_assign(client.raw, list.raw)
    guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(code) }
  }

  private func take(from index: Int) {
    _ = queues[index].take(
      max: .max,
      onError: { error in
        if error.isEnd {
          onEnd()
        } else {
          onError(error)
        }
      }, into: onRecord)
  }
}
