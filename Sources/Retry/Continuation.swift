public import Delivery

/// What the headers of the worker's own topics say: a record there continues a request, it is no new one.
///
/// Times are milliseconds since 1970, everything is UTF-8 text. Only the worker and its operators write these topics.
public struct Continuation: Sendable, Equatable {
  /// The event id.
  public var eventID: String
  /// The record that came first.
  public var origin: RecordOrigin
  /// When the request was enqueued.
  public var requestedAt: Timestamp
  /// The deadline, as fixed when the request was first read.
  public var expiresAt: Timestamp
  /// When the record is due.
  public var notBefore: Timestamp
  /// Until when a provider wants to be left alone, when that is past `notBefore`.
  public var waitsUntil: Timestamp?
  /// How many records of own topics the request has had, this one included.
  public var hop: Int
  /// Tries used.
  public var tries: Int
  /// How many of them were ambiguous.
  public var ambiguousTries: Int
  /// When the first attempt began.
  public var firstAttemptAt: Timestamp?
  /// How often it was replayed out of the dead letters.
  public var replayCount: Int
  /// The offset in the results topic before which nothing about a newer request can stand.
  public var resultsFrom: Int64?

  /// The continuation of a request; what is not said has not happened.
  public init(
    eventID: String, origin: RecordOrigin, requestedAt: Timestamp, expiresAt: Timestamp,
    notBefore: Timestamp, hop: Int
  ) {
    self.eventID = eventID
    self.origin = origin
    self.requestedAt = requestedAt
    self.expiresAt = expiresAt
    self.notBefore = notBefore
    self.hop = hop
    tries = 0
    ambiguousTries = 0
    replayCount = 0
  }

  /// What is known of the attempts.
  public var history: AttemptHistory {
    get {
      AttemptHistory(
        tries: tries, ambiguousTries: ambiguousTries, firstAttemptAt: firstAttemptAt)
    }
    set {
      tries = newValue.tries
      ambiguousTries = newValue.ambiguousTries
      firstAttemptAt = newValue.firstAttemptAt
    }
  }

  /// What was fixed when the request was first read.
  public var identity: Request.Identity {
    Request.Identity(eventID: eventID, requestedAt: requestedAt, expiresAt: expiresAt)
  }
}

// MARK: - As headers

extension Continuation {
  /// The headers were written by a newer version, or damaged.
  public struct Unreadable: Error, Sendable, Equatable {
    /// The header that is wrong.
    public var header: String
  }

  private static let format = "otp.format"
  private static let knownFormat = "1"

  /// The headers of a record that continues a request: the record's own that are nobody's business of
  /// ours, then the continuation.
  /// - Parameter original: the headers of the record before.
  /// - Returns: all headers, in order.
  public func headers(replacingIn original: [RecordHeader]) -> [RecordHeader] {
    let fields: [(name: String, value: String?)] = [
      (Self.format, Self.knownFormat),
      ("otp.event.id", eventID),
      ("otp.origin", origin.description),
      ("otp.requested.at", "\(requestedAt.milliseconds)"),
      ("otp.expires.at", "\(expiresAt.milliseconds)"),
      ("otp.not.before", "\(notBefore.milliseconds)"),
      ("otp.waits.until", waitsUntil.map { "\($0.milliseconds)" }),
      ("otp.hop", "\(hop)"),
      ("otp.attempts", "\(tries)"),
      ("otp.ambiguous", "\(ambiguousTries)"),
      ("otp.first.attempt.at", firstAttemptAt.map { "\($0.milliseconds)" }),
      ("otp.replay.count", "\(replayCount)"),
      ("otp.results.from", resultsFrom.map { "\($0)" }),
    ]
    return original.filter { !$0.isOfTheWorker }
      + fields.compactMap { field in field.value.map { RecordHeader(field.name, $0) } }
  }

  /// Reads the headers of a record of an own topic.
  /// - Returns: nil when the record has none of ours: somebody wrote a request there by hand.
  /// - Throws: which header is wrong.
  public static func read(_ headers: [RecordHeader]) throws(Unreadable) -> Continuation? {
    let fields = Dictionary(
      headers.lazy.filter(\.isOfTheWorker).map { ($0.name, $0.text) }, uniquingKeysWith: { $1 })
    guard let format = fields[Self.format] else { return nil }
    guard format == Self.knownFormat else { throw Unreadable(header: Self.format) }
    let reader = FieldReader(fields: fields)
    var continuation = Continuation(
      eventID: try reader.text("otp.event.id"),
      origin: try reader.origin("otp.origin"),
      requestedAt: Timestamp(milliseconds: try reader.number("otp.requested.at")),
      expiresAt: Timestamp(milliseconds: try reader.number("otp.expires.at")),
      notBefore: Timestamp(milliseconds: try reader.number("otp.not.before")),
      hop: try reader.count("otp.hop"))
    continuation.tries = try reader.count("otp.attempts")
    continuation.ambiguousTries = try reader.count("otp.ambiguous")
    continuation.replayCount = try reader.count("otp.replay.count")
    continuation.waitsUntil = try reader.optionalTime("otp.waits.until")
    continuation.firstAttemptAt = try reader.optionalTime("otp.first.attempt.at")
    continuation.resultsFrom = try reader.optionalNumber("otp.results.from")
    return continuation
  }
}

/// Reads header values, and says which one is wrong.
private struct FieldReader {
  let fields: [String: String?]

  func text(_ name: String) throws(Continuation.Unreadable) -> String {
    guard let text = fields[name] ?? nil, !text.isEmpty else {
      throw Continuation.Unreadable(header: name)
    }
    return text
  }

  func number(_ name: String) throws(Continuation.Unreadable) -> Int64 {
    guard let number = Int64(try text(name)) else { throw Continuation.Unreadable(header: name) }
    return number
  }

  func optionalNumber(_ name: String) throws(Continuation.Unreadable) -> Int64? {
    fields[name] == nil ? nil : try number(name)
  }

  func optionalTime(_ name: String) throws(Continuation.Unreadable) -> Timestamp? {
    try optionalNumber(name).map { Timestamp(milliseconds: $0) }
  }

  func count(_ name: String) throws(Continuation.Unreadable) -> Int {
    let number = try number(name)
    guard (0...1_000_000).contains(number) else { throw Continuation.Unreadable(header: name) }
    return Int(number)
  }

  func origin(_ name: String) throws(Continuation.Unreadable) -> RecordOrigin {
    guard let origin = RecordOrigin(try text(name)) else {
      throw Continuation.Unreadable(header: name)
    }
    return origin
  }
}
