import Delivery
import JSON

/// Sends mails by [SendGrid's Mail Send API](https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send).
struct SendGrid: Driver {
  static let descriptor = DriverDescriptor(
    id: "sendgrid-email-service", channel: .email, name: "SendGrid Email",
    documentation: "https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send",
    text: .hosted(HostedTemplate.Form(keys: ["templateId"], mayHoldText: true)),
    settings: [
      SettingDescriptor(
        "apiKey", .text, isRequired: true, isSecret: true,
        "An API key with the right Mail Send.", example: .set("${SENDGRID_API_KEY:-replace-me}")),
      SettingDescriptor(
        "fromEmail", .text, isRequired: true, "Who writes: the address of a verified sender.",
        example: .set("no-reply@example.com")),
      SettingDescriptor("fromName", .text, "The sender's name.", example: .set("Example")),
      SettingDescriptor(
        "replyTo", .text, "Where answers go; to fromEmail by default.",
        example: .optional("help@example.com")),
      SettingDescriptor(
        "endpoint", .url,
        "The API's base URL, such as https://api.eu.sendgrid.com; https://api.sendgrid.com by default.",
        example: .optional("https://api.sendgrid.com")),
      SettingDescriptor(
        "sandboxMode", .flag, "Lets SendGrid check every mail and send none; false by default.",
        example: .optional("false")),
    ])

  /// SendGrid answers 202 without a body: there is nothing to read.
  static let statusIsContract = true

  private let endpoint: HTTPEndpoint
  private let scopes: HTTPEndpoint
  private let authorization: Secret
  private let parties: MailParties
  private let isSandboxed: Bool

  init(settings: SettingsReader) throws(InvalidSettings) {
    let base = settings.baseURL("endpoint", default: "https://api.sendgrid.com")
    endpoint = base.appending(path: "/v3/mail/send")
    scopes = base.appending(path: "/v3/scopes")
    isSandboxed = settings.flag("sandboxMode") == true
    let parties = MailParties(settings, from: "fromEmail", name: "fromName")
    authorization = Secret("Bearer " + (try settings.required("apiKey")))
    guard let parties else { throw InvalidSettings() }
    self.parties = parties
  }

  func exchange(for message: Message, context: SendContext) throws(Refusal) -> Exchange {
    let mail = try parties.mail(for: message)
    var json = JSONWriter(capacity: 1_024)
    json.beginObject()
    json.key("personalizations")
    json.beginArray()
    write(mail, reference: message.reference(atMost: 128), to: &json)
    json.endArray()
    json.key("from")
    json.mailbox(mail.from)
    if mail.replyTo.count == 1 {
      json.key("reply_to")
      json.mailbox(mail.replyTo[0])
    } else if !mail.replyTo.isEmpty {
      json.key("reply_to_list")
      json.beginArray()
      for mailbox in mail.replyTo { json.mailbox(mailbox) }
      json.endArray()
    }
    if let subject = mail.subject { json.member("subject", subject) }
    switch mail.content {
    case .hosted(let hosted): json.member("template_id", hosted.name)
    case .text(let plain, let html):
      json.key("content")
      json.beginArray()
      // Plain text must stand first.
      if let plain { Self.write("text/plain", plain, to: &json) }
      if let html { Self.write("text/html", html, to: &json) }
      json.endArray()
    }
    // Links that lead elsewhere first, and pixels, make a mail with a code look like a fraud's.
    json.key("tracking_settings")
    json.raw(
      #"{"click_tracking":{"enable":false,"enable_text":false},"open_tracking":{"enable":false}}"#)
    if isSandboxed {
      json.key("mail_settings")
      json.raw(#"{"sandbox_mode":{"enable":true}}"#)
    }
    json.endObject()
    return .http(
      HTTPExchange(
        endpoint,
        headers: [
          ("Authorization", authorization.reveal()), ("Accept", "application/json"),
          ("Content-Type", "application/json"),
        ], body: json.bytes))
  }

  /// The recipient, our reference for its events, and the values for a template.
  private func write(_ mail: OutgoingMail, reference: String, to json: inout JSONWriter) {
    json.beginObject()
    json.key("to")
    json.beginArray()
    json.mailbox(Mailbox(name: nil, address: mail.to))
    json.endArray()
    json.key("custom_args")
    json.beginObject()
    json.member("otp_id", reference)
    json.endObject()
    if case .hosted(let hosted) = mail.content {
      json.key("dynamic_template_data")
      hosted.model.write(to: &json)
    }
    json.endObject()
  }

  private static func write(_ type: StaticString, _ text: String, to json: inout JSONWriter) {
    json.beginObject()
    json.member("type", type.description)
    json.member("value", text)
    json.endObject()
  }

  func answer(to reply: Reply) -> Answer {
    guard case .http(let reply) = reply else { return .foreignReply }
    guard reply.isSuccess else { return Self.codes.answer(to: reply, code: Self.code(of: reply)) }
    let id = reply.header("X-Message-Id").flatMap { isReadableID($0) ? $0 : nil }
    return Answer(
      .accepted, code: StatusTable.code(of: reply.status),
      providerMessageIDs: [id].compactMap(\.self))
  }

  /// The [scopes](https://www.twilio.com/docs/sendgrid/api-reference/api-key-permissions/retrieve-a-list-of-scopes-for-which-this-user-has-access)
  /// of the key, which every key may read.
  func probe(context: SendContext) -> Probe {
    .exchange(
      .http(
        HTTPExchange(
          scopes, method: "GET",
          headers: [("Authorization", authorization.reveal()), ("Accept", "application/json")])))
  }

  func result(ofProbe reply: Reply) -> ProbeResult {
    guard case .http(let reply) = reply else { return .foreignReply }
    return result(ofProbe: reply) { body in
      guard body["scopes"] != nil else { return nil }
      guard body["scopes"]?.elements.contains(.string("mail.send")) == true else {
        return .refused(
          code: "sendgrid.scope", "the API key may not send: give it the scope Mail Send")
      }
      return .works("takes the API key, which may send")
    }
  }
}
