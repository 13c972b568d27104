internal import CKafka
internal import Delivery
internal import EventLoop

/// One life of a producer: a client, its queue and its topics.
///
/// A fatal error ends it.
final class ProducerClient {
  let handle: ClientHandle
  /// Records handed to librdkafka whose reports are still to come.
  private(set) var unreported = 0
  /// What ended this life; given to the records that go down with it.
  private(set) var fatalError: KafkaError?
  private let queue: EventQueue
  private var topics: [String: OpaquePointer] = [:]
  private var latestTopic: (name: String, handle: OpaquePointer)?

  init(
    _ configuration: KafkaConfiguration, loop: EventLoop,
    onReady: @escaping (ProducerClient) -> Void
  ) throws(KafkaError) {
    handle = try ClientHandle(.producer, properties: configuration.producerProperties)
    let box = WeakBox<ProducerClient>()
    queue = EventQueue(rd_kafka_queue_get_main(handle.raw), of: handle, on: loop) { _ in
      if let client = box.value { onReady(client) }
    }
    box.value = self
  }

  deinit {
    for topic in topics.values { rd_kafka_topic_destroy(topic) }
  }

  func nextEvent() -> Event? { queue.next() }

  /// Hands a copy of the record to librdkafka.
  func produce(_ record: ProducerRecord, slot: Int) -> rd_kafka_resp_err_t {
    guard let topic = topicHandle(record.topic) else { return rd_kafka_last_error() }
    let headers = headerList(record.headers)
    let result = withBytes(record.key) { key, keySize in
      withBytes(record.value) { value, valueSize in
        ckafka_produce(
          handle.raw, topic, record.partition, key, keySize, value, valueSize, headers,
          opaque(for: slot))
      }
    }
    if result == RD_KAFKA_RESP_ERR_NO_ERROR {
      unreported += 1
    } else if let headers {
      rd_kafka_headers_destroy(headers)
    }
    return result
  }

  /// Calls `body` with each record's slot, broker's answer and offset.
  func takeReports(
    of event: borrowing Event, _ body: (_ slot: Int, _ result: Result<Int64, KafkaError>) -> Void
  ) {
    withUnsafeTemporaryAllocation(of: UnsafePointer<rd_kafka_message_t>?.self, capacity: 256) {
      messages in
      while case let count = rd_kafka_event_message_array(
        event.raw, messages.baseAddress, messages.count), count > 0
      {
        for index in 0..<count {
          guard let message = messages[index] else { continue }
          unreported -= 1
          body(slot(of: message.pointee._private), result(of: message))
        }
      }
    }
  }

  /// Gives up every record; their reports follow at once.
  func purge() {
    rd_kafka_purge(
      handle.raw,
      RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING)
  }

  /// Ends this life: what is not persisted fails with the error.
  func retire(after error: KafkaError) {
    fatalError = error
    purge()
  }

  private func result(of message: UnsafePointer<rd_kafka_message_t>) -> Result<Int64, KafkaError> {
    let code = message.pointee.err
    if code == RD_KAFKA_RESP_ERR_NO_ERROR { return .success(message.pointee.offset) }
    let persistence: KafkaError.Persistence =
      switch rd_kafka_message_status(message) {
      case RD_KAFKA_MSG_STATUS_PERSISTED: .persisted
      case RD_KAFKA_MSG_STATUS_POSSIBLY_PERSISTED: .possiblyPersisted
      default: .notPersisted
      }
    var error = KafkaError(code)
    if error.isPurged || code == RD_KAFKA_RESP_ERR__FATAL {
      // The records' reports may come before the client's own word of its end.
      error = fatalError ?? handle.fatalError ?? error
    }
    error.persistence = persistence
    return .failure(error)
  }

  private func topicHandle(_ name: String) -> OpaquePointer? {
    if let latestTopic, latestTopic.name == name { return latestTopic.handle }
    guard let handle = topics[name] ?? rd_kafka_topic_new(handle.raw, name, nil) else { return nil }
    topics[name] = handle
    latestTopic = (name, handle)
    return handle
  }
}

/// A weak reference that is filled in later.
private final class WeakBox<Value: AnyObject> {
  weak var value: Value?
}

private func headerList(_ headers: [RecordHeader]) -> OpaquePointer? {
  if headers.isEmpty { return nil }
  let list = rd_kafka_headers_new(headers.count)
  for header in headers {
    var name = header.name
    name.withUTF8 { name in
      withBytes(header.value) { value, size in
        name.withMemoryRebound(to: CChar.self) { name in
          _ = rd_kafka_header_add(list, name.baseAddress, name.count, value, size)
        }
      }
    }
  }
  return list
}

/// The bytes as C wants them: NULL is null, and empty is not NULL.
private func withBytes<R>(_ bytes: [UInt8]?, _ body: (UnsafeRawPointer?, Int) -> R) -> R {
  guard let bytes else { return body(nil, 0) }
  return bytes.withUnsafeBytes { buffer in
    if let start = buffer.baseAddress { return body(start, buffer.count) }
    var nothing: UInt8 = 0
    return withUnsafePointer(to: &nothing) { body($0, 0) }
  }
}
