internal import CKafka

/// Owns one `rd_kafka_t`: a producer or consumer of librdkafka.
///
/// Whoever holds something that belongs to the client (a queue, a record) holds this too, so the
/// client is destroyed after all of them, as librdkafka demands; on its own thread, because that blocks.
///
/// Unchecked: both fields are immutable, and librdkafka's client may be called from any thread.
final class ClientHandle: @unchecked Sendable {
  enum Kind {
    case producer
    case consumer
  }

  let raw: OpaquePointer
  let thread: BlockingThread

  init(_ kind: Kind, properties: [KafkaConfiguration.Property]) throws(KafkaError) {
    let configuration = rd_kafka_conf_new()
    for property in properties {
      if let problem = set(property.key, property.value, in: configuration) {
        rd_kafka_conf_destroy(configuration)
        throw KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG, text: problem)
      }
    }
    rd_kafka_conf_set_events(configuration, Self.events)
    var text = [UInt8](repeating: 0, count: 512)
    let type = kind == .producer ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER
    let client = text.withUnsafeMutableBytes {
      rd_kafka_new(
        type, configuration, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
    }
    guard let client else {
      rd_kafka_conf_destroy(configuration)
      throw KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG, text: string(from: text))
    }
    raw = client
    thread = BlockingThread()
    rd_kafka_set_log_queue(client, nil)
  }

  deinit {
    let client = SendablePointer(raw)
    // A consumer that was not closed leaves the group by its session's end: closing needs the loop.
    thread.finish { rd_kafka_destroy_flags(client.raw, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE) }
  }

  /// The error that ended the client; nil while it is alive.
  var fatalError: KafkaError? {
    var text = [UInt8](repeating: 0, count: 512)
    let code = text.withUnsafeMutableBytes {
      rd_kafka_fatal_error(raw, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
    }
    if code == RD_KAFKA_RESP_ERR_NO_ERROR { return nil }
    return KafkaError(code, text: string(from: text), isFatal: true)
  }

  private static let events =
    RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_FETCH | RD_KAFKA_EVENT_LOG | RD_KAFKA_EVENT_ERROR
    | RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_OFFSET_COMMIT | RD_KAFKA_EVENT_STATS
}

/// A pointer of librdkafka on its way to another thread.
///
/// Unchecked: used for objects that librdkafka lets any thread use, or that are handed over whole.
struct SendablePointer: @unchecked Sendable {
  let raw: OpaquePointer

  init(_ raw: OpaquePointer) { self.raw = raw }
}

/// Sets a property; returns librdkafka's words when it refuses.
func set(_ key: String, _ value: String, in configuration: OpaquePointer?) -> String? {
  var text = [UInt8](repeating: 0, count: 512)
  let result = text.withUnsafeMutableBytes {
    rd_kafka_conf_set(
      configuration, key, value, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
  }
  return result == RD_KAFKA_CONF_OK ? nil : string(from: text)
}

/// The text before the first NUL.
func string(from bytes: [UInt8]) -> String {
  String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
}
