import Delivery
import JSON

/// Sends text messages by [GatewayAPI's REST API](https://gatewayapi.com/docs/apis/rest/).
struct GatewayAPI: Driver {
  static let descriptor = DriverDescriptor(
    id: "gatewayapi-sms", channel: .sms, name: "GatewayAPI SMS Service",
    documentation: "https://gatewayapi.com/docs/apis/rest/", text: .templates,
    settings: [
      SettingDescriptor(
        "endpoint", .url,
        "The whole URL; https://gatewayapi.eu/rest/mtsms for accounts in the EU, https://gatewayapi.com/rest/mtsms by default.",
        example: .set("https://gatewayapi.com/rest/mtsms")),
      SettingDescriptor(
        "apiToken", .text, isRequired: true, isSecret: true, "An API token.",
        example: .set("${GATEWAYAPI_TOKEN:-replace-me}")),
      SettingDescriptor(
        "sender", .text, isRequired: true, "The sender: up to 11 letters and digits, or 15 digits.",
        example: .set("ExampleSMS")),
      SettingDescriptor(
        "class", .choice(["standard", "premium", "secret"]),
        "The class of messages; secret hides texts in GatewayAPI's logs; standard by default.",
        example: .optional("secret")),
      SettingDescriptor(
        "priority", .choice(["BULK", "NORMAL", "URGENT", "VERY_URGENT"]),
        "The urgency; what is above NORMAL usually needs the class premium; NORMAL by default.",
        example: .optional("URGENT")),
      SettingDescriptor(
        "callbackUrl", .url,
        "Where GatewayAPI reports what becomes of a message, in place of the account's own.",
        example: .optional("https://example.com/gatewayapi/status")),
    ],
    // It refuses more than 40 connections from one address.
    concurrency: 30)

  /// The shortest time that GatewayAPI keeps a message, and the longest that any lives here, in seconds.
  private static let validityPeriod: ClosedRange<Int64> = 60...604_800
  private static let longestReference = 64

  private let endpoint: HTTPEndpoint
  private let authorization: Secret
  private let sender: String
  private let options: [(name: String, value: String)]

  init(settings: SettingsReader) throws(InvalidSettings) {
    endpoint = settings.baseURL("endpoint", default: "https://gatewayapi.com/rest/mtsms")
    options = [("class", "class"), ("priority", "priority"), ("callback_url", "callbackUrl")]
      .compactMap { name, key in settings.text(key).map { (name, $0) } }
    sender = try settings.sender("sender")
    let isNumber = sender.utf8.allSatisfy { (0x30...0x39).contains($0) }
    if sender.count > (isNumber ? 15 : 11) {
      settings.report("sender", "must have at most 11 characters, or 15 digits")
    }
    authorization = .basic(user: try settings.required("apiToken"), password: Secret(""))
  }

  func exchange(for message: Message, context: SendContext) throws(Refusal) -> Exchange {
    let text = try message.text()
    var json = JSONWriter(capacity: 256)
    json.beginObject()
    json.key("sender")
    json.string(sender)
    json.key("message")
    json.string(text)
    json.key("recipients")
    json.beginArray()
    json.beginObject()
    json.key("msisdn")
    json.string(message.recipient.digits)
    json.endObject()
    json.endArray()
    // Without it all that the alphabet of text messages does not hold is lost.
    if !GSMAlphabet.holds(text) {
      json.key("encoding")
      json.string("UCS2")
    }
    json.key("validity_period")
    json.integer(context.lifetime(in: Self.validityPeriod))
    json.key("userref")
    json.string(message.reference(atMost: Self.longestReference))
    for (name, value) in options {
      json.key(text: name)
      json.string(value)
    }
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
    let body = reply.json
    if let code = body?["code"]?.text {
      return Self.codes.answer(to: reply, code: Self.canonical(code))
    }
    let ids = (body?["ids"]?.elements ?? []).compactMap(\.text).filter(isReadableID)
    guard reply.isSuccess, !ids.isEmpty else { return StatusTable.answer(to: reply) }
    return Answer(
      .accepted, code: StatusTable.code(of: reply.status), providerMessageIDs: ids)
  }

  /// [Who we are and what credit is left](https://gatewayapi.com/docs/apis/rest/).
  func probe(context: SendContext) -> Probe {
    let (path, resource) = ("/rest/", "mtsms")
    guard endpoint.target.hasSuffix(path + resource) else {
      return .impossible(
        "endpoint does not end in \(path)\(resource), beside which the question is")
    }
    return .exchange(
      .http(
        HTTPExchange(
          endpoint.with(target: endpoint.target.dropLast(resource.count) + "me"), method: "GET",
          headers: [("Authorization", authorization.reveal())])))
  }

  func result(ofProbe reply: Reply) -> ProbeResult {
    guard case .http(let reply) = reply else { return .foreignReply }
    return result(ofProbe: reply) {
      $0["credit"]?.text == nil ? nil : .works("takes the credentials")
    }
  }

  /// A code as the table has it: `0x` and capitals.
  private static func canonical(_ code: String) -> String {
    code.lowercased().hasPrefix("0x") ? "0x" + code.dropFirst(2).uppercased() : code
  }
}
