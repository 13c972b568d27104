/// A header of a Kafka record.
public struct RecordHeader: Sendable, Equatable {
  /// The name; names may repeat.
  public var name: String
  /// The bytes; nil is Kafka's null.
  public var value: [UInt8]?

  /// A header.
  public init(_ name: String, _ value: [UInt8]?) {
    self.name = name
    self.value = value
  }

  /// A header of UTF-8 text.
  public init(_ name: String, _ text: String) {
    self.init(name, Array(text.utf8))
  }

  /// Whether its name is one of the worker's own: a producer's is dropped at the first hop.
  public var isOfTheWorker: Bool { name.hasPrefix("otp.") || name.hasPrefix("__dlq.errors.") }

  /// The value as text, nil when it is null or not UTF-8.
  public var text: String? {
    value.flatMap { String(validating: $0, as: UTF8.self) }
  }
}

/// Where a record stands: `topic/partition/offset`.
public struct RecordOrigin: Hashable, Sendable, CustomStringConvertible {
  /// The topic.
  public var topic: String
  /// The partition.
  public var partition: Int32
  /// The offset.
  public var offset: Int64

  /// A place in a topic.
  public init(topic: String, partition: Int32, offset: Int64) {
    self.topic = topic
    self.partition = partition
    self.offset = offset
  }

  /// `topic/partition/offset`.
  public var description: String { "\(topic)/\(partition)/\(offset)" }

  /// Reads ``description``; nil when the text is none.
  public init?(_ description: String) {
    let parts = description.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 3, !parts[0].isEmpty, let partition = Int32(parts[1]), partition >= 0,
      let offset = Int64(parts[2]), offset >= 0
    else { return nil }
    self.init(topic: String(parts[0]), partition: partition, offset: offset)
  }
}
