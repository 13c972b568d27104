import Delivery
import Digest
import JSON
import Testing

@testable import Providers

extension DriverFixture {
  static let twilio = DriverFixture(
    id: "twilio-short-message-service",
    settings: [
      "accountSID": .string("ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX"),
      "authToken": .string("twilio-test-auth-token"),
      "fromMessagingServiceSID": .string("MGXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX"),
      "apiKeySid": .string("SKXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX"),
      "apiKeySecret": .string("twilio-api-key-secret"),
    ],
    baseURLKey: "endpoint",
    accepted: (
      .json(
        201,
        #"{"account_sid":"AC1","body":"123456","code":null,"sid":"SM1","status":"queued","to":"+4512345678"}"#
      ), ["SM1"]
    ),
    refused: .json(
      400, #"{"code":21211,"message":"Invalid 'To' Phone Number: +4512","status":400}"#),
    throttled: .json(429, #"{"code":20429,"message":"Too Many Requests","status":429}"#),
    read: { ($0.formField("To") ?? "", $0.formField("Body") ?? "") })
}

@Suite struct TwilioTests {
  static let account: [String: SettingNode.Value] = [
    "accountSID": .string("ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX"),
    "authToken": .string("twilio-test-auth-token"),
    "fromMessagingServiceSID": .string("MGXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX"),
  ]

  private func make(
    _ changes: [String: SettingNode.Value] = [:]
  ) -> (driver: (any Driver)?, problems: [String]) {
    makeDriver(Twilio.self, Self.account.merging(changes) { $1 })
  }

  private func driver(_ changes: [String: SettingNode.Value] = [:]) throws -> any Driver {
    let (driver, problems) = make(changes)
    #expect(problems == [])
    return try #require(driver)
  }

  // MARK: - Requests

  @Test func `The request is that of the vector, with the lifetime behind it`() throws {
    let expected = try #require(
      vectors("twilio-sms").first { $0["kind"]?.string == "request" }?["expected"])
    let exchange = try driver().http(.sms("Your code is 123456"))
    #expect(exchange.method == "POST")
    #expect(
      exchange.endpoint
        == HTTPEndpoint(
          "https://api.twilio.com/2010-04-01/Accounts/ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX/Messages.json"
        ))
    #expect(exchange.header("Authorization") == expected["authorization"]?.string)
    #expect(exchange.header("Content-Type") == "application/x-www-form-urlencoded")
    #expect(
      String(decoding: exchange.body, as: UTF8.self)
        == (expected["form_body"]?.string ?? "") + "&ValidityPeriod=600")
  }

  /// Twilio's callbacks are signed with HMAC-SHA1 or HMAC-SHA256; the vectors are its own library's.
  @Test func `The signatures of the vectors come out of our HMAC`() throws {
    let signed = vectors("twilio-sms").filter { $0["kind"]?.string == "webhook-signature" }
    #expect(signed.count == 4)
    for vector in signed {
      let secret = try #require(vector["inputs"]?["auth_token"]?.string)
      let text = try #require(vector["expected"]?["string_to_sign"]?.string)
      let isSHA1 = vector["algorithm"]?.string == "HMAC-SHA1"
      let key = HMACKey(secret, algorithm: isSHA1 ? .sha1 : .sha256)
      #expect(
        key.authenticationCode(for: text).base64
          == vector["expected"]?["x_twilio_signature"]?.string)
    }
  }

  @Test func `Every setting has its place`() throws {
    let driver = try driver([
      "disableRiskCheck": .bool(true), "from": .string("+15017122661"),
      "statusCallback": .string("https://otp.example.com/t?k=1"),
      "endpoint": .string("https://api.dublin.ie1.twilio.com/"),
      "apiKeySid": .string("SK1"), "apiKeySecret": .string("s:e"), "authToken": .null,
    ])
    let exchange = try driver.http(.sms("x"))
    #expect(
      exchange.formFields().map { "\($0.name)=\($0.value)" } == [
        "To=+4512345678", "MessagingServiceSid=MGXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX",
        "From=+15017122661", "Body=x", "RiskCheck=disable", "ValidityPeriod=600",
        "StatusCallback=https://otp.example.com/t?k=1",
      ])
    #expect(exchange.header("Authorization") == "Basic U0sxOnM6ZQ==")
    #expect(exchange.endpoint.host == "api.dublin.ie1.twilio.com")
    #expect(exchange.endpoint.target.hasPrefix("/2010-04-01/Accounts/ACXX"))
  }

  @Test func `A sender may take the place of the messaging service`() throws {
    let driver = try driver(["fromMessagingServiceSID": .null, "from": .string("Acme")])
    let names = try driver.http(.sms("x")).formFields().map(\.name)
    #expect(names == ["To", "From", "Body", "RiskCheck", "ValidityPeriod"])
  }

  @Test(arguments: [
    (Duration.milliseconds(600_999), "600"), (.milliseconds(999), "1"), (.zero, "1"),
    (.seconds(-5), "1"), (.seconds(36_000), "36000"), (.seconds(86_400), "36000"),
  ]) func `The lifetime is what is left, within Twilio's bounds`(left: Duration, seconds: String)
    throws
  {
    let exchange = try driver().http(.sms("x"), context: .lifetime(left))
    #expect(exchange.formField("ValidityPeriod") == seconds)
  }

  @Test(arguments: [
    (String(repeating: "é", count: 1_600), nil),
    (String(repeating: "a", count: 1_601), "content.length"),
    ("", "content.missing"),
  ]) func `A text that Twilio would refuse is refused before`(text: String, code: String?) throws {
    let driver = try driver()
    do {
      _ = try driver.http(.sms(text))
      #expect(code == nil)
    } catch {
      #expect(error.answer.code == code)
      #expect(error.answer.class == .rejected)
      #expect(error.answer.reason == .contentRefused)
    }
  }

  // MARK: - Settings

  @Test(
    arguments: [
      (["authToken": .null], "authToken: is missing: the account's auth token, or an API key"),
      (["apiKeySid": .string("SK1")], "apiKeySecret: is missing: apiKeySid needs it"),
      (["apiKeySecret": .string("s")], "apiKeySid: is missing: apiKeySecret needs it"),
      (
        ["apiKeySid": .string("AC1"), "apiKeySecret": .string("s")],
        "apiKeySid: must be SK followed by letters and digits"
      ),
      (["accountSID": .string("SK1")], "accountSID: must be AC followed by letters and digits"),
      (["accountSID": .string("AC")], "accountSID: must be AC followed by letters and digits"),
      (
        ["accountSID": .string("AC1/../AC2")],
        "accountSID: must be AC followed by letters and digits"
      ),
      (
        ["fromMessagingServiceSID": .string("+4512345678")],
        "fromMessagingServiceSID: must be MG followed by letters and digits"
      ),
      (
        ["fromMessagingServiceSID": .null],
        "fromMessagingServiceSID: is missing: the SID of the messaging service that sends, or a sender in from"
      ),
      (
        ["statusCallback": .string("https://a_b.example.com/")],
        "statusCallback: must not have an underscore in its host name: Twilio refuses it"
      ),
      (
        ["endpoint": .string("https://api.twilio.com/?a=b")],
        "endpoint: must be the base of addresses, without a query"
      ),
      (
        ["endpoint": .string("api.twilio.com")],
        #"endpoint: must be a URL that begins with https:// or http:// and names no user, found "api.twilio.com""#
      ),
      (
        ["disableRiskCheck": .string("yes")],
        #"disableRiskCheck: must be true or false, found "yes""#
      ),
      (
        ["fromMessagingServiceSid": .string("MG1")],
        #"fromMessagingServiceSid: unknown key "fromMessagingServiceSid"; did you mean "fromMessagingServiceSID"?"#
      ),
    ] as [([String: SettingNode.Value], String)]) func `What is wrong is told once`(
      changes: [String: SettingNode.Value], problem: String
    )
  {
    #expect(make(changes).problems == ["test.yaml:1:1: config.\(problem)"])
  }

  // MARK: - Answers

  struct Code: Sendable {
    let codes: [Int]
    let status: Int
    let meaning: Answer.Class
    var reason: Reason?
  }

  /// Every row of the table, with the status that usually comes with it.
  static let rows = [
    Code(codes: [20003], status: 401, meaning: .misconfigured(.account)),
    Code(codes: [10001, 20005, 30002], status: 403, meaning: .misconfigured(.account)),
    Code(codes: [20404], status: 404, meaning: .misconfigured(.account)),
    Code(codes: [20429], status: 429, meaning: .throttled(wait: nil, scope: .connector)),
    Code(
      codes: [14107, 21611, 30001, 30022, 30023], status: 400,
      meaning: .throttled(wait: nil, scope: .connector)),
    Code(codes: [20500], status: 500, meaning: .ambiguous),
    Code(codes: [20503], status: 503, meaning: .transient(wait: nil)),
    Code(codes: [21211], status: 400, meaning: .rejected, reason: .recipientInvalid),
    Code(codes: [21614, 21635], status: 400, meaning: .rejected, reason: .recipientUnreachable),
    Code(codes: [21610], status: 400, meaning: .rejected, reason: .recipientBlocked),
    Code(codes: [21612], status: 400, meaning: .rejected, reason: .recipientUnreachable),
    Code(codes: [21408, 21608], status: 400, meaning: .misconfigured(.destination)),
    Code(codes: [21602, 21617, 21619], status: 400, meaning: .misconfigured(.template)),
    Code(codes: [21606, 21212, 21659, 21660], status: 400, meaning: .misconfigured(.account)),
    Code(codes: [21701, 21703, 21704, 21705], status: 404, meaning: .misconfigured(.account)),
    Code(codes: [90007, 21624], status: 400, meaning: .misconfigured(.account)),
    Code(
      codes: [30450], status: 400, meaning: .throttled(wait: .seconds(900), scope: .recipient)),
    Code(codes: [30453], status: 400, meaning: .rejected, reason: .policyRefused),
  ]

  @Test(arguments: rows) func `A code of Twilio's means what the table says`(row: Code) throws {
    let driver = try driver()
    for code in row.codes {
      let answer = driver.answer(
        to: .http(.json(row.status, #"{"code":\#(code),"message":"+4512345678 no"}"#)))
      #expect(answer.class == row.meaning)
      #expect(answer.reason == row.reason ?? Answer(row.meaning, code: "").reason)
      #expect(answer.code == "twilio.\(code)")
      #expect(answer.isProvidersOwnCode)
      #expect(!answer.detail.isEmpty && !answer.detail.contains("4512345678"))
    }
  }

  @Test func `The rows are the table`() {
    #expect(
      Self.rows.flatMap(\.codes).map(String.init).sorted()
        == Twilio.codes.rows.flatMap(\.codes).sorted())
  }

  @Test(arguments: [
    (400, #"{"code":99999}"#, Answer.Class.rejected, "twilio.99999"),
    (500, #"{"code":99999}"#, .ambiguous, "twilio.99999"),
    (400, #"{"message":"no code"}"#, .rejected, "http.400"),
    (400, #"{"code":"21211 and more"}"#, .rejected, "http.400"),
    (502, "<html>Bad Gateway</html>", .ambiguous, "http.502"),
    (404, "", .misconfigured(.account), "http.404"),
    (200, #"{"status":"queued"}"#, .ambiguous, "http.200"),
    (201, #"{"sid":""}"#, .ambiguous, "http.201"),
    (200, #"{"code":21211}"#, .ambiguous, "http.200"),
  ]) func `Without a known code the status decides`(
    status: Int, body: String, expected: Answer.Class, code: String
  ) throws {
    let answer = try driver().answer(to: .http(.json(status, body)))
    #expect(answer.class == expected)
    #expect(answer.code == code)
    #expect(!answer.isProvidersOwnCode)
  }

  @Test func `A wait that Twilio names is kept`() throws {
    let driver = try driver()
    let wait = [(name: "Retry-After", value: "12")]
    #expect(
      driver.answer(to: .http(.json(429, #"{"code":20429}"#, headers: wait))).class
        == .throttled(wait: .seconds(12), scope: .connector))
    #expect(
      driver.answer(to: .http(.json(503, #"{"code":20503}"#, headers: wait))).class
        == .transient(wait: .seconds(12)))
    #expect(
      driver.answer(to: .http(.json(400, #"{"code":30450}"#, headers: wait))).class
        == .throttled(wait: .seconds(900), scope: .recipient))
  }
}
