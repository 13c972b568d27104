internal import CKafka
import Glibc

/// Partitions as librdkafka wants them, destroyed with this value.
struct PartitionList: ~Copyable {
  let raw: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

  init(_ partitions: some Collection<TopicPartition>) {
    raw = rd_kafka_topic_partition_list_new(Int32(partitions.count))
    for each in partitions { add(each, offset: Int64(RD_KAFKA_OFFSET_INVALID)) }
  }

  init(subscribing topics: [String]) {
    self.init(topics.map { TopicPartition(topic: $0, partition: RD_KAFKA_PARTITION_UA) })
  }

  init(committing entries: [CommitEntry]) {
    raw = rd_kafka_topic_partition_list_new(Int32(entries.count))
    for entry in entries {
      let element = add(entry.topicPartition, offset: entry.offset)
      var metadata = entry.metadata
      metadata.withUTF8 { bytes in
        // librdkafka frees it with the list.
        guard let start = bytes.baseAddress, let copy = malloc(max(bytes.count, 1)) else { return }
        memcpy(copy, start, bytes.count)
        element.pointee.metadata = copy
        element.pointee.metadata_size = bytes.count
      }
    }
  }

  deinit { rd_kafka_topic_partition_list_destroy(raw) }

  @discardableResult
  func add(_ partition: TopicPartition, offset: Int64)
    -> UnsafeMutablePointer<rd_kafka_topic_partition_t>
  {
    let element = rd_kafka_topic_partition_list_add(raw, partition.topic, partition.partition)!
    element.pointee.offset = offset
    return element
  }

  var elements: UnsafeBufferPointer<rd_kafka_topic_partition_t> { raw.pointee.elements }
}

extension rd_kafka_topic_partition_list_t {
  /// The elements, for as long as the list lives and is not changed.
  var elements: UnsafeBufferPointer<rd_kafka_topic_partition_t> {
    UnsafeBufferPointer(start: elems, count: Int(cnt))
  }
}

extension rd_kafka_topic_partition_t {
  var topicPartition: TopicPartition {
    TopicPartition(topic: String(cString: topic), partition: partition)
  }

  /// The committed offset; nil when there is none.
  var committedOffset: Int64? { offset >= 0 ? offset : nil }

  /// The text that was committed with the offset; nil when there was none.
  var metadataText: String? {
    guard let metadata, metadata_size > 0 else { return nil }
    return String(
      decoding: UnsafeRawBufferPointer(start: metadata, count: metadata_size), as: UTF8.self)
  }
}
