import Delivery
import JSON

/// Sends text messages by [Vonage's SMS API](https://developer.vonage.com/en/api/sms).
struct Vonage: Driver {
  static let descriptor = DriverDescriptor(
    id: "vonage-sms", channel: .sms, name: "Vonage SMS Service",
    documentation: "https://developer.vonage.com/en/api/sms", text: .templates,
    settings: [
      SettingDescriptor(
        "apiKey", .text, isRequired: true, "The account's API key.", example: .set("abcd1234")),
      SettingDescriptor(
        "apiSecret", .text, isSecret: true,
        "The account's API secret. Required unless signatureSecret is given.",
        example: .set("${VONAGE_API_SECRET:-replace-me}")),
      SettingDescriptor(
        "brandName", .text, isRequired: true,
        "The sender: a name of up to 11 letters and digits, or a number.", example: .set("AcmeInc")),
      SettingDescriptor(
        "endpoint", .url, "The API's base URL; https://rest.nexmo.com by default.",
        example: .optional("https://rest.nexmo.com")),
      SettingDescriptor(
        "signatureSecret", .text, isSecret: true,
        "The account's signature secret: requests are signed with it in place of the API secret."),
      SettingDescriptor(
        "signatureMethod", .choice(VonageSignature.Method.allCases.map(\.rawValue)),
        "How requests are signed, as the account's settings have it; md5hash by default."),
      SettingDescriptor(
        "callback", .url,
        "Where Vonage reports what becomes of a message, at most 100 characters, in place of the account's own.",
        example: .optional("https://example.com/vonage/status")),
      SettingDescriptor(
        "entityId", .text, "The sender's registered entity, for India.",
        example: .optional("\"1101456324675322134\"")),
      SettingDescriptor(
        "contentId", .text, "The registered template, for India.",
        example: .optional("\"1107457532145798767\"")),
    ])

  /// The shortest and longest time that Vonage keeps a message, in seconds.
  private static let timeToLive: ClosedRange<Int64> = 20...604_800
  private static let longestReference = 40

  private enum Credentials {
    case basic(Secret)
    case signature(VonageSignature)
  }

  private let base: HTTPEndpoint
  private let endpoint: HTTPEndpoint
  private let apiKey: String
  private let credentials: Credentials
  private let sender: String
  private let options: [(name: String, value: String)]

  init(settings: SettingsReader) throws(InvalidSettings) {
    base = settings.baseURL("endpoint", default: "https://rest.nexmo.com")
    endpoint = base.appending(path: "/sms/json")
    if let callback = settings.text("callback"), callback.utf8.count > 100 {
      settings.report("callback", "must have at most 100 characters: Vonage takes no more")
    }
    options = [
      ("callback", "callback"), ("entity-id", "entityId"), ("content-id", "contentId"),
    ].compactMap { name, key in settings.text(key).map { (name, $0) } }
    let credentials = Self.credentials(in: settings)
    apiKey = try settings.required("apiKey")
    sender = try settings.sender("brandName")
    guard let credentials else { throw InvalidSettings() }
    self.credentials = credentials
  }

  private static func credentials(in settings: SettingsReader) -> Credentials? {
    if let secret = settings.secret("signatureSecret") {
      let name = settings.text("signatureMethod")
      let method = name.map(VonageSignature.Method.init) ?? .md5hash
      return method.map { .signature(VonageSignature(secret: secret, method: $0)) }
    }
    if settings.text("signatureMethod") != nil {
      settings.report("signatureSecret", "is missing: signatureMethod needs it")
    }
    guard let secret = settings.secret("apiSecret"), let user = settings.text("apiKey") else {
      if !settings.isSet("apiSecret") {
        settings.report(
          "apiSecret", "is missing: the account's API secret, or a secret for signatures")
      }
      return nil
    }
    return .basic(.basic(user: user, password: secret))
  }

  func exchange(for message: Message, context: SendContext) throws(Refusal) -> Exchange {
    let text = try message.text()
    var fields = [
      (name: "from", value: sender), ("to", message.recipient.digits), ("text", text),
    ]
    // Without it all that the alphabet of text messages does not hold arrives as question marks.
    if !GSMAlphabet.holds(text) { fields.append(("type", "unicode")) }
    fields.append(("ttl", String(context.lifetime(in: Self.timeToLive) * 1_000)))
    fields.append(("client-ref", message.reference(atMost: Self.longestReference)))
    fields += options
    var headers = [(name: "Content-Type", value: "application/x-www-form-urlencoded")]
    switch credentials {
    case .basic(let authorization): headers.append(("Authorization", authorization.reveal()))
    case .signature(let signature):
      fields.insert(("api_key", apiKey), at: 0)
      fields.append(("timestamp", String(context.now.milliseconds / 1_000)))
      fields.append(("sig", signature.signature(of: fields)))
    }
    var form = FormBody(capacity: 256)
    for (name, value) in fields { form.append(name, value) }
    return .http(HTTPExchange(endpoint, headers: headers, body: form.bytes))
  }

  /// The status of a refusal is 200 too: what counts is the `status` of each part of the text.
  func answer(to reply: Reply) -> Answer {
    guard case .http(let reply) = reply else { return .foreignReply }
    let body = reply.json
    var parts = PartAnswers()
    for part in body?["messages"]?.elements ?? [] {
      if part["status"]?.text == "0" {
        parts.accept(id: part["message-id"]?.text)
      } else {
        parts.fail(Self.codes.answer(to: reply, code: Self.code(of: part)))
      }
    }
    if let count = body?["message-count"]?.text, count != String(parts.count), parts.count > 0 {
      parts.fail(StatusTable.answer(to: reply))
    }
    // What other services say with 429.
    if parts.count == 0, reply.status == 420 {
      return Answer(
        .throttled(wait: reply.retryAfter, scope: .connector), code: "http.420",
        detail: "too many requests")
    }
    return parts.answer(to: reply) ?? StatusTable.answer(to: reply)
  }

  /// [The account's balance](https://developer.vonage.com/en/account/code-snippets/account-balance).
  func probe(context: SendContext) -> Probe {
    guard case .basic(let authorization) = credentials else {
      return .impossible("Vonage takes signatures with messages only")
    }
    return .exchange(
      .http(
        HTTPExchange(
          base.appending(path: "/account/get-balance"), method: "GET",
          headers: [("Authorization", authorization.reveal())])))
  }

  func result(ofProbe reply: Reply) -> ProbeResult {
    guard case .http(let reply) = reply else { return .foreignReply }
    if reply.status == 401 {
      return .refused(
        code: StatusTable.code(of: reply.status),
        "Vonage does not take the credentials: check apiKey and apiSecret")
    }
    return result(ofProbe: reply) {
      $0["value"]?.text == nil ? nil : .works("takes the credentials")
    }
  }

  /// A part's status; those of a missing or wrong parameter say which by the text beside them only.
  private static func code(of part: JSONValue) -> String? {
    guard let status = part["status"]?.text else { return nil }
    let words = (part["error-text"]?.text ?? "").lowercased().split { !$0.isLetter && $0 != "_" }
    return ["2", "3"].contains(status) && words.contains("to") ? "\(status).to" : status
  }
}
