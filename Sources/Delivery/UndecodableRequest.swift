/// A record that is no request that could be sent, with all that was read of it.
///
/// Holds nothing that a producer wrote but what an outcome shows anyway.
public struct UndecodableRequest: Error, Sendable {
  /// The idempotency key when that much could be read, else `topic/partition/offset`.
  public var eventID: String
  /// The record that came first.
  public var origin: RecordOrigin
  /// What is wrong, stable: `decode.json`, `decode.field.ttlSeconds`, `recipient.invalid` and so on.
  public var code: String
  /// What is wrong, where, and what is allowed; never the value itself.
  public var detail: String
  /// Whether the outcome is `rejected`, since nobody could mend the request; else it is a dead letter, `poison`.
  public var isRejection: Bool { code == Self.recipientInvalid }
  /// The channel that was asked for or that the recipient looks like.
  public var channel: Channel?
  /// What for, when it could be read.
  public var usageType: UsageType?
  /// When it was enqueued.
  public var requestedAt: Timestamp
  /// When it becomes worthless, when that could be read.
  public var expiresAt: Timestamp?
  /// The producer's `metadata`, when it could be read, to be echoed.
  public var metadata: [UInt8]?
  /// `traceparent` and `tracestate`, to be continued.
  public var trace: [RecordHeader]

  /// A record of which no more is known than where it stands and what is wrong.
  public init(origin: RecordOrigin, code: String, detail: String, requestedAt: Timestamp) {
    self.init(
      eventID: origin.description, origin: origin, code: code, detail: detail, channel: nil,
      usageType: nil, requestedAt: requestedAt, expiresAt: nil, metadata: nil, trace: [])
  }

  init(
    eventID: String, origin: RecordOrigin, code: String, detail: String, channel: Channel?,
    usageType: UsageType?, requestedAt: Timestamp, expiresAt: Timestamp?, metadata: [UInt8]?,
    trace: [RecordHeader]
  ) {
    self.eventID = eventID
    self.origin = origin
    self.code = code
    self.detail = detail
    self.channel = channel
    self.usageType = usageType
    self.requestedAt = requestedAt
    self.expiresAt = expiresAt
    self.metadata = metadata
    self.trace = trace
  }

  static let recipientInvalid = "recipient.invalid"
  /// The code of a value that is larger than ``Request/maximumValueBytes``.
  public static let oversize = "decode.oversize"
}
