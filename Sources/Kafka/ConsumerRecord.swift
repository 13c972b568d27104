internal import CKafka
public import Delivery

/// A record as it was fetched: its bytes are librdkafka's until it is released or detached.
///
/// Used on the loop only. A record that is kept for long should be detached, because it pins the whole
/// fetch response that it came with. A record may outlive its consumer: the client underneath goes with
/// the last record that is neither released nor detached.
public final class ConsumerRecord {
  private struct Copy {
    var key: [UInt8]?
    var value: [UInt8]?
    var headers: [RecordHeader]
    var timestamp: Timestamp?
  }
  private enum Content {
    case borrowed(UnsafeMutablePointer<rd_kafka_message_t>, from: ClientHandle)
    case copied(Copy)
  }

  /// The topic.
  public let topic: String
  /// The partition's number.
  public let partition: Int32
  /// The offset.
  public let offset: Int64
  private var content: Content

  /// Takes over a message.
  init(
    _ message: UnsafeMutablePointer<rd_kafka_message_t>, topic: String, from client: ClientHandle
  ) {
    self.topic = topic
    partition = message.pointee.partition
    offset = message.pointee.offset
    content = .borrowed(message, from: client)
  }

  /// Copies a message that somebody else owns.
  init(copying message: UnsafePointer<rd_kafka_message_t>, topic: String) {
    self.topic = topic
    partition = message.pointee.partition
    offset = message.pointee.offset
    content = .copied(Self.copy(of: message))
  }

  /// A record of bytes that nobody else owns.
  public init(
    _ place: TopicPartition, offset: Int64, key: [UInt8]?, value: [UInt8]?,
    headers: [RecordHeader], timestamp: Timestamp?
  ) {
    topic = place.topic
    partition = place.partition
    self.offset = offset
    content = .copied(Copy(key: key, value: value, headers: headers, timestamp: timestamp))
  }

  deinit {
    if case .borrowed(let message, _) = content { rd_kafka_message_destroy(message) }
  }

  /// The partition that it came from.
  public var topicPartition: TopicPartition { TopicPartition(topic: topic, partition: partition) }

  /// The record's timestamp; nil when it has none.
  public var timestamp: Timestamp? {
    switch content {
    case .borrowed(let message, _): Self.timestamp(of: message)
    case .copied(let copy): copy.timestamp
    }
  }

  /// Lends the value's bytes; nil is Kafka's null.
  public func withValue<R, E: Error>(
    _ body: (Span<UInt8>?) throws(E) -> R
  ) throws(E) -> R {
    switch content {
    case .borrowed(let message, _):
      try Self.lend(message.pointee.payload, message.pointee.len, to: body)
    case .copied(let copy): try Self.lend(copy.value, to: body)
    }
  }

  /// Lends the key's bytes; nil is Kafka's null.
  public func withKey<R, E: Error>(
    _ body: (Span<UInt8>?) throws(E) -> R
  ) throws(E) -> R {
    switch content {
    case .borrowed(let message, _):
      try Self.lend(message.pointee.key, message.pointee.key_len, to: body)
    case .copied(let copy): try Self.lend(copy.key, to: body)
    }
  }

  /// The headers in their order, read anew each time; costs nothing when there are none.
  public var headers: [RecordHeader] {
    switch content {
    case .borrowed(let message, _): Self.headers(of: message)
    case .copied(let copy): copy.headers
    }
  }

  /// The value's bytes; nil is Kafka's null.
  public func copyValue() -> [UInt8]? {
    switch content {
    case .borrowed(let message, _): bytes(message.pointee.payload, message.pointee.len)
    case .copied(let copy): copy.value
    }
  }

  /// The key's bytes; nil is Kafka's null.
  public func copyKey() -> [UInt8]? {
    switch content {
    case .borrowed(let message, _): bytes(message.pointee.key, message.pointee.key_len)
    case .copied(let copy): copy.key
    }
  }

  /// Copies everything and gives librdkafka its memory back; later reads come from the copy.
  public func detach() {
    guard case .borrowed(let message, _) = content else { return }
    content = .copied(Self.copy(of: message))
    rd_kafka_message_destroy(message)
  }

  // MARK: - Reading librdkafka's memory

  private static func copy(of message: UnsafePointer<rd_kafka_message_t>) -> Copy {
    Copy(
      key: bytes(message.pointee.key, message.pointee.key_len),
      value: bytes(message.pointee.payload, message.pointee.len),
      headers: headers(of: message), timestamp: timestamp(of: message))
  }

  private static func timestamp(of message: UnsafePointer<rd_kafka_message_t>) -> Timestamp? {
    var type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
    let milliseconds = rd_kafka_message_timestamp(message, &type)
    guard type != RD_KAFKA_TIMESTAMP_NOT_AVAILABLE, milliseconds >= 0 else { return nil }
    return Timestamp(milliseconds: milliseconds)
  }

  private static func headers(of message: UnsafePointer<rd_kafka_message_t>) -> [RecordHeader] {
    var list: OpaquePointer?
    guard rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list else {
      return []
    }
    return (0..<rd_kafka_header_cnt(list)).compactMap { index in
      var name: UnsafePointer<CChar>?
      var value: UnsafeRawPointer?
      var count = 0
      let result = rd_kafka_header_get_all(list, index, &name, &value, &count)
      guard result == RD_KAFKA_RESP_ERR_NO_ERROR, let name else { return nil }
      return RecordHeader(String(cString: name), bytes(value, count))
    }
  }

  private static func lend<R, E: Error>(
    _ start: UnsafeMutableRawPointer?, _ count: Int, to body: (Span<UInt8>?) throws(E) -> R
  ) throws(E) -> R {
    guard let start else { return try body(nil) }
    let buffer = UnsafeBufferPointer(
      start: UnsafePointer(start.assumingMemoryBound(to: UInt8.self)), count: count)
    return try body(buffer.span)
  }

  private static func lend<R, E: Error>(
    _ bytes: [UInt8]?, to body: (Span<UInt8>?) throws(E) -> R
  ) throws(E) -> R {
    guard let bytes else { return try body(nil) }
    return try body(bytes.span)
  }
}

/// A copy of bytes of librdkafka; nil for its NULL.
private func bytes(_ start: UnsafeRawPointer?, _ count: Int) -> [UInt8]? {
  start.map { Array(UnsafeRawBufferPointer(start: $0, count: count)) }
}
