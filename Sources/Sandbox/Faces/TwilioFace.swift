public import Delivery
public import HTTPServer
import JSON

/// Twilio's Programmable Messaging API, as far as sending goes.
/// https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource
public struct TwilioFace: ProviderFace {
  /// The account that exists.
  public let accountSID: String
  private let authToken: String
  /// User names and passwords that open it: the account's SID with its token, API keys with their secrets.
  private let credentials: [String: String]

  /// The API of one account.
  /// - Parameters:
  ///   - accountSID: `AC` and 32 characters.
  ///   - authToken: its token.
  ///   - apiKeys: further user names (`SK…`) and their secrets.
  public init(accountSID: String, authToken: String, apiKeys: [String: String] = [:]) {
    self.accountSID = accountSID
    self.authToken = authToken
    credentials = apiKeys.merging([accountSID: authToken]) { $1 }
  }

  /// The name in paths.
  public var name: String { "twilio" }
  /// What people call it.
  public var title: String { "Twilio" }
  /// How its messages travel.
  public var channel: Channel { .sms }

  /// A connector's configuration for this account.
  public func connector(at url: String) -> String {
    """
    provider: twilio-short-message-service
    config:
      accountSID: \(accountSID)
      authToken: \(authToken)
      fromMessagingServiceSID: MG\(String(repeating: "0", count: 32))
      endpoint: \(url)
      templates:
        - usageType: SignIn
          content: "{{code}} is your code to sign in. It is valid for {{expiresInMinutes}} minutes."
        - usageType: ForgotPassword
          content: "{{code}} is your code to reset your password at {{application.name}}."
        - usageType: Generic
          content: "Your code is {{code}}."
    """
  }

  /// The numbers that Twilio documents for tests.
  /// https://www.twilio.com/docs/iam/test-credentials#test-sms-messages
  public var standingRules: [(recipient: String, step: Step)] {
    [
      ("+15005550001", .refuse(code: "21211")), ("+15005550002", .refuse(code: "21612")),
      ("+15005550003", .refuse(code: "21408")), ("+15005550004", .refuse(code: "21610")),
      ("+15005550009", .refuse(code: "21614")),
    ]
  }

  /// The account, which API keys that are not main ones may not see, and its numbers, of which it has none.
  /// https://www.twilio.com/docs/iam/api-keys/keys-in-console
  public func answer(toQuestion request: IncomingRequest, path: String) -> OutgoingResponse? {
    guard request.method == "GET" else { return nil }
    let given = request.basicCredentials
    let isKnown = given.map { credentials[$0.user] == $0.password } ?? false
    switch path {
    case "/2010-04-01/Accounts/\(accountSID).json":
      guard isKnown, given?.user == accountSID else { return response(.withCode(20_003)) }
      return .json(status: 200, headers: requestHeaders) { json in
        json.member("sid", accountSID)
        json.member("status", "active")
        json.member("type", "Full")
      }
    case "/2010-04-01/Accounts/\(accountSID)/IncomingPhoneNumbers.json":
      guard isKnown else { return response(.withCode(20_003)) }
      return .json(status: 200, headers: requestHeaders) { json in
        json.key("incoming_phone_numbers")
        json.beginArray()
        json.endArray()
        json.member("page", 0)
      }
    default: return nil
    }
  }

