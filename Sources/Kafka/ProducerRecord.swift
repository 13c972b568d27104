public import Delivery

/// A record to be produced.
public struct ProducerRecord: Sendable, Equatable {
  /// The topic.
  public var topic: String
  /// The partition's number.
  public var partition: Int32
  /// The key; nil is Kafka's null.
  public var key: [UInt8]?
  /// The value; nil is Kafka's null.
  public var value: [UInt8]?
  /// The headers, in this order.
  public var headers: [RecordHeader]

  /// A record for a partition.
  public init(
    topic: String, partition: Int32, key: [UInt8]?, value: [UInt8]?, headers: [RecordHeader] = []
  ) {
    self.topic = topic
    self.partition = partition
    self.key = key
    self.value = value
    self.headers = headers
  }
}
