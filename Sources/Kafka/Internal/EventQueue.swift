internal import CKafka
internal import EventLoop
import Glibc

/// A queue of librdkafka, watched by the loop.
///
/// librdkafka writes to the descriptor only when the queue turns from empty to not empty, so whoever
/// is told must empty the queue, or remember that it is not empty.
final class EventQueue {
  let raw: OpaquePointer
  private let client: ClientHandle
  private let loop: EventLoop
  private let descriptor: Int32

  /// Takes over the reference to `raw`, and calls `onReady` once in any case.
  init(
    _ raw: OpaquePointer, of client: ClientHandle, on loop: EventLoop,
    onReady: @escaping (EventQueue) -> Void
  ) {
    self.raw = raw
    self.client = client
    self.loop = loop
    let descriptor = ckafka_wakeup_descriptor()
    precondition(descriptor >= 0, "no descriptor left for a queue of Kafka")
    self.descriptor = descriptor
    var one: UInt64 = 1
    rd_kafka_queue_io_event_enable(raw, descriptor, &one, MemoryLayout<UInt64>.size)
    loop.watch(descriptor, for: .read) { [unowned self] _ in
      var count: UInt64 = 0
      _ = read(descriptor, &count, MemoryLayout<UInt64>.size)
      onReady(self)
    }
    // A second look when nothing happens: should a signal ever be missed, nothing stands still.
    loop.onEachQuietTurn { [weak self] in
      guard let self else { return false }
      if count > 0 { onReady(self) }
      return true
    }
  }

  deinit {
    // Under the queue's lock: afterwards no thread of librdkafka writes to what may soon be another descriptor.
    rd_kafka_queue_io_event_enable(raw, -1, nil, 0)
    loop.unwatch(descriptor)
    close(descriptor)
    rd_kafka_queue_destroy(raw)
  }

  /// How much waits.
  var count: Int { rd_kafka_queue_length(raw) }

  /// Takes the next event without waiting for one.
  ///
  /// A poll may come back empty-handed from a queue that is not empty, when something of librdkafka's
  /// own made it yield; then nobody would be told of what is left.
  func next() -> Event? {
    for _ in 0..<4 {
      if let event = rd_kafka_queue_poll(raw, 0) { return Event(event) }
      if count == 0 { break }
    }
    return nil
  }
}

/// An event of librdkafka, destroyed with this value; what is read from it lives as long.
struct Event: ~Copyable {
  let raw: OpaquePointer

  init(_ raw: OpaquePointer) { self.raw = raw }

  deinit { rd_kafka_event_destroy(raw) }

  var type: Int32 { rd_kafka_event_type(raw) }

  var error: KafkaError? {
    let code = rd_kafka_event_error(raw)
    if code == RD_KAFKA_RESP_ERR_NO_ERROR { return nil }
    return KafkaError(
      code, text: rd_kafka_event_error_string(raw).map { String(cString: $0) },
      // Asked of another event, librdkafka reads past its end: only this kind has the field
      // (rd_kafka_event_error_is_fatal in rdkafka_event.c).
      isFatal: type == RD_KAFKA_EVENT_ERROR && rd_kafka_event_error_is_fatal(raw) != 0)
  }

  /// What the event tells, when it is one that any client may have.
  ///
  /// Leaves out the notes that a property is for the other kind of client: both are given all of them.
  var notice: KafkaEvent? {
    switch type {
    case RD_KAFKA_EVENT_ERROR: error.map(KafkaEvent.error)
    case RD_KAFKA_EVENT_STATS:
      rd_kafka_event_stats(raw).map { .statistics(String(cString: $0)) }
    case RD_KAFKA_EVENT_LOG: logLine.map(KafkaEvent.log)
    default: nil
    }
  }

  private var logLine: KafkaLogLine? {
    var facility: UnsafePointer<CChar>?
    var text: UnsafePointer<CChar>?
    var level: Int32 = 0
    guard rd_kafka_event_log(raw, &facility, &text, &level) == 0, let facility, let text else {
      return nil
    }
    let line = KafkaLogLine(
      level: Int(level), facility: String(cString: facility), text: String(cString: text))
    let isForOtherKind =
      line.facility == "CONFWARN" && line.text.contains(" property and will be ignored by this ")
    return isForOtherKind ? nil : line
  }
}

/// What a client that nobody serves met since it was last asked.
func reportedErrors(of client: OpaquePointer) -> [KafkaError] {
  let queue = rd_kafka_queue_get_main(client)
  defer { rd_kafka_queue_destroy(queue) }
  var errors: [KafkaError] = []
  while let event = rd_kafka_queue_poll(queue, 0).map({ Event($0) }) {
    if event.type == RD_KAFKA_EVENT_ERROR, let error = event.error { errors.append(error) }
  }
  return errors
}
