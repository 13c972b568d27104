/// A member of a consumer group, as its owner sees it; ``KafkaConsumer``, or one that is simulated.
public protocol RecordConsumer: AnyObject {
  /// Hands out records of an assigned partition, without waiting for any.
  /// - Returns: how many were handed out; as many as asked for means that there may be more.
  func take(
    from partition: TopicPartition, max: Int, into body: (ConsumerRecord) -> Void
  ) -> Int
  /// The offset that the next record of a partition will get, as far as it is known.
  func highWatermark(of partition: TopicPartition) -> Int64?
  /// Commits offsets, all in one request, and calls `completion` on the loop after this has returned.
  func commit(_ entries: [CommitEntry], completion: @escaping KafkaConsumer.CommitCompletion)
  /// Leaves the group: `revoked` is called for what is assigned, then the client ends.
  func close() async
}
