import Delivery
import JSON

/// Sends text messages by [Twilio's Messages API](https://www.twilio.com/docs/messaging/api/message-resource).
struct Twilio: Driver {
  static let descriptor = DriverDescriptor(
    id: "twilio-short-message-service", channel: .sms, name: "Twilio SMS Service",
    documentation: "https://www.twilio.com/docs/messaging/api/message-resource", text: .templates,
    settings: [
      SettingDescriptor(
        "accountSID", .text, isRequired: true, "The account's SID, AC….",
        example: .set("AC00000000000000000000000000000000")),
      SettingDescriptor(
        "authToken", .text, isSecret: true,
        "The account's auth token. Required unless apiKeySid and apiKeySecret are given.",
        example: .set("${TWILIO_AUTH_TOKEN:-replace-me}")),
      SettingDescriptor(
        "fromMessagingServiceSID", .text,
        "The SID of the messaging service that sends, MG…. Required unless from is given.",
        example: .set("MG00000000000000000000000000000000")),
      SettingDescriptor(
        "disableRiskCheck", .flag,
        "Turns Twilio's check against SMS pumping off for these messages; false by default."),
      SettingDescriptor(
        "endpoint", .url,
        "The API's base URL, such as https://api.dublin.ie1.twilio.com; https://api.twilio.com by default.",
        example: .optional("https://api.twilio.com")),
      SettingDescriptor(
        "from", .text,
        "A number (E.164) or alphanumeric sender, in place of or together with the messaging service.",
        example: .optional("\"+15005550006\"")),
      SettingDescriptor(
        "apiKeySid", .text, "An API key's SID, SK…, in place of the auth token.",
        example: .optional("SK00000000000000000000000000000000")),
      SettingDescriptor("apiKeySecret", .text, isSecret: true, "The API key's secret."),
      SettingDescriptor(
        "statusCallback", .url,
        "Where Twilio reports what becomes of a message, in place of the messaging service's own.",
        example: .optional("https://example.com/twilio/status")),
    ])

  /// The most characters that a message may have.
  private static let longestText = 1_600
  /// The shortest and longest time that Twilio keeps a message, in seconds.
  private static let validityPeriod: ClosedRange<Int64> = 1...36_000
  private static let replyNames = ReplyFields.Names("sid", "code")

  private let account: HTTPEndpoint
  private let usesAPIKey: Bool
  private let endpoint: HTTPEndpoint
  private let authorization: Secret
  private let messagingService: String?
  private let from: String?
  private let riskCheck: String
  private let statusCallback: String?

  init(settings: SettingsReader) throws(InvalidSettings) {
    let base = settings.baseURL("endpoint", default: "https://api.twilio.com")
    let account = settings.sid("accountSID", prefix: "AC")
    let credentials = Self.credentials(in: settings)
    messagingService = settings.sid("fromMessagingServiceSID", prefix: "MG")
    from = settings.text("from")
    if messagingService == nil, from == nil, settings.text("fromMessagingServiceSID") == nil {
      settings.report(
        "fromMessagingServiceSID",
        "is missing: the SID of the messaging service that sends, or a sender in from")
    }
    riskCheck = settings.flag("disableRiskCheck") == true ? "disable" : "enable"
    if let callback = settings.url("statusCallback"), callback.host.contains("_") {
      settings.report(
        "statusCallback", "must not have an underscore in its host name: Twilio refuses it")
    }
    statusCallback = settings.text("statusCallback")

    guard let account,
      let (user, password) = credentials ?? settings.secret("authToken").map({ (account, $0) })
    else { throw InvalidSettings() }
    self.account = base.appending(path: "/2010-04-01/Accounts/\(account)")
    usesAPIKey = credentials != nil
    endpoint = self.account.appending(path: "/Messages.json")
    authorization = .basic(user: user, password: password)
  }

  func exchange(
    for message: Message, context: SendContext
  ) throws(Refusal) -> Exchange {
    let text = try message.text(atMost: Self.longestText)
    var form = FormBody(capacity: 256)
    form.append("To", message.recipient.address)
    if let messagingService { form.append("MessagingServiceSid", messagingService) }
    if let from { form.append("From", from) }
    form.append("Body", text)
    form.append("RiskCheck", riskCheck)
    form.append("ValidityPeriod", String(context.lifetime(in: Self.validityPeriod)))
    if let statusCallback { form.append("StatusCallback", statusCallback) }
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
    guard (200..<300).contains(reply.status) else {
      return Self.codes.answer(to: reply, code: fields?["code"])
    }
    guard let sid = fields?["sid"], isReadableID(sid) else {
      return StatusTable.answer(to: reply)
    }
    return Answer(.accepted, code: "http.\(reply.status)", providerMessageIDs: [sid])
  }

  /// [The account](https://www.twilio.com/docs/iam/api/account), or for API keys, of which few may see it, its
  /// [numbers](https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource).
  func probe(context: SendContext) -> Probe {
    let target = account.target + (usesAPIKey ? "/IncomingPhoneNumbers.json?PageSize=1" : ".json")
    return .exchange(
      .http(
        HTTPExchange(
          account.with(target: target), method: "GET",
          headers: [("Authorization", authorization.reveal())])))
  }

  func result(ofProbe reply: Reply) -> ProbeResult {
    guard case .http(let reply) = reply else { return .foreignReply }
    let result = result(ofProbe: reply) { body in
      guard !usesAPIKey else {
        return body["incoming_phone_numbers"] == nil ? nil : .works("takes the API key")
      }
      return switch body["status"]?.text {
      case "active": .works("takes the credentials; the account is active")
      case "suspended", "closed":
        .refused(
          code: "twilio.account",
          "the Twilio account is suspended or closed: see why in its console")
      default: nil
      }
    }
    // A restricted key may have the right to send, and none to look at numbers.
    guard usesAPIKey, case .refused("twilio.20003", _) = result else { return result }
    let words = "check apiKeySid, apiKeySecret, accountSID and the region"
    return reply.status == 403
      ? .untold(code: "twilio.20003", "Twilio does not let the API key look at numbers: \(words)")
      : .refused(
        code: "twilio.20003",
        "Twilio does not take the API key: \(words); a restricted key must be allowed to list phone numbers to be asked"
      )
  }

  /// The API key, user and password; nil when the account's own token is to be used.
  private static func credentials(in settings: SettingsReader) -> (String, Secret)? {
    let user = settings.sid("apiKeySid", prefix: "SK")
    let password = settings.secret("apiKeySecret")
    switch (settings.text("apiKeySid"), password) {
    case (nil, nil):
      if settings.secret("authToken") == nil {
        settings.report("authToken", "is missing: the account's auth token, or an API key")
      }
    case (nil, _?): settings.report("apiKeySid", "is missing: apiKeySecret needs it")
    case (_?, nil): settings.report("apiKeySecret", "is missing: apiKeySid needs it")
    case (_?, _?): break
    }
    if let user, let password { return (user, password) }
    return nil
  }
}

extension SettingsReader {
  /// The value of a key that holds one of Twilio's ids, which go into paths: two letters, then letters and digits.
  fileprivate func sid(_ key: String, prefix: String) -> String? {
    guard let text = text(key) else { return nil }
    let rest = text.dropFirst(prefix.count)
    let isPlain = !rest.isEmpty && rest.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
    guard text.hasPrefix(prefix), isPlain else {
      report(key, "must be \(prefix) followed by letters and digits")
      return nil
    }
    return text
  }
}
