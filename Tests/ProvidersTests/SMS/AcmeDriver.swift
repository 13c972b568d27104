import Delivery
import JSON

@testable import Providers

/// Sends text messages by [Acme's Messages API](https://acme.example/docs/messages).
struct Acme: Driver {
  static let descriptor = DriverDescriptor(
    id: "acme-sms", channel: .sms, name: "Acme SMS",
    documentation: "https://acme.example/docs/messages", text: .templates,
    settings: [
      SettingDescriptor(
        "apiKey", .text, isRequired: true, isSecret: true, "An API key with the right to send."),
      SettingDescriptor(
        "sender", .text, isRequired: true, "The number or name that sends.",
        example: .set("\"+15005550006\"")),
      SettingDescriptor(
        "endpoint", .url, "The API's base URL; https://api.acme.example by default."),
    ])

  /// [Acme's error codes](https://acme.example/docs/errors).
  private static let codes = CodeTable(
    "acme",
    [
      .init(["auth"], .misconfigured(.account), "Acme does not take the key: check apiKey"),
      .init(["number"], .rejected, reason: .recipientInvalid, "the recipient is no valid number"),
      .init(
        ["rate"], .throttled(wait: nil, scope: .connector), "Acme takes no more messages for now"),
    ])
  private static let replyNames = ReplyFields.Names("id", "error")

  private let endpoint: HTTPEndpoint
  private let authorization: Secret
  private let sender: String

  init(settings: SettingsReader) throws(InvalidSettings) {
    let base = settings.baseURL("endpoint", default: "https://api.acme.example")
    endpoint = base.appending(path: "/v1/messages")
    authorization = Secret("Bearer " + (try settings.required("apiKey")))
    sender = try settings.required("sender")
  }

  func exchange(for message: Message, context: SendContext) throws(Refusal) -> Exchange {
    let text = try message.text()
    var json = JSONWriter()
    json.beginObject()
    json.key("to")
    json.string(message.recipient.address)
    json.key("from")
    json.string(sender)
    json.key("text")
    json.string(text)
    json.key("ttlSeconds")
    json.integer(context.lifetime(in: 60...86_400))
    json.key("reference")
    json.string(message.reference(atMost: 64))
    json.endObject()
    return .http(
      HTTPExchange(
        endpoint,
        headers: [
          ("Authorization", authorization.reveal()), ("Content-Type", "application/json"),
        ], body: json.bytes))
  }

  func answer(to reply: Reply) -> Answer {
    guard case .http(let reply) = reply else { return .foreignReply }
    let fields = ReplyFields(Self.replyNames, in: reply.body)
    guard (200..<300).contains(reply.status) else {
      return Self.codes.answer(to: reply, code: fields?["error"])
    }
    guard let id = fields?["id"], isReadableID(id) else { return StatusTable.answer(to: reply) }
    return Answer(.accepted, code: "http.\(reply.status)", providerMessageIDs: [id])
  }
}
