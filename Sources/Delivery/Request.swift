/// One request for a code to be sent, as decoded from a record.
public struct Request: Sendable {
  /// The idempotency key: the producer's, or `topic/partition/offset`.
  public var eventID: String
  /// The record that came first.
  public var origin: RecordOrigin
  /// To whom.
  public var recipient: Recipient
  /// What for.
  public var usageType: UsageType
  /// What templates and receivers get.
  public var payload: Payload
  /// The client's address.
  public var ip: String?
  /// Whether it takes part in supersession (the field `supersede`, and what design demands of the payload).
  public var supersedes: Bool
  /// The producer's `metadata`, a JSON object byte for byte, to be echoed.
  public var metadata: [UInt8]?
  /// When it was enqueued: the record's timestamp, or now if that lies in the future or is unknown.
  public var requestedAt: Timestamp
  /// When it becomes worthless.
  public var expiresAt: Timestamp
  /// `traceparent` and `tracestate`, to be continued.
  public var trace: [RecordHeader]

  /// The channel, which is the recipient's.
  public var channel: Channel { recipient.channel }
}
