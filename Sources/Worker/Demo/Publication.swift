import Delivery
import JSON
import Kafka

/// An outcome as it stands on the results topic.
struct PublishedOutcome: Sendable, Equatable {
  var eventID: String
  /// The request's record.
  var origin: RecordOrigin
  var kind: Outcome.Kind
  var reason: Reason
  var attempts: Int
  var latencyMilliseconds: Int
  var usageType: String?
  var connector: String?
  /// The provider's first id of what it took.
  var providerMessageID: String?

  /// Reads the value of a record; nil when it is no outcome.
  init?(value: [UInt8]) {
    guard let json = try? JSONValue(parsing: value),
      let id = json["id"]?.string, let origin = json["source"].flatMap(RecordOrigin.init),
      let kind = json["outcome"]?.string.flatMap(Outcome.Kind.init),
      let reason = json["reason"]?.string.flatMap(Reason.init),
      let attempts = json["attempts"]?.integer, let latency = json["latencyMs"]?.integer
    else { return nil }
    self.init(
      eventID: id, origin: origin, kind: kind, reason: reason, attempts: attempts,
      latencyMilliseconds: latency)
    usageType = json["usageType"]?.string
    connector = json["connector"]?.string
    if case .array(let ids)? = json["providerMessageIds"] { providerMessageID = ids.first?.string }
  }

  init(
    eventID: String, origin: RecordOrigin, kind: Outcome.Kind, reason: Reason, attempts: Int,
    latencyMilliseconds: Int
  ) {
    self.eventID = eventID
    self.origin = origin
    self.kind = kind
    self.reason = reason
    self.attempts = attempts
    self.latencyMilliseconds = latencyMilliseconds
  }
}

/// What a dead letter's headers say.
struct PublishedDeadLetter: Sendable, Equatable {
  /// The request's record.
  var origin: RecordOrigin
  var eventID: String?
  var disposition: String
  var code: String

  /// Reads the headers of a record; nil when it is no dead letter.
  init?(headers: [RecordHeader]) {
    func text(_ name: String) -> String? { headers.first { $0.name == name }?.text }
    guard let topic = text("__dlq.errors.topic"),
      let partition = text("__dlq.errors.partition").flatMap(Int32.init),
      let offset = text("__dlq.errors.offset").flatMap(Int64.init),
      let disposition = text("otp.dlq.disposition"), let code = text("otp.dlq.code")
    else { return nil }
    origin = RecordOrigin(topic: topic, partition: partition, offset: offset)
    eventID = text("otp.dlq.event.id")
    self.disposition = disposition
    self.code = code
  }
}

extension RecordOrigin {
  /// `{"topic":…,"partition":…,"offset":…}`.
  fileprivate init?(_ json: JSONValue) {
    guard let topic = json["topic"]?.string,
      let partition = json["partition"]?.integer.flatMap(Int32.init(exactly:)),
      let offset = json["offset"]?.integer
    else { return nil }
    self.init(topic: topic, partition: partition, offset: Int64(offset))
  }
}

extension JSONValue {
  /// A whole number; nil for anything else.
  fileprivate var integer: Int? {
    guard case .number(let text) = self else { return nil }
    return Int(text)
  }
}
