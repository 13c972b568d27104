import Delivery
import JSON

/// Sends mails by [Logto's own e-mail service](https://docs.logto.io/connectors/email-connectors/built-in-email-service), which
/// writes the texts.
///
/// The service has no public reference: what is known of it is
/// [Logto's client](https://github.com/logto-io/logto/tree/master/packages/connectors/connector-logto-email).
struct LogtoEmail: Driver {
  static let descriptor = DriverDescriptor(
    id: "logto-email", channel: .email, name: "Logto Email Service",
    documentation: "https://docs.logto.io/connectors/email-connectors/built-in-email-service",
    text: .receiver,
    settings: [
      SettingDescriptor(
        "endpoint", .url, isRequired: true, "The cloud API's base URL, which ends in /api.",
        example: .set("https://cloud.logto.io/api")),
      SettingDescriptor(
        "tokenEndpoint", .url, isRequired: true, "Where tokens are issued.",
        example: .set("https://auth.logto.io/oidc/token")),
      SettingDescriptor(
        "resource", .text, isRequired: true, "The API resource that tokens are for.",
        example: .set("https://cloud.logto.io/api")),
      SettingDescriptor(
        "appId", .text, isRequired: true, "The id of a machine-to-machine application.",
        example: .set("replace-me")),
      SettingDescriptor(
        "appSecret", .text, isRequired: true, isSecret: true, "The application's secret.",
        example: .set("${LOGTO_APP_SECRET:-replace-me}")),
      SettingDescriptor(
        "senderName", .text, "The sender's name, without addresses of web pages.",
        example: .optional("Example")),
      SettingDescriptor(
        "companyInformation", .text,
        "What stands below every mail, without addresses of web pages.",
        example: .optional("Example Ltd., 1 Main Street")),
      SettingDescriptor(
        "appLogo", .url, "The address of a logo.",
        example: .optional("https://example.com/logo.png")),
    ])

  /// The service gives no id: any 2xx means that it took the mail.
  static let statusIsContract = true

  /// The right that a token needs.
  private static let scope = "send:email"
  private static let branding = ["senderName", "companyInformation", "appLogo"]

  let tokenSource: TokenSource?
  private let endpoint: HTTPEndpoint
  /// Members of every payload.
  private let branding: [(name: String, value: String)]

  init(settings: SettingsReader) throws(InvalidSettings) {
    for key in ["senderName", "companyInformation"] {
      if let text = settings.text(key), Self.holdsAddress(text) {
        settings.report(key, "must not hold the address of a web page: the service refuses it")
      }
    }
    branding = Self.branding.compactMap { key in settings.text(key).map { (key, $0) } }
    let resource = try settings.required("resource")
    let user = try settings.required("appId")
    let secret = Secret(try settings.required("appSecret"))
    guard let base = settings.url("endpoint"), let issuer = settings.url("tokenEndpoint") else {
      throw InvalidSettings()
    }
    // As Logto has it: with /api at its end or without.
    let path = base.target.split(separator: "/")
    let root = path.last == "api" ? path.dropLast() : path[...]
    endpoint = base.with(
      target: "/" + (root + ["api", "services", "mails"]).joined(separator: "/"))
    tokenSource = TokenSource(issuer, authorization: .basic(user: user, password: secret)) { _ in
      var form = FormBody()
      form.append("grant_type", "client_credentials")
      form.append("resource", resource)
      form.append("scope", Self.scope)
      return form
    }
  }

  func exchange(for message: Message, context: SendContext) throws(Refusal) -> Exchange {
    guard let token = context.token else {
      throw Refusal(
        Answer(.transient(wait: nil), code: "token.missing", detail: "there is no token to send"))
    }
    var json = JSONWriter(capacity: 512)
    json.beginObject()
    json.key("data")
    json.beginObject()
    json.member("to", message.recipient.address)
    json.member("type", message.usageType.rawValue)
    json.key("payload")
    json.beginObject()
    for (name, value) in message.payload.documented {
      json.key(text: name)
      value.write(to: &json)
    }
    for (name, value) in branding {
      json.key(text: name)
      json.string(value)
    }
    json.endObject()
    json.endObject()
    json.endObject()
    return .http(
      HTTPExchange(
        endpoint,
        headers: [
          ("Authorization", "Bearer \(token.reveal())"), ("Content-Type", "application/json"),
        ], body: json.bytes))
  }

  func answer(to reply: Reply) -> Answer {
    guard case .http(let reply) = reply else { return .foreignReply }
    if reply.isSuccess { return Answer(.accepted, code: StatusTable.code(of: reply.status)) }
    // No rate but a quota, which lasts until it begins anew.
    if reply.status == 429, reply.retryAfter == nil {
      return Answer(
        .misconfigured(.account), code: "http.429",
        detail: "the tenant's quota of mails is used up: see its usage in Logto's console")
    }
    return StatusTable.answer(to: reply)
  }

  /// Whether a word looks like a host with a domain, such as `example.com/x`; abbreviations such as `p.s.a.` do not.
  private static func holdsAddress(_ text: String) -> Bool {
    text.contains(
      #/https?:\/\/|\b[A-Za-z0-9\-]{2,}(\.[A-Za-z0-9\-]+)*\.[A-Za-z]{2,6}(?![A-Za-z0-9.])/#)
  }
}
