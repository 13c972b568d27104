internal import CKafka

/// Where a group stands in partitions, as the brokers say; blocks for up to `milliseconds` per question.
///
/// A partition that the group has committed nothing for gets the offset of the end that it starts from.
func committedOffsets(
  of partitions: [TopicPartition], by client: OpaquePointer, startingAtOldest: Bool,
  milliseconds: Int32
) -> Result<[AssignedPartition], KafkaError> {
  let list = PartitionList(partitions)
  let code = rd_kafka_committed(client, list.raw, milliseconds)
  guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { return .failure(KafkaError(code)) }
  var assigned: [AssignedPartition] = []
  for element in list.elements {
    guard element.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
      return .failure(KafkaError(element.err))
    }
    var start = element.committedOffset
    if start == nil {
      let ends = queryWatermarks(
        of: element.topicPartition, by: client, milliseconds: milliseconds)
      switch ends {
      case .success(let ends): start = startingAtOldest ? ends.lowerBound : ends.upperBound
      case .failure(let error): return .failure(error)
      }
    }
    assigned.append(
      AssignedPartition(
        topicPartition: element.topicPartition, committedOffset: element.committedOffset,
        metadata: element.metadataText, startOffset: start ?? 0))
  }
  return .success(assigned)
}
