internal import CKafka
internal import EventLoop

/// The fetched records of one assigned partition, split from the consumer's common queue.
final class PartitionQueue {
  let topicPartition: TopicPartition
  /// The offset at which the partition's end was told last, where that is asked for.
  private(set) var toldEnd: Int64?
  private let client: ClientHandle
  private let queue: EventQueue
  private var strays = FIFO<ConsumerRecord>()
  private var expected: Int64
  private var jump: (from: Int64, to: Int64)?
  private var wasReset = false

  /// Splits the queue off.
  ///
  /// To be made before `rd_kafka_assign`, which otherwise forwards the queue to the common one; the
  /// explicit un-forwarding is remembered and outlasts the assignment.
  init?(
    _ assigned: AssignedPartition, of client: ClientHandle, on loop: EventLoop,
    onReady: @escaping () -> Void
  ) {
    topicPartition = assigned.topicPartition
    expected = assigned.startOffset
    self.client = client
    guard
      let raw = rd_kafka_queue_get_partition(
        client.raw, topicPartition.topic, topicPartition.partition)
    else { return nil }
    rd_kafka_queue_forward(raw, nil)
    queue = EventQueue(raw, of: client, on: loop) { queue in
      if queue.count > 0 { onReady() }
    }
  }

  /// Hands out up to `max` records; returns fewer only when there are no more.
  func take(
    max: Int, onError: (KafkaError) -> Void, into body: (ConsumerRecord) -> Void
  ) -> Int {
    var taken = 0
    while taken < max, let stray = strays.popFirst() {
      note(stray.offset)
      body(stray)
      taken += 1
    }
    let batch = 256
    withUnsafeTemporaryAllocation(
      of: UnsafeMutablePointer<rd_kafka_message_t>?.self, capacity: batch
    ) { messages in
      // Asking for no more than there is saves librdkafka a wait that ends at once. The last look at
      // the count makes sure that the next record turns the queue from empty to not empty.
      while taken < max, case let waiting = queue.count, waiting > 0 {
        let count = rd_kafka_consume_batch_queue(
          queue.raw, 0, messages.baseAddress, Swift.min(max - taken, waiting, batch))
        guard count > 0 else { break }
        for index in 0..<count {
          guard let message = messages[index] else { continue }
          if message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR {
            note(message.pointee.offset)
            body(ConsumerRecord(message, topic: topicPartition.topic, from: client))
            taken += 1
          } else {
            if message.pointee.err == RD_KAFKA_RESP_ERR__PARTITION_EOF {
              toldEnd = message.pointee.offset
            }
            onError(Self.error(of: message))
            rd_kafka_message_destroy(message)
          }
        }
      }
    }
    return taken
  }

  /// Keeps a record that came through the common queue after all, and splits the queue off again.
  func keep(_ stray: ConsumerRecord) {
    strays.append(stray)
    rd_kafka_queue_forward(queue.raw, nil)
  }

  // MARK: - Offsets that are gone

  /// Notes that librdkafka reported a reset.
  func noteReset() { wasReset = true }

  /// From where to where reading was reset, once both the report and a record have come.
  func takeReset() -> (from: Int64, to: Int64)? {
    guard wasReset, let jump else { return nil }
    wasReset = false
    self.jump = nil
    return jump
  }

  private func note(_ offset: Int64) {
    if offset != expected { jump = (from: expected, to: offset) }
    expected = offset + 1
  }

  private static func error(of message: UnsafePointer<rd_kafka_message_t>) -> KafkaError {
    KafkaError(
      message.pointee.err, text: rd_kafka_message_errstr(message).map { String(cString: $0) })
  }
}
