import Delivery
import EventLoop
import JSON
import Kafka
import Synchronization

/// What the workers publish, read outside any group.
final class Journal: Sendable {
  /// One outcome.
  struct Entry: Sendable {
    var id: String
    var outcome: String
    var reason: String
    var eventID: String
    var code: String
    var attempts: Int
    var possibleDuplicate: Bool
    var latencyMilliseconds: Int
    /// `ce_id`, the same for every copy of one outcome.
    var identity: String
    var at: ContinuousClock.Instant
  }
  /// One dead letter.
  struct Letter: Sendable {
    var key: [UInt8]?
    var value: [UInt8]?
    var origin: String
    var disposition: String
  }
  private struct State {
    var outcomes: [String: [Entry]] = [:]
    var letters: [Letter] = []
  }
  private let state = Mutex(State())
  private let reader: LoopBoundReader

  init(
    _ servers: String, results: String, deadLetters: String, partitions: Int32,
    on thread: LoopThread
  ) {
    reader = LoopBoundReader(thread)
    let places =
      (0..<partitions).map { TopicPartition(topic: results, partition: $0) }
      + [TopicPartition(topic: deadLetters, partition: 0)]
    reader.start(places, servers) { [weak self] record in
      if record.topic == deadLetters { self?.noteLetter(record) } else { self?.note(record) }
    }
  }

  func close() { reader.close() }

  /// The outcomes of each event id.
  var outcomes: [String: [Entry]] { state.withLock { $0.outcomes } }
  /// How many event ids have an outcome.
  var concluded: Int { state.withLock { $0.outcomes.count } }
  /// How many of these event ids have an outcome.
  func concluded(of ids: some Sequence<String>) -> Int {
    state.withLock { state in ids.reduce(0) { $0 + (state.outcomes[$1] == nil ? 0 : 1) } }
  }
  var deadLetters: [Letter] { state.withLock { $0.letters } }

  private func note(_ record: ConsumerRecord) {
    guard let value = record.copyValue(), let json = try? JSONValue(parsing: value),
      let id = json["id"]?.string, let outcome = json["outcome"]?.string
    else { return }
    let identity = record.headers.first { $0.name == "ce_id" }?.value
    let entry = Entry(
      id: id, outcome: outcome, reason: json["reason"]?.string ?? "", eventID: id,
      code: json["providerCode"]?.string ?? "", attempts: json["attempts"]?.integer ?? 0,
      possibleDuplicate: json["possibleDuplicate"]?.isTrue ?? false,
      latencyMilliseconds: json["latencyMs"]?.integer ?? 0,
      identity: identity.map { String(decoding: $0, as: UTF8.self) } ?? "", at: .now)
    state.withLock { $0.outcomes[id, default: []].append(entry) }
  }

  private func noteLetter(_ record: ConsumerRecord) {
    func text(_ name: String) -> String {
      record.headers.first { $0.name == name }?.value.map { String(decoding: $0, as: UTF8.self) }
        ?? ""
    }
    let letter = Letter(
      key: record.copyKey(), value: record.copyValue(),
      origin: text("__dlq.errors.partition") + "/" + text("__dlq.errors.offset"),
      disposition: text("otp.dlq.disposition"))
    state.withLock { $0.letters.append(letter) }
  }
}

extension JSONValue {
  fileprivate var integer: Int? {
    guard case .number(let text) = self else { return nil }
    return Int(text)
  }

  fileprivate var isTrue: Bool {
    guard case .bool(let value) = self else { return false }
    return value
  }
}
