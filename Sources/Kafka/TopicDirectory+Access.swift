internal import CKafka

extension TopicDirectory {
  /// The offsets that a partition begins and ends with, as its leader says.
  /// - Throws: what the leader answered, or that it did not within `limit`.
  public func offsets(
    of partition: TopicPartition, within limit: Duration = .seconds(10)
  ) async throws(KafkaError) -> Range<Int64> {
    let milliseconds = Int32(limit / .milliseconds(1))
    return try await ask { client in
      queryWatermarks(of: partition, by: client, milliseconds: milliseconds)
    }.get()
  }

  /// The partition of a record with this key, as Java's clients choose it (murmur2).
  /// - Parameters:
  ///   - key: the record's key.
  ///   - count: how many partitions the topic has, at least 1.
  /// - Returns: a partition's number, from 0.
  public static func partition(forKey key: [UInt8], of count: Int32) -> Int32 {
    // Neither the topic nor the opaque pointers are looked at by this partitioner.
    key.withUnsafeBytes {
      rd_kafka_msg_partitioner_murmur2(nil, $0.baseAddress, $0.count, count, nil, nil)
    }
  }

  /// Runs a question that blocks on the client's own thread.
  func ask<R: Sendable>(_ question: @escaping @Sendable (OpaquePointer) -> R) async -> R {
    await withCheckedContinuation { continuation in
      handle.thread.run { [client = SendablePointer(handle.raw)] in
        continuation.resume(returning: question(client.raw))
      }
    }
  }
}

/// What a consumer group may do, without joining it.
public final class GroupAccess: Sendable {
  private let handle: ClientHandle

  /// A client that names the group and never joins it.
  /// - Throws: when librdkafka does not accept the configuration as a whole.
  public init(configuration: KafkaConfiguration) throws(KafkaError) {
    handle = try ClientHandle(.consumer, properties: configuration.consumerProperties)
  }

  /// Asks where the group stands in a partition, which needs the right to describe the group.
  ///
  /// The right to read, with which members join, is not looked at: joining would move partitions of a group at work.
  /// - Returns: the refusal or failure; nil when the coordinator answered.
  public func failure(
    asking partition: TopicPartition, within limit: Duration
  ) async -> KafkaError? {
    await withCheckedContinuation { continuation in
      handle.thread.run { [client = SendablePointer(handle.raw)] in
        continuation.resume(returning: Self.failure(asking: partition, by: client.raw, limit))
      }
    }
  }

  /// Asks again and again for a while: a refusal by the coordinator's finder comes as an event only.
  private static func failure(
    asking partition: TopicPartition, by client: OpaquePointer, _ limit: Duration
  ) -> KafkaError? {
    let end = ContinuousClock.now + limit
    var failure: KafkaError?
    repeat {
      let list = PartitionList([partition])
      let code = rd_kafka_committed(client, list.raw, 500)
      let told = code == RD_KAFKA_RESP_ERR_NO_ERROR ? list.elements.first?.err ?? code : code
      if told == RD_KAFKA_RESP_ERR_NO_ERROR { return nil }
      let error = KafkaError(told)
      if error.isNotAuthorized { return error }
      if let refusal = reportedErrors(of: client).first(where: \.isNotAuthorized) { return refusal }
      failure = error
    } while ContinuousClock.now < end
    return failure
  }
}
