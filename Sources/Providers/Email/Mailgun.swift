import Delivery
import JSON

/// Sends mails by [Mailgun's Messages API](https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/messages).
struct Mailgun: Driver {
  static let descriptor = DriverDescriptor(
    id: "mailgun-email", channel: .email, name: "Mailgun",
    documentation:
      "https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/messages",
    text: .deliveries,
    settings: [
      SettingDescriptor(
        "domain", .text, isRequired: true, "The domain that sends.",
        example: .set("mg.example.com")),
      SettingDescriptor(
        "apiKey", .text, isRequired: true, isSecret: true,
        "The account's API key, or a sending key of the domain.",
        example: .set("${MAILGUN_API_KEY:-replace-me}")),
      SettingDescriptor(
        "from", .text, isRequired: true,
        "Who writes: an address, or a name and an address such as Example <no-reply@mg.example.com>.",
        example: .set("Example <no-reply@mg.example.com>")),
      SettingDescriptor(
        "endpoint", .url,
        "The API's base URL: https://api.eu.mailgun.net for domains in the EU; https://api.mailgun.net by default.",
        example: .optional("https://api.mailgun.net")),
      SettingDescriptor(
        "replyTo", .text, "Where answers go; to from by default.",
        example: .optional("help@example.com")),
      SettingDescriptor(
        "requireTLS", .flag,
        "Delivers only over encrypted connections; the domain's own setting by default.",
        example: .optional("true")),
      SettingDescriptor(
        "testMode", .flag, "Lets Mailgun take every mail and deliver none; false by default.",
        example: .optional("false")),
    ])

  private static let replyNames = ReplyFields.Names("id", "message")

  private let endpoint: HTTPEndpoint
  private let domain: HTTPEndpoint
  private let authorization: Secret
  private let parties: MailParties
  private let options: [(name: String, value: String)]

  init(settings: SettingsReader) throws(InvalidSettings) {
    let base = settings.baseURL("endpoint", default: "https://api.mailgun.net")
    var options = [
      // Links that lead elsewhere first, and pixels, make a mail with a code look like a fraud's.
      (name: "o:tracking", value: "no"), ("o:tracking-clicks", "no"), ("o:tracking-opens", "no"),
    ]
    if let requireTLS = settings.flag("requireTLS") {
      options.append(("o:require-tls", requireTLS ? "yes" : "no"))
    }
    if settings.flag("testMode") == true { options.append(("o:testmode", "yes")) }
    self.options = options
    let parties = MailParties(settings, from: "from")
    let domain = try settings.required("domain")
    if !domain.utf8.allSatisfy({ $0.isLetterOrDigit || ".-_".utf8.contains($0) }) {
      settings.report("domain", "must be a domain such as mg.example.com")
      throw InvalidSettings()
    }
    endpoint = base.appending(path: "/v3/\(domain)/messages")
    self.domain = base.appending(path: "/v4/domains/\(domain)")
    authorization = .basic(user: "api", password: Secret(try settings.required("apiKey")))
    guard let parties else { throw InvalidSettings() }
    self.parties = parties
  }

  func exchange(for message: Message, context: SendContext) throws(Refusal) -> Exchange {
    let mail = try parties.mail(for: message, mayBeInternational: true)
    var form = FormBody(capacity: 1_024)
    form.append("from", mail.from.text)
    form.append("to", mail.to.text)
    if let subject = mail.subject, !subject.isEmpty { form.append("subject", subject) }
    switch mail.content {
    case .text(let plain, let html):
      if let html { form.append("html", html) }
      if let plain { form.append("text", plain) }
    case .hosted(let hosted):
      var model = JSONWriter(capacity: 256)
      hosted.model.write(to: &model)
      form.append("template", hosted.name)
      form.append("t:variables", String(decoding: model.bytes, as: UTF8.self))
      form.append("t:text", "yes")
    }
    if !mail.replyTo.isEmpty { form.append("h:Reply-To", mail.replyToText) }
    for (name, value) in options { form.append(name, value) }
    form.append("v:otp-id", message.reference(atMost: 128))
    return .http(
      HTTPExchange(
        endpoint,
        headers: [
          ("Authorization", authorization.reveal()),
          ("Content-Type", "application/x-www-form-urlencoded"),
        ], body: form.bytes))
  }

  func answer(to reply: Reply) -> Answer {
    guard case .http(let reply) = reply else { return .foreignReply }
    let fields = ReplyFields(Self.replyNames, in: reply.body)
    guard reply.isSuccess else {
      return Self.codes.answer(to: reply, code: Self.code(fields?["message"], reply.status))
    }
    guard let id = fields?["id"].map(Self.withoutBrackets), isReadableID(id) else {
      return StatusTable.answer(to: reply)
    }
    return Answer(
      .accepted, code: StatusTable.code(of: reply.status), providerMessageIDs: [id])
  }

  /// The [domain](https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/domains/get-v4-domains--name-),
  /// which a key that may only send cannot read.
  func probe(context: SendContext) -> Probe {
    .exchange(
      .http(
        HTTPExchange(
          domain, method: "GET", headers: [("Authorization", authorization.reveal())])))
  }

  func result(ofProbe reply: Reply) -> ProbeResult {
    guard case .http(let reply) = reply else { return .foreignReply }
    let code = StatusTable.code(of: reply.status)
    switch reply.status {
    case 401, 403:
      return .untold(
        code: code,
        "apiKey may not read the domain: it is wrong, or a key that may only send, which only a message shows"
      )
    case 404:
      return .refused(
        code: code, "the account has no such domain: check domain, and endpoint for the EU")
    default: break
    }
    return result(ofProbe: reply) { body in
      guard let state = body["domain"]?["state"]?.text else { return nil }
      return state == "active"
        ? .works("takes the API key; the domain is active")
        : .refused(
          code: "mailgun.domain", "the domain is not active: verify it, or ask Mailgun's support")
    }
  }

  /// A Message-ID as Mailgun's events have it.
  private static func withoutBrackets(_ id: String) -> String {
    id.hasPrefix("<") && id.hasSuffix(">") ? String(id.dropFirst().dropLast()) : id
  }
}
