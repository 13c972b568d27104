import Delivery
import JSON
import Kafka
import Retry

/// What the ends of the results and own topics tell about requests whose record is not done: it came to its end, or
/// went on, before the last owner could commit that.
struct Aftermath {
  /// A request, or one replay of it.
  struct Copy: Hashable {
    var origin: RecordOrigin
    var replayCount: Int
  }
  /// An outcome, as far as it matters here.
  struct Conclusion {
    var copy: Copy
    var eventID: String
    /// Whether it is the request's own end, not that of a record that repeated it.
    var isFinal: Bool
  }

  private var concluded: Set<Copy> = []
  private var hops: [Copy: Int] = [:]
  private var highest: [String: Int64] = [:]

  /// Whether nothing was found.
  var isEmpty: Bool { concluded.isEmpty && hops.isEmpty }

  /// Notes an outcome.
  mutating func note(_ conclusion: Conclusion) {
    concluded.insert(conclusion.copy)
    note(conclusion.copy.origin)
  }

  /// Notes a record of an own topic.
  mutating func note(_ continuation: Continuation) {
    let copy = Copy(origin: continuation.origin, replayCount: continuation.replayCount)
    hops[copy] = max(hops[copy] ?? 0, continuation.hop)
    note(copy.origin)
  }

  private mutating func note(_ origin: RecordOrigin) {
    highest[origin.topic] = max(highest[origin.topic] ?? -1, origin.offset)
  }

  /// The highest offset of that topic that anything is told of; -1 when there is none.
  func highestOrigin(in topic: String) -> Int64 { highest[topic] ?? -1 }

  /// Whether a record is done: its request has an outcome, or has gone on as a later record.
  func hasOvertaken(_ copy: Copy, hop: Int) -> Bool {
    concluded.contains(copy) || hops[copy].map { $0 > hop } ?? false
  }
}

extension Aftermath.Conclusion {
  /// Reads a record of the results topic; nil when it is none of ours, or a receipt.
  init?(_ record: ConsumerRecord) {
    guard let value = record.copyValue(), let json = try? JSONValue(parsing: value),
      let eventID = json["id"]?.string,
      let kind = json["outcome"]?.string.flatMap(Outcome.Kind.init(rawValue:)), !kind.isReceipt,
      let source = json["source"], let topic = source["topic"]?.string,
      let partition = source["partition"]?.integer.flatMap({ Int32(exactly: $0) }),
      let offset = source["offset"]?.integer
    else { return nil }
    let id = record.headers.last { $0.name == "ce_id" }?.text ?? ""
    let ending = id.dropFirst(eventID.count)
    self.init(
      copy: Aftermath.Copy(
        origin: RecordOrigin(topic: topic, partition: partition, offset: offset),
        replayCount: ending.hasPrefix("/final/r") ? Int(ending.dropFirst(8)) ?? 0 : 0),
      eventID: eventID, isFinal: ending.hasPrefix("/final"))
  }
}

extension JSONValue {
  fileprivate var integer: Int64? { if case .number(let text) = self { Int64(text) } else { nil } }
}
