import Delivery
import JSON

/// Sends text messages by [SMS Aero's API, version 2](https://smsaero.ru/integration/documentation/api/).
struct SMSAero: Driver {
  static let descriptor = DriverDescriptor(
    id: "smsaero-short-message-service", channel: .sms, name: "SMS Aero service",
    documentation: "https://smsaero.ru/integration/documentation/api/", text: .templates,
    settings: [
      SettingDescriptor(
        "email", .text, isRequired: true, "The account's e-mail address.",
        example: .set("account@example.com")),
      SettingDescriptor(
        "apiKey", .text, isRequired: true, isSecret: true, "The account's API key.",
        example: .set("${SMSAERO_API_KEY:-replace-me}")),
      SettingDescriptor(
        "senderName", .text, isRequired: true,
        "An approved sender of 2 to 64 characters; \"SMS Aero\" is the one that all accounts have.",
        example: .set("SMS Aero")),
      SettingDescriptor(
        "endpoint", .url,
        "The API's base URL, such as its mirrors https://gate.smsaero.org and https://gate.smsaero.net; https://gate.smsaero.ru by default.",
        example: .optional("https://gate.smsaero.ru")),
      SettingDescriptor(
        "callbackUrl", .url,
        "Where SMS Aero reports what becomes of a message. Reports are not signed: let the path be one that nobody guesses.",
        example: .optional("https://example.com/smsaero/9b1d6e")),
      SettingDescriptor(
        "testMode", .flag, "Has messages accepted and not sent; false by default."),
    ])

  /// The most characters that a message may have.
  private static let longestText = 640

  private let base: HTTPEndpoint
  private let endpoint: HTTPEndpoint
  private let authorization: Secret
  private let sender: String
  private let callbackURL: String?

  init(settings: SettingsReader) throws(InvalidSettings) {
    let path = settings.flag("testMode") == true ? "/v2/sms/testsend" : "/v2/sms/send"
    base = settings.baseURL("endpoint", default: "https://gate.smsaero.ru")
    endpoint = base.appending(path: path)
    if let email = settings.text("email"), !email.contains("@") || email.contains(":") {
      settings.report("email", "must be the e-mail address that the account has")
    }
    if let sender = settings.text("senderName"), !(2...64).contains(sender.count) {
      settings.report("senderName", "must have 2 to 64 characters")
    }
    callbackURL = settings.text("callbackUrl")
    sender = try settings.required("senderName")
    authorization = .basic(
      user: try settings.required("email"), password: Secret(try settings.required("apiKey")))
  }

  func exchange(for message: Message, context: SendContext) throws(Refusal) -> Exchange {
    let text = try message.text(atMost: Self.longestText)
    var json = JSONWriter(capacity: 256)
    json.beginObject()
    json.key("number")
    json.string(message.recipient.digits)
    json.key("sign")
    json.string(sender)
    json.key("text")
    json.string(text)
    if let callbackURL {
      json.key("callbackUrl")
      json.string(callbackURL)
    }
    json.endObject()
    return .http(
      HTTPExchange(
        endpoint,
        headers: [
          ("Authorization", authorization.reveal()), ("Content-Type", "application/json"),
        ], body: json.bytes))
  }

  /// A refusal may have the status 200 too: what counts is `success`, and the `status` of each message.
  func answer(to reply: Reply) -> Answer {
    guard case .http(let reply) = reply else { return .foreignReply }
    guard reply.status < 500, let body = reply.json else { return StatusTable.answer(to: reply) }
    if let failure = Self.failure(in: body, reply.status) {
      return Self.codes.answer(to: reply, code: failure)
    }
    guard reply.isSuccess, body["success"] == .bool(true), let data = body["data"] else {
      return StatusTable.answer(to: reply)
    }
    var parts = PartAnswers()
    for part in data["id"] == nil ? data.elements : [data] {
      let status = part["status"]?.text.map { "status.\($0)" } ?? ""
      if Self.codes.knows(status) {
        parts.fail(Self.codes.answer(to: reply, code: status))
      } else {
        parts.accept(id: part["id"]?.text)
      }
    }
    return parts.answer(to: reply) ?? StatusTable.answer(to: reply)
  }

  /// Whether the login is right, which is all that this asks.
  func probe(context: SendContext) -> Probe {
    .exchange(
      .http(
        HTTPExchange(
          base.appending(path: "/v2/auth"),
          headers: [("Authorization", authorization.reveal())])))
  }

  /// A refusal may have the status 200 here too.
  func result(ofProbe reply: Reply) -> ProbeResult {
    guard case .http(let http) = reply else { return .foreignReply }
    return result(ofProbe: http) { body in
      body["success"] == .bool(true)
        ? .works("takes the credentials") : ProbeResult(answer(to: reply))
    }
  }

  /// Why nothing was taken, in our words: SMS Aero has no codes, it names what it does not like.
  ///
  /// Nil when it was taken, or when the status says more than the body.
  private static func failure(in body: JSONValue, _ status: Int) -> String? {
    switch body["result"]?.text {
    case "no credits": return "no-credits"
    case "reject": return "reject"
    default: break
    }
    guard body["success"] == .bool(false) else { return nil }
    if let data = body["data"], data["id"] == nil,
      let field = ["number", "sign", "text"].first(where: { data[$0] != nil })
    {
      return "validation.\(field)"
    }
    if body["message"]?.text?.lowercased().contains("credential") == true { return "credentials" }
    return (200..<300).contains(status) || status == 400 || status == 422 ? "failure" : nil
  }
}
