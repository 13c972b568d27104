import Delivery
import JSON

/// Sends mails by templates kept at [Postmark](https://postmarkapp.com/developer/api/templates-api#email-with-template).
struct Postmark: Driver {
  static let descriptor = DriverDescriptor(
    id: "postmark-mail", channel: .email, name: "Postmark Mail",
    documentation: "https://postmarkapp.com/developer/api/templates-api#email-with-template",
    text: .hosted(HostedTemplate.Form(keys: ["templateAlias", "templateId"])),
    settings: [
      SettingDescriptor(
        "serverToken", .text, isRequired: true, isSecret: true, "The server's API token.",
        example: .set("${POSTMARK_SERVER_TOKEN:-replace-me}")),
      SettingDescriptor(
        "fromEmail", .text, isRequired: true,
        "Who writes: a confirmed sender, an address or a name and an address.",
        example: .set("Example <no-reply@example.com>")),
      SettingDescriptor(
        "replyTo", .text, "Where answers go; to fromEmail by default.",
        example: .optional("help@example.com")),
      SettingDescriptor(
        "messageStream", .text, "The message stream; the server's outbound one by default.",
        example: .optional("outbound")),
      SettingDescriptor(
        "endpoint", .url, "The API's base URL; https://api.postmarkapp.com by default.",
        example: .optional("https://api.postmarkapp.com")),
    ])

  private static let longestReference = 80
  private static let replyNames = ReplyFields.Names("ErrorCode", "Message", "MessageID")

  private let endpoint: HTTPEndpoint
  private let server: HTTPEndpoint
  private let token: Secret
  private let parties: MailParties
  private let messageStream: String?

  init(settings: SettingsReader) throws(InvalidSettings) {
    let base = settings.baseURL("endpoint", default: "https://api.postmarkapp.com")
    endpoint = base.appending(path: "/email/withTemplate")
    server = base.appending(path: "/server")
    messageStream = settings.text("messageStream")
    let parties = MailParties(settings, from: "fromEmail")
    token = Secret(try settings.required("serverToken"))
    guard let parties else { throw InvalidSettings() }
    self.parties = parties
  }

  func exchange(for message: Message, context: SendContext) throws(Refusal) -> Exchange {
    let mail = try parties.mail(for: message)
    guard case .hosted(let hosted) = mail.content else {
      throw Refusal(
        Answer(
          .misconfigured(.template), code: "content.missing",
          detail: "there is no template to send: set templateAlias"))
    }
    var json = JSONWriter(capacity: 512)
    json.beginObject()
    json.member("From", mail.from.text)
    json.member("To", mail.to.text)
    if !mail.replyTo.isEmpty { json.member("ReplyTo", mail.replyToText) }
    if hosted.key == "templateId" {
      guard let number = Int64(hosted.name) else {
        throw Refusal(
          Answer(
            .misconfigured(.template), code: "template.id",
            detail: "templateId must be a number: a name belongs into templateAlias"))
      }
      json.key("TemplateId")
      json.integer(number)
    } else {
      json.member("TemplateAlias", hosted.name)
    }
    json.key("TemplateModel")
    hosted.model.write(to: &json)
    if let messageStream { json.member("MessageStream", messageStream) }
    json.key("Metadata")
    json.beginObject()
    json.member("otp-id", message.reference(atMost: Self.longestReference))
    json.endObject()
    // Links that lead elsewhere first, and pixels, make a mail with a code look like a fraud's.
    json.key("TrackOpens")
    json.bool(false)
    json.member("TrackLinks", "None")
    json.endObject()
    return .http(
      HTTPExchange(
        endpoint,
        headers: [
          ("X-Postmark-Server-Token", token.reveal()), ("Accept", "application/json"),
          ("Content-Type", "application/json"),
        ], body: json.bytes))
  }

  /// A status of 200 is not enough: `ErrorCode` must be 0.
  func answer(to reply: Reply) -> Answer {
    guard case .http(let reply) = reply else { return .foreignReply }
    let fields = ReplyFields(Self.replyNames, in: reply.body)
    guard reply.isSuccess, fields?["ErrorCode"] == "0" else {
      return Self.codes.answer(to: reply, code: Self.code(fields, reply.status))
    }
    return Answer(
      .accepted, code: StatusTable.code(of: reply.status),
      providerMessageIDs: [fields?["MessageID"]].compactMap(\.self).filter(isReadableID))
  }

  /// The [server](https://postmarkapp.com/developer/api/server-api#get-server) that the token is for.
  func probe(context: SendContext) -> Probe {
    .exchange(
      .http(
        HTTPExchange(
          server, method: "GET",
          headers: [("X-Postmark-Server-Token", token.reveal()), ("Accept", "application/json")])))
  }

  func result(ofProbe reply: Reply) -> ProbeResult {
    guard case .http(let reply) = reply else { return .foreignReply }
    return result(ofProbe: reply) { body in
      guard body["ID"] != nil else { return nil }
      return body["DeliveryType"]?.text == "Sandbox"
        ? .works("takes the token; its server is a sandbox, which delivers nothing")
        : .works("takes the token")
    }
  }
}
