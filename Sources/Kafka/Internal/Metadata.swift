internal import CKafka

/// What the brokers say about one topic.
struct TopicMetadata: Sendable {
  var partitionCount: Int32
  /// For each broker that leads any, one partition that it leads.
  var ledBy: [Int32: Int32]

  /// Asks the brokers; blocks for up to `milliseconds`.
  static func fetch(
    _ topic: String, by client: OpaquePointer, milliseconds: Int32
  ) -> Result<TopicMetadata, KafkaError> {
    guard let handle = rd_kafka_topic_new(client, topic, nil) else {
      return .failure(KafkaError(rd_kafka_last_error()))
    }
    defer { rd_kafka_topic_destroy(handle) }
    var metadata: UnsafePointer<rd_kafka_metadata>?
    let code = rd_kafka_metadata(client, 0, handle, &metadata, milliseconds)
    guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let metadata else {
      return .failure(KafkaError(code))
    }
    defer { rd_kafka_metadata_destroy(metadata) }
    guard metadata.pointee.topic_cnt > 0 else {
      return .failure(KafkaError(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART))
    }
    let found = metadata.pointee.topics[0]
    guard found.err == RD_KAFKA_RESP_ERR_NO_ERROR else { return .failure(KafkaError(found.err)) }
    let partitions = UnsafeBufferPointer(start: found.partitions, count: Int(found.partition_cnt))
    let led = partitions.filter { $0.leader >= 0 }.map { ($0.leader, $0.id) }
    return .success(
      TopicMetadata(
        partitionCount: found.partition_cnt,
        ledBy: Dictionary(led, uniquingKeysWith: { first, _ in first })))
  }
}

/// The offsets that a partition begins and ends with, as its leader says; blocks for up to `milliseconds`.
func queryWatermarks(
  of partition: TopicPartition, by client: OpaquePointer, milliseconds: Int32
) -> Result<Range<Int64>, KafkaError> {
  var low: Int64 = 0
  var high: Int64 = 0
  let code = rd_kafka_query_watermark_offsets(
    client, partition.topic, partition.partition, &low, &high, milliseconds)
  guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { return .failure(KafkaError(code)) }
  return .success(low..<max(low, high))
}

/// The offsets that partitions end with, asked of all their leaders at once; blocks for about `milliseconds`, and longer
/// when it fails.
func queryEnds(
  of partitions: [TopicPartition], by client: OpaquePointer, milliseconds: Int32
) -> Result<[TopicPartition: Int64], KafkaError> {
  let list = PartitionList([])
  // The time whose offset is asked for: Kafka's protocol takes this number for the end.
  for partition in partitions { list.add(partition, offset: Int64(RD_KAFKA_OFFSET_END)) }
  var code = rd_kafka_offsets_for_times(client, list.raw, milliseconds)
  if code == RD_KAFKA_RESP_ERR_NO_ERROR {
    code = list.elements.lazy.map(\.err).first { $0 != RD_KAFKA_RESP_ERR_NO_ERROR } ?? code
  }
  guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
    // Whom librdkafka takes for a leader it asks for minutes, unless it is told of another.
    for topic in Set(partitions.map(\.topic))
    where code == RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION {
      _ = TopicMetadata.fetch(topic, by: client, milliseconds: milliseconds)
    }
    return .failure(KafkaError(code))
  }
  guard list.elements.allSatisfy({ $0.offset >= 0 }) else { return .failure(.timedOut) }
  return .success(
    Dictionary(
      list.elements.map { ($0.topicPartition, $0.offset) }, uniquingKeysWith: { $1 }))
}
