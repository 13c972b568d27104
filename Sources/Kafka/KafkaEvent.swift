/// Something that a client tells of its own accord.
public enum KafkaEvent: Sendable {
  /// Something failed. The client goes on by itself, unless the error is fatal to a consumer.
  case error(KafkaError)
  /// A line of librdkafka's log.
  case log(KafkaLogLine)
  /// librdkafka's statistics as JSON, when `statistics.interval.ms` asks for them.
  case statistics(String)
  /// A producer had to start anew; what was not persisted has failed with the same error.
  case rebuilt(after: KafkaError)
  /// The broker no longer has, or not yet has, the offset that was to be read next: reading goes on elsewhere.
  ///
  /// When `to` is behind `from`, the records between them are lost to the topic's retention.
  case offsetReset(TopicPartition, from: Int64, to: Int64)
}

/// A line of librdkafka's log.
public struct KafkaLogLine: Sendable, Equatable {
  /// The severity after syslog: 0 (emergency) to 7 (debug).
  public var level: Int
  /// librdkafka's short name for what the line is about, such as `FAIL`.
  public var facility: String
  /// The line.
  public var text: String
}
