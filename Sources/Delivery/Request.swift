/// One request for a code to be sent, as decoded from a record.
///
/// An object, because each step holds it and none changes it.
public final class Request: Sendable {
  /// The idempotency key: the producer's, or `topic/partition/offset`.
  public let eventID: String
  /// Whether the producer gave `eventID`, so that another record may carry it too.
  public let hasExplicitID: Bool
  /// The record that came first.
  public let origin: RecordOrigin
  /// To whom.
  public let recipient: Recipient
  /// What for.
  public let usageType: UsageType
  /// What templates and receivers get.
  public let payload: Payload
  /// The client's address.
  public let ip: String?
  /// Whether it takes part in supersession: it has a code, no link, is no invitation and did not opt out.
  public let supersedes: Bool
  /// The producer's `metadata`, a JSON object byte for byte, to be echoed.
  public let metadata: [UInt8]?
  /// When it was enqueued: the record's timestamp, or now if that lies in the future or is unknown.
  public let requestedAt: Timestamp
  /// When it becomes worthless.
  public let expiresAt: Timestamp
  /// `traceparent` and `tracestate`, to be continued.
  public let trace: [RecordHeader]

  /// The channel, which is the recipient's.
  public var channel: Channel { recipient.channel }

  /// A request; `supersedes` follows from usage type and payload unless `supersede` is false.
  public init(
    eventID: String, hasExplicitID: Bool = true, origin: RecordOrigin, recipient: Recipient,
    usageType: UsageType, payload: Payload, ip: String? = nil, supersede: Bool = true,
    metadata: [UInt8]? = nil, requestedAt: Timestamp, expiresAt: Timestamp,
    trace: [RecordHeader] = []
  ) {
    self.eventID = eventID
    self.hasExplicitID = hasExplicitID
    self.origin = origin
    self.recipient = recipient
    self.usageType = usageType
    self.payload = payload
    self.ip = ip
    self.supersedes =
      supersede && payload.code != nil && payload.link == nil
      && usageType != .organizationInvitation
    self.metadata = metadata
    self.requestedAt = requestedAt
    self.expiresAt = expiresAt
    self.trace = trace
  }
}

// MARK: - Decoding

extension Request {
  /// What is fixed when a request is first read, and stays with it whatever topic it goes through.
  public struct Identity: Sendable, Equatable {
    /// The event id.
    public var eventID: String
    /// When it was enqueued.
    public var requestedAt: Timestamp
    /// When it becomes worthless.
    public var expiresAt: Timestamp

    /// An identity.
    public init(eventID: String, requestedAt: Timestamp, expiresAt: Timestamp) {
      self.eventID = eventID
      self.requestedAt = requestedAt
      self.expiresAt = expiresAt
    }
  }

  /// The largest value that is looked at, 1 MiB.
  public static let maximumValueBytes = 1_048_576

  /// Decodes a record: plain JSON, or a CloudEvent in structured or binary mode.
  ///
  /// The deadline is the earlier of `expiresAt` and `ttlSeconds` (counted from the record's timestamp),
  /// or, when neither is given, the timestamp and the usage type's lifetime.
  /// - Parameters:
  ///   - value: the record's value, with or without a schema registry's frame; nil for a tombstone.
  ///   - headers: the record's headers.
  ///   - origin: the record that came first; names the request when it has no id.
  ///   - timestamp: the record's own, nil when it has none; one in the future counts as `now`.
  ///   - identity: what was fixed when the request was first read; goes before what the body says.
  ///   - now: the time.
  ///   - lifetime: how long a request of a usage type is worth sending.
  /// - Returns: the request, of which every field is checked.
  /// - Throws: what is wrong, with what could be read.
  public static func decode(
    value: Span<UInt8>?, headers: [RecordHeader], origin: RecordOrigin, timestamp: Timestamp?,
    identity: Identity? = nil, now: Timestamp, lifetime: (UsageType) -> Duration
  ) throws(UndecodableRequest) -> Request {
    var reader = RequestReader()
    reader.draft.identity = identity
    let requestedAt = identity?.requestedAt ?? min(timestamp ?? now, now)
    let trace = headers.isEmpty ? [] : TraceContext.headers(among: headers)
    do throws(RequestFlaw) {
      try reader.read(value, headers: headers)
      return try reader.draft.request(
        origin: origin, requestedAt: requestedAt, trace: trace, lifetime: lifetime)
    } catch {
      throw reader.draft.undecodable(error, origin: origin, requestedAt: requestedAt, trace: trace)
    }
  }
}

/// What tells a request from all others: its event id and, after a replay, which one.
public func idempotencyKey(_ eventID: String, _ replayCount: Int) -> String {
  replayCount == 0 ? eventID : "\(eventID)/r\(replayCount)"
}
