/// What has been read of a request, before it is known whether all of it is right.
struct RequestDraft {
  /// What an earlier reading fixed.
  var identity: Request.Identity?
  /// The event id of a CloudEvent, which goes before `id`.
  var envelopeID: String?
  var id: String?
  /// What `to` says, which may be no recipient.
  var to: String?
  var channel: Channel?
  var usageType: UsageType?
  /// `type`, the other name of `usageType`.
  var alias: UsageType?
  var payload = Payload(json: emptyObject)
  var expiresAt: Timestamp?
  var timeToLive: Duration?
  var ip: String?
  var supersede = true
  var metadata: [UInt8]?

  private static let emptyObject = Array("{}".utf8)

  private var eventID: String? { identity?.eventID ?? envelopeID ?? id }

  /// Whether the producer gave the event id, be it long ago.
  private func hasExplicitID(_ origin: RecordOrigin) -> Bool {
    identity.map { $0.eventID != origin.description } ?? (eventID != nil)
  }

  private func deadline(from requestedAt: Timestamp) -> Timestamp? {
    if let identity { return identity.expiresAt }
    return switch (expiresAt, timeToLive.map { requestedAt + $0 }) {
    case (let moment?, let end?): min(moment, end)
    case (let moment, let end): moment ?? end
    }
  }

  /// The finished request.
  func request(
    origin: RecordOrigin, requestedAt: Timestamp, trace: [RecordHeader],
    lifetime: (UsageType) -> Duration
  ) throws(RequestFlaw) -> Request {
    guard let to else { throw .field("to", "is missing; a phone number or an address is wanted") }
    guard let usageType = usageType ?? alias else {
      throw .field("usageType", "is missing; a name such as SignIn is wanted")
    }
    if let alias, alias != usageType {
      throw .field("type", "differs from usageType, of which it is another name")
    }
    guard let recipient = Recipient(to, channel: channel) else {
      throw .recipient(channel: channel)
    }
    return Request(
      eventID: eventID ?? origin.description, hasExplicitID: hasExplicitID(origin), origin: origin,
      recipient: recipient, usageType: usageType, payload: payload, ip: ip, supersede: supersede,
      metadata: metadata, requestedAt: requestedAt,
      expiresAt: deadline(from: requestedAt) ?? requestedAt + lifetime(usageType), trace: trace)
  }

  /// What was read of a request that is none.
  func undecodable(
    _ flaw: RequestFlaw, origin: RecordOrigin, requestedAt: Timestamp, trace: [RecordHeader]
  ) -> UndecodableRequest {
    UndecodableRequest(
      eventID: eventID ?? origin.description, origin: origin, code: flaw.code, detail: flaw.detail,
      channel: channel ?? to.map { $0.utf8.contains(UInt8(ascii: "@")) ? .email : .sms },
      usageType: usageType ?? alias, requestedAt: requestedAt,
      expiresAt: deadline(from: requestedAt), metadata: metadata, trace: trace)
  }
}

/// Why something is no request, in words that hold nothing of it.
struct RequestFlaw: Error {
  let code: String
  let detail: String

  init(code: String, _ detail: String) {
    self.code = code
    self.detail = detail
  }

  static func field(_ name: String, _ detail: String) -> RequestFlaw {
    RequestFlaw(code: "decode.field.\(name)", "\(name) \(detail)")
  }

  static func cloudEvent(_ attribute: String, _ detail: String) -> RequestFlaw {
    RequestFlaw(code: "decode.cloudevents.\(attribute)", "the CloudEvent's \(attribute) \(detail)")
  }

  static func recipient(channel: Channel?) -> RequestFlaw {
    let number = "a phone number of 7 to 15 digits"
    let address = "an address with a dot in its domain and at most 254 bytes"
    let wanted =
      switch channel {
      case .sms: "\(number), since channel is sms"
      case .email: "\(address), since channel is email"
      case nil: "\(number) or \(address)"
      }
    return RequestFlaw(
      code: UndecodableRequest.recipientInvalid, "to is not what it must be: \(wanted)")
  }
}
