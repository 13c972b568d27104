/// What a request came to: the event that is published for every one that is concluded.
public struct Outcome: Sendable {
  /// How a request can end.
  public enum Kind: String, Sendable, CaseIterable {
    /// The provider took it.
    case accepted
    /// This message can never succeed.
    case rejected
    /// The deadline passed, or no further try fits before it.
    case expired
    /// A newer code for the same recipient and usage type came before this one was sent.
    case superseded
    /// Another record with this event id was taken before; nothing was sent for this one.
    case duplicate
    /// A person has to look.
    case deadLettered = "dead-lettered"
    /// A receipt: the message arrived.
    case delivered
    /// A receipt: the message did not arrive.
    case undelivered

    /// Whether it comes from a delivery receipt, after `accepted`.
    public var isReceipt: Bool { self == .delivered || self == .undelivered }
  }

  /// Which template was used.
  public struct Template: Sendable, Equatable {
    /// The usage type that it stands under.
    public var usageType: UsageType
    /// Its language, nil for the one that serves all.
    public var locale: String?

    /// A template's place.
    public init(usageType: UsageType, locale: String? = nil) {
      self.usageType = usageType
      self.locale = locale
    }
  }

  /// The most bytes of `detail` that are written.
  public static let maximumDetailBytes = 512

  /// The request's idempotency key.
  public var eventID: String
  /// How it ended.
  public var kind: Kind
  /// The channel, when it is known.
  public var channel: Channel?
  /// What it was for, when that is known.
  public var usageType: UsageType?
  /// The template, when one was used.
  public var template: Template?
  /// The name of the connector that tried last.
  public var connector: String?
  /// The id of that connector's provider.
  public var provider: String?
  /// The provider's ids of what it took.
  public var providerMessageIDs: [String] = []
  /// Why.
  public var reason: Reason
  /// The provider's code, or ours where there was no provider.
  public var providerCode: String?
  /// What an operator should know: scrubbed already; what is past ``maximumDetailBytes`` is cut off.
  public var detail: String?
  /// Tries used.
  public var attempts = 0
  /// Whether more than one message may have been sent.
  public var possibleDuplicate = false
  /// When it was enqueued.
  public var requestedAt: Timestamp
  /// When it ended.
  public var concludedAt: Timestamp
  /// The record that came first.
  public var source: RecordOrigin
  /// To whom; only ever written masked.
  public var recipient: Recipient?
  /// HMAC-SHA256 of the recipient, in hexadecimal digits.
  public var recipientHash: String?
  /// Which configuration was in force.
  public var configVersion: String?
  /// The producer's `metadata`, a JSON object byte for byte.
  public var metadata: [UInt8]?
  /// How often it was replayed out of the dead letters.
  public var replayCount = 0
  /// `traceparent` and `tracestate`.
  public var trace: [RecordHeader]

  /// An end of which no more is known than this; the rest can be set.
  public init(
    _ kind: Kind, reason: Reason, eventID: String, source: RecordOrigin, requestedAt: Timestamp,
    concludedAt: Timestamp, trace: [RecordHeader] = []
  ) {
    self.kind = kind
    self.reason = reason
    self.eventID = eventID
    self.source = source
    self.requestedAt = requestedAt
    self.concludedAt = concludedAt
    self.trace = trace
  }

  /// How a request ended.
  public init(_ kind: Kind, reason: Reason, of request: Request, at concludedAt: Timestamp) {
    self.init(
      kind, reason: reason, eventID: request.eventID, source: request.origin,
      requestedAt: request.requestedAt, concludedAt: concludedAt, trace: request.trace)
    channel = request.channel
    usageType = request.usageType
    recipient = request.recipient
    metadata = request.metadata
  }

  /// How a record ended that was no request: `rejected` or `dead-lettered`.
  public init(_ failure: UndecodableRequest, at concludedAt: Timestamp) {
    self.init(
      failure.isRejection ? .rejected : .deadLettered,
      reason: failure.isRejection ? .recipientInvalid : .poison, eventID: failure.eventID,
      source: failure.origin, requestedAt: failure.requestedAt, concludedAt: concludedAt,
      trace: failure.trace)
    channel = failure.channel
    usageType = failure.usageType
    providerCode = failure.code
    detail = failure.detail
    metadata = failure.metadata
  }
}
