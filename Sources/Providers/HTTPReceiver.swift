internal import Delivery
internal import Digest
internal import JSON

/// A receiver of one's own over HTTP, for text messages or mails: it gets what is known and writes the text.
///
/// The request is that of Logto's HTTP connectors: `to`, `type`, `payload` and, when known, `ip`. Any 2xx means taken; a
/// 4xx that no other rule names means that this message will never be.
struct HTTPReceiver: Sendable {
  /// The keys of a receiver's `config`.
  /// - Parameters:
  ///   - endpoint: an example of its URL.
  ///   - variable: the variable that an example takes the token from.
  /// - Returns: the keys.
  static func settings(endpoint: String, variable: String) -> [SettingDescriptor] {
    [
      SettingDescriptor(
        "endpoint", .url, isRequired: true, "The receiver's URL.", example: .set(endpoint)),
      SettingDescriptor(
        "authorization", .text, isSecret: true,
        "The value of the header Authorization, scheme and all; none is sent without it.",
        example: .set("Bearer ${\(variable):-replace-me}")),
      SettingDescriptor(
        "hmacSecret", .text, isSecret: true,
        "Signs every body: the header X-Otp-Signature is then sha256= and the HMAC-SHA256 in hexadecimal digits."
      ),
    ]
  }

  private static let idNames = ReplyFields.Names("id", "messageId", "message_id")

  private let endpoint: HTTPEndpoint
  private let authorization: Secret?
  private let signingKey: HMACKey?

  /// Reads the keys of ``settings(endpoint:variable:)``.
  init(settings: SettingsReader) throws(InvalidSettings) {
    guard let endpoint = settings.url("endpoint") else { throw InvalidSettings() }
    self.endpoint = endpoint
    authorization = settings.secret("authorization")
    signingKey = settings.secret("hmacSecret").map { HMACKey($0.reveal()) }
  }

  /// The request that hands `message` over.
  func exchange(for message: Message) -> HTTPExchange {
    var json = JSONWriter(capacity: message.payload.json.count + 128)
    json.beginObject()
    json.key("to")
    json.string(message.recipient.original)
    json.key("type")
    json.string(message.usageType.rawValue)
    json.key("payload")
    json.raw(message.payload.json)
    if let ip = message.ip {
      json.key("ip")
      json.string(ip)
    }
    json.endObject()

    var headers = [(name: "Content-Type", value: "application/json")]
    if let authorization { headers.append(("Authorization", authorization.reveal())) }
    if let signingKey {
      let signature = signingKey.authenticationCode(for: json.bytes).hex
      headers.append(("X-Otp-Signature", "sha256=\(signature)"))
    }
    return HTTPExchange(endpoint, headers: headers, body: json.bytes)
  }

  /// Why it is not asked: whatever it got, it would take for a message.
  static let probe = Probe.impossible("a receiver of one's own knows nothing but messages")

  /// What a reply means.
  static func answer(to reply: Reply) -> Answer {
    guard case .http(let reply) = reply else { return .foreignReply }
    if (200..<300).contains(reply.status) {
      return Answer(
        .accepted, code: StatusTable.code(of: reply.status),
        providerMessageIDs: messageID(in: reply.body))
    }
    let answer = StatusTable.answer(to: reply)
    if (400..<500).contains(reply.status), answer.class == .ambiguous {
      return Answer(.rejected, code: answer.code, detail: "the receiver refuses this message")
    }
    return answer
  }

  /// The receiver's id, when it gives one: there is no contract that it must.
  private static func messageID(in body: [UInt8]) -> [String] {
    guard let fields = ReplyFields(idNames, in: body),
      let id = fields["id"] ?? fields["messageId"] ?? fields["message_id"], isReadableID(id)
    else { return [] }
    return [id]
  }
}