  /// Checks a request and reads the message in it.
  public func submission(
    in request: IncomingRequest, path: String
  ) throws(RefusedRequest) -> Submission {
    do throws(TwilioFault) {
      try checkResource(request, path: path)
      let fields = Dictionary(
        (request.form ?? []).map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
      return try submission(fields)
    } catch {
      throw RefusedRequest(response(error), problem: "\(error.code ?? 0): \(error.message)")
    }
  }

  /// A new id.
  public func makeID() -> String { "SM" + randomHex(32) }

  /// The answer to a message that was taken.
  public func acceptance(of submission: Submission, id: String) -> OutgoingResponse {
    let isPool = submission.sender?.hasPrefix("MG") ?? false
    let resource = "/2010-04-01/Accounts/\(accountSID)/Messages/\(id)"
    let date = mailDate()
    return .json(status: 201, headers: requestHeaders) { json in
      json.member("account_sid", accountSID)
      json.member("api_version", "2010-04-01")
      json.member("body", submission.text)
      json.member("date_created", date)
      json.member("date_sent", nil)
      json.member("date_updated", date)
      json.member("direction", "outbound-api")
      json.member("error_code", nil)
      json.member("error_message", nil)
      json.member("from", isPool ? nil : submission.sender)
      json.member("messaging_service_sid", isPool ? submission.sender : nil)
      json.member("num_media", "0")
      json.member("num_segments", isPool ? "0" : "1")
      json.member("price", nil)
      json.member("price_unit", nil)
      json.member("sid", id)
      json.member("status", isPool ? "accepted" : "queued")
      json.key("subresource_uris")
      json.beginObject()
      json.member("media", "\(resource)/Media.json")
      json.endObject()
      json.member("to", submission.recipient)
      json.member("uri", "\(resource).json")
    }
  }

  /// The answer with one of Twilio's codes.
  public func refusal(
    code: String, status: Int?, of submission: Submission
  ) -> OutgoingResponse {
    let fault = TwilioFault.withCode(Int(code) ?? 0)
    return response(TwilioFault(fault.code, status: status ?? fault.status, fault.message))
  }

  /// The answer with a status that is not about the message.
  public func failure(status: Int) -> OutgoingResponse { response(.withStatus(status)) }

  private var requestHeaders: [(name: String, value: String)] {
    [("Twilio-Concurrent-Requests", "1"), ("Twilio-Request-Id", "RQ" + randomHex(32))]
  }

  private func response(_ fault: TwilioFault) -> OutgoingResponse {
    .json(status: fault.status, headers: requestHeaders) { json in
      if let code = fault.code { json.member("code", code) }
      json.member("message", fault.message)
      if let code = fault.code {
        json.member("more_info", "https://www.twilio.com/docs/errors/\(code)")
      }
      json.member("status", fault.status)
    }
  }

  // MARK: - Checks

  private func checkResource(
    _ request: IncomingRequest, path: String
  ) throws(TwilioFault) {
    guard let given = request.basicCredentials, credentials[given.user] == given.password else {
      throw .withCode(20_003)
    }
    let expected = "/2010-04-01/Accounts/\(accountSID)/Messages.json"
    guard path == expected else {
      throw TwilioFault(20_404, status: 404, "The requested resource \(path) was not found")
    }
    guard request.method == "POST" else {
      throw TwilioFault(20_004, status: 405, "Method not allowed")
    }
  }

  private func submission(_ fields: [String: String]) throws(TwilioFault) -> Submission {
    guard let recipient = fields["To"], !recipient.isEmpty else { throw .withCode(21_604) }
    guard isE164(recipient) else {
      throw TwilioFault(21_211, status: 400, "Invalid 'To' Phone Number: \(recipient)")
    }
    let text = fields["Body"] ?? ""
    guard !text.isEmpty else { throw .withCode(21_602) }
    guard text.count <= 1_600 else { throw .withCode(21_617) }
    if let period = fields["ValidityPeriod"] {
      guard let seconds = Int(period), (1...36_000).contains(seconds) else {
        throw .withCode(21_624)
      }
    }
    if let callback = fields["StatusCallback"], !isCallback(callback) { throw .withCode(21_609) }
    return Submission(recipient: recipient, text: text, sender: try sender(fields))
  }

  /// The service when there is one: it may choose another sender than `From`.
  private func sender(_ fields: [String: String]) throws(TwilioFault) -> String {
    if let from = fields["From"], !isSender(from) { throw .withCode(21_212) }
    if let service = fields["MessagingServiceSid"] {
      let isSID =
        service.hasPrefix("MG") && service.count == 34
        && service.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
      guard isSID else { throw .withCode(21_701) }
      return service
    }
    guard let from = fields["From"] else { throw .withCode(21_603) }
    return from
  }

  /// A number, a short code, or a name of at most eleven characters with a letter among them.
  private func isSender(_ from: String) -> Bool {
    if from.hasPrefix("+") { return isE164(from) }
    let isDigits = from.allSatisfy { $0.isASCII && $0.isNumber }
    if isDigits { return (3...8).contains(from.count) }
    return (1...11).contains(from.count)
      && from.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || " &+-_".contains($0)) }
  }

  /// An absolute URL whose host has no underscore.
  private func isCallback(_ url: String) -> Bool {
    guard let scheme = ["https://", "http://"].first(where: url.hasPrefix) else { return false }
    let host = url.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" && $0 != ":" }
    return !host.isEmpty && !host.contains("_")
  }
}
