import Delivery
import Digest
import Testing

@testable import Providers

/// What each driver asks to see whether its provider takes the credentials, and how it reads the reply.
@Suite struct ProbeTests {
  private static let account = "AC00000000000000000000000000000000"
  private static let context = SendContext.at(1_790_000_000)

  private func driver(
    _ type: any Driver.Type, _ settings: [String: SettingNode.Value]
  ) throws -> any Driver {
    let (driver, problems) = makeDriver(type, settings)
    #expect(problems == [])
    return try #require(driver)
  }

  private func request(
    _ type: any Driver.Type, _ settings: [String: SettingNode.Value]
  ) throws -> HTTPExchange? {
    guard
      case .exchange(.http(let request)) = try driver(type, settings).probe(context: Self.context)
    else { return nil }
    return request
  }

  private static let twilio: [String: SettingNode.Value] = [
    "accountSID": .string(account), "authToken": .string("t0ken"), "from": .string("Acme"),
  ]
  private static let twilioKey: [String: SettingNode.Value] = [
    "accountSID": .string(account), "from": .string("Acme"), "apiKeySid": .string("SK1"),
    "apiKeySecret": .string("s3cret"),
  ]
  private static let vonage: [String: SettingNode.Value] = [
    "apiKey": .string("abcd1234"), "apiSecret": .string("s3cretS3cret"),
    "brandName": .string("AcmeInc"),
  ]

  // MARK: - Questions

  struct Question: Sendable, CustomTestStringConvertible {
    var type: any Driver.Type
    var settings: [String: SettingNode.Value]
    var method = "GET"
    var url: String
    /// What stands in Base64 behind `Basic`.
    var credentials: String
    var testDescription: String { url }
  }

  private static let questions = [
    Question(
      type: Twilio.self, settings: twilio,
      url: "https://api.twilio.com/2010-04-01/Accounts/\(account).json",
      credentials: "\(account):t0ken"),
    Question(
      type: Twilio.self, settings: twilioKey,
      url:
        "https://api.twilio.com/2010-04-01/Accounts/\(account)/IncomingPhoneNumbers.json?PageSize=1",
      credentials: "SK1:s3cret"),
    Question(
      type: Twilio.self,
      settings: twilio.merging(["endpoint": .string("http://127.0.0.1:8/twilio/")]) { $1 },
      url: "http://127.0.0.1:8/twilio/2010-04-01/Accounts/\(account).json",
      credentials: "\(account):t0ken"),
    Question(
      type: Vonage.self, settings: vonage, url: "https://rest.nexmo.com/account/get-balance",
      credentials: "abcd1234:s3cretS3cret"),
    Question(
      type: GatewayAPI.self, settings: DriverFixture.gatewayAPI.settings,
      url: "https://gatewayapi.com/rest/me", credentials: "Go-Create-an-API-token:"),
    Question(
      type: GatewayAPI.self,
      settings: DriverFixture.gatewayAPI.settings.merging([
        "endpoint": .string("https://gatewayapi.eu/rest/mtsms")
      ]) { $1 },
      url: "https://gatewayapi.eu/rest/me", credentials: "Go-Create-an-API-token:"),
    Question(
      type: SMSAero.self,
      settings: [
        "email": .string("a@example.com"), "apiKey": .string("k3y"), "senderName": .string("Acme"),
        "testMode": .bool(true),
      ], method: "POST", url: "https://gate.smsaero.ru/v2/auth",
      credentials: "a@example.com:k3y"),
  ]

  @Test(arguments: questions) func `A question is whole and has no body`(question: Question) throws
  {
    let request = try #require(try request(question.type, question.settings))
    #expect(request.method == question.method)
    #expect(request.endpoint == HTTPEndpoint(question.url))
    #expect(request.headers.map(\.name) == ["Authorization"])
    #expect(
      request.header("Authorization") == "Basic " + Array(question.credentials.utf8).base64)
    #expect(request.body.isEmpty)
  }

  @Test func `A mail server is only opened`() throws {
    let driver = try driver(SMTP.self, DriverFixture.smtp.settings)
    guard case .exchange(.smtp(let opening)) = driver.probe(context: Self.context) else {
      Issue.record("no question")
      return
    }
    #expect(opening.isOpeningOnly && opening.data.isEmpty && opening.recipient.isEmpty)
    #expect("\(opening)" == "OPEN smtp://smtp.example.com:587")
    #expect(opening.server.login == (try driver.smtp(.mail("1")).server.login))
    #expect(opening.server.openingLimit == .seconds(8))
  }

  @Test func `Who cannot be asked says why`() throws {
    let signed = Self.vonage.merging(["signatureSecret": .string("s1gn")]) { $1 }
    let elsewhere = DriverFixture.gatewayAPI.settings.merging([
      "endpoint": .string("https://sms.example.com/out")
    ]) { $1 }
    for (type, settings) in [
      (Vonage.self, signed), (GatewayAPI.self, elsewhere),
      (HTTPSMS.self, DriverFixture.httpSMS.settings),
      (HTTPEmail.self, DriverFixture.httpEmail.settings),
      (AliyunSMS.self, DriverFixture.aliyunSMS.settings),
      (TencentSMS.self, DriverFixture.tencentSMS.settings),
    ] as [(any Driver.Type, [String: SettingNode.Value])] {
      guard case .impossible(let reason) = try driver(type, settings).probe(context: Self.context)
      else {
        Issue.record("\(type) asks")
        continue
      }
      #expect(!reason.isEmpty)
    }
  }

  // MARK: - Replies

  struct Row: Sendable, CustomTestStringConvertible {
    enum Meaning { case works, refused, untold }
    var type: any Driver.Type
    var settings: [String: SettingNode.Value]
    var reply: Reply
    var meaning: Meaning
    var code = ""
    /// What the words must hold.
    var word: String
    var testDescription: String { "\(type) \(reply) \(code)" }

    init(
      _ type: any Driver.Type, _ settings: [String: SettingNode.Value], _ status: Int,
      _ body: String, _ meaning: Meaning, _ code: String, _ word: String
    ) {
      self.init(type, settings, .http(.json(status, body)), meaning, code, word)
    }

    init(
      _ type: any Driver.Type, _ settings: [String: SettingNode.Value], _ reply: Reply,
      _ meaning: Meaning, _ code: String, _ word: String
    ) {
      self.type = type
      self.settings = settings
      self.reply = reply
      self.meaning = meaning
      self.code = code
      self.word = word
    }
  }

  private static let denied = #"{"code":20003,"message":"Authenticate","status":401}"#

  private static let overHTTP: [Row] = [
    Row(
      Twilio.self, twilio, 200, #"{"sid":"AC1","status":"active","type":"Full"}"#, .works, "",
      "active"),
    Row(
      Twilio.self, twilio, 200, #"{"sid":"AC1","status":"suspended"}"#, .refused, "twilio.account",
      "suspended"),
    Row(Twilio.self, twilio, 401, denied, .refused, "twilio.20003", "authToken"),
    Row(
      Twilio.self, twilio, 404, #"{"code":20404,"status":404}"#, .refused, "twilio.20404",
      "accountSID"),
    Row(Twilio.self, twilio, 200, #"{"balance":1}"#, .untold, "http.200", "address"),
    Row(Twilio.self, twilioKey, 200, #"{"incoming_phone_numbers":[]}"#, .works, "", "API key"),
    Row(Twilio.self, twilioKey, 401, denied, .refused, "twilio.20003", "apiKeySecret"),
    Row(Twilio.self, twilioKey, 403, denied, .untold, "twilio.20003", "apiKeySecret"),
    Row(
      Vonage.self, vonage, 200, #"{"value":10.28,"autoReload":false}"#, .works, "", "credentials"),
    Row(
      Vonage.self, vonage, 401, #"{"error-code":"401","error-code-label":"authentication failed"}"#,
      .refused, "http.401", "apiSecret"),
    Row(Vonage.self, vonage, 200, "{}", .untold, "http.200", "address"),
    Row(
      GatewayAPI.self, DriverFixture.gatewayAPI.settings, 200,
      #"{"credit":1234.56,"currency":"DKK","id":1}"#, .works, "", "credentials"),
    Row(
      GatewayAPI.self, DriverFixture.gatewayAPI.settings, 401,
      #"{"code":"0x0211","message":"Invalid API token"}"#, .refused, "gatewayapi.0x0211",
      "apiToken"),
    Row(
      GatewayAPI.self, DriverFixture.gatewayAPI.settings, 403, #"{"code":"0x0213"}"#, .refused,
      "gatewayapi.0x0213", "address"),
    Row(
      SMSAero.self, DriverFixture.smsAero.settings, 200,
      #"{"success":true,"data":null,"message":"Successful authorization."}"#, .works, "",
      "credentials"),
    Row(
      SMSAero.self, DriverFixture.smsAero.settings, 401,
      #"{"success":false,"data":null,"message":"Your request was made with invalid credentials."}"#,
      .refused, "smsaero.credentials", "apiKey"),
    Row(
      SMSAero.self, DriverFixture.smsAero.settings, 200,
      #"{"success":false,"data":null,"message":"invalid credentials"}"#, .refused,
      "smsaero.credentials", "apiKey"),
    Row(
      SMSAero.self, DriverFixture.smsAero.settings, 200, #"{"success":false}"#, .untold,
      "smsaero.failure", "question"),
  ]

  private static let mails: [Row] = [
    Row(
      SendGrid.self, DriverFixture.sendGrid.settings, 200,
      #"{"scopes":["alerts.read","mail.send"]}"#,
      .works, "", "may send"),
    Row(
      SendGrid.self, DriverFixture.sendGrid.settings, 200, #"{"scopes":["alerts.read"]}"#, .refused,
      "sendgrid.scope", "Mail Send"),
    Row(
      SendGrid.self, DriverFixture.sendGrid.settings, 401,
      #"{"errors":[{"message":"authorization required"}]}"#, .refused, "http.401", "console"),
    Row(SendGrid.self, DriverFixture.sendGrid.settings, 200, "{}", .untold, "http.200", "address"),
    Row(
      Postmark.self, DriverFixture.postmark.settings, 200, #"{"ID":1,"DeliveryType":"Live"}"#,
      .works,
      "", "token"),
    Row(
      Postmark.self, DriverFixture.postmark.settings, 200, #"{"ID":1,"DeliveryType":"Sandbox"}"#,
      .works, "", "delivers nothing"),
    Row(
      Postmark.self, DriverFixture.postmark.settings, 401, #"{"ErrorCode":10,"Message":"No"}"#,
      .refused, "postmark.10", "serverToken"),
    Row(
      Mailgun.self, DriverFixture.mailgun.settings, 200, #"{"domain":{"state":"active"}}"#, .works,
      "",
      "active"),
    Row(
      Mailgun.self, DriverFixture.mailgun.settings, 200, #"{"domain":{"state":"unverified"}}"#,
      .refused, "mailgun.domain", "verify"),
    Row(
      Mailgun.self, DriverFixture.mailgun.settings, 401, "Forbidden", .untold, "http.401",
      "only a message"),
    Row(
      Mailgun.self, DriverFixture.mailgun.settings, 404, #"{"message":"Domain not found"}"#,
      .refused,
      "http.404", "domain"),
    Row(
      AmazonSES.self, DriverFixture.amazonSES.settings, 200,
      #"{"SendingEnabled":true,"ProductionAccessEnabled":true}"#, .works, "", "may send"),
    Row(
      AmazonSES.self, DriverFixture.amazonSES.settings, 200,
      #"{"SendingEnabled":true,"ProductionAccessEnabled":false}"#, .works, "", "verified recipients"
    ),
    Row(
      AmazonSES.self, DriverFixture.amazonSES.settings, 200, #"{"SendingEnabled":false}"#, .refused,
      "ses.account", "console"),
    Row(
      AmazonSES.self, DriverFixture.amazonSES.settings, 403,
      #"{"__type":"AccessDeniedException","message":"not authorized"}"#, .untold,
      "ses.AccessDenied",
      "GetAccount"),
    Row(
      AmazonSES.self, DriverFixture.amazonSES.settings, 403,
      #"{"__type":"UnrecognizedClientException","message":"The security token is invalid"}"#,
      .refused,
      "ses.UnrecognizedClient", "accessKeyId"),
  ]

  private static let withoutLogin = DriverFixture.smtp.settings.merging(["auth": .null]) { $1 }

  private static let overSMTP: [Row] = [
    (.login, 235, DriverFixture.smtp.settings, .works, "", "login"),
    (.login, 535, DriverFixture.smtp.settings, .refused, "smtp.535", "auth"),
    (.login, 454, DriverFixture.smtp.settings, .untold, "smtp.454", "later"),
    (.hello, 250, DriverFixture.smtp.settings, .untold, "smtp.250", "offers no login"),
    (.hello, 250, withoutLogin, .works, "", "no login"),
    (.hello, 501, withoutLogin, .refused, "smtp.501", "set name"),
    (.greeting, 554, withoutLogin, .untold, "smtp.554", "later"),
    (.startTLS, 502, withoutLogin, .refused, "smtp.502", "STARTTLS"),
  ].map {
    (
      row: (
        SMTPReply.Stage, Int, [String: SettingNode.Value], Row.Meaning, String, String
      )
    ) in
    Row(
      SMTP.self, row.2, .smtp(SMTPReply(stage: row.0, code: row.1)), row.3, row.4, row.5)
  }

  @Test(arguments: overHTTP + mails + overSMTP) func `A reply says what it must`(row: Row) throws {
    check(try driver(row.type, row.settings).result(ofProbe: row.reply), row)
  }

  private func check(_ result: ProbeResult, _ row: Row) {
    switch (result, row.meaning) {
    case (.works(let words), .works): #expect(words.contains(row.word))
    case (.refused(let code, let words), .refused), (.untold(let code, let words), .untold):
      #expect(code == row.code)
      #expect(words.contains(row.word), "\(words)")
    default: Issue.record("\(result)")
    }
  }

  /// What no driver has a word for, read by the way of all.
  @Test(
    arguments: [
      (200, #"{"any":1}"#, .works, "credentials"), (200, "<html>", .untold, "address"),
      (200, "[]", .untold, "address"), (302, "", .refused, "redirects"),
      (400, "", .untold, "question"), (401, "", .refused, "console"),
      (402, "", .refused, "balance"), (403, "", .untold, "may not ask"),
      (404, "", .untold, "address"), (405, "", .untold, "address"), (407, "", .refused, "proxy"),
      (429, "", .untold, "too many"), (500, "", .untold, "later"), (503, "", .untold, "later"),
      (799, "", .untold, "later"),
    ] as [(Int, String, Row.Meaning, String)])
  func `Without a word of the provider's own the status speaks`(
    status: Int, body: String, meaning: Row.Meaning, word: String
  ) throws {
    let row = Row(Plain.self, [:], status, body, meaning, "http.\(status)", word)
    check(try driver(Plain.self, [:]).result(ofProbe: row.reply), row)
  }

  /// A driver that asks nothing.
  private struct Plain: Driver {
    static let descriptor = DriverDescriptor(
      id: "plain", channel: .sms, name: "Plain", documentation: "https://example.com/",
      text: .receiver, settings: [])
    init(settings: SettingsReader) throws(InvalidSettings) {}
    func exchange(for message: Message, context: SendContext) throws(Refusal) -> Exchange {
      throw Refusal(.foreignReply)
    }
    func answer(to reply: Reply) -> Answer {
      guard case .http(let reply) = reply else { return .foreignReply }
      return StatusTable.answer(to: reply)
    }
  }

  @Test func `A driver that says nothing cannot be asked`() throws {
    guard case .impossible = try driver(Plain.self, [:]).probe(context: Self.context) else {
      Issue.record("it asks")
      return
    }
  }

  // MARK: - What every driver owes

  @Test(arguments: DriverContractTests.entries) func `No secret stands in a question's address`(
    entry: DriverContractTests.Entry
  ) throws {
    guard case .exchange(let exchange) = try entry.driver().probe(context: Self.context) else {
      return
    }
    let secrets = entry.type.descriptor.settings.filter(\.isSecret).compactMap {
      setting -> String? in
      if case .string(let text)? = entry.fixture.settings[setting.key] { text } else { nil }
    }
    if case .http(let request) = exchange {
      #expect(["GET", "POST"].contains(request.method))
      #expect(!secrets.contains { request.endpoint.target.contains($0) })
    }
    #expect(!secrets.contains { "\(exchange)".contains($0) })
  }

  @Test(arguments: DriverContractTests.entries)
  func `Whatever comes, nothing of it is shown, and what is no success does not work`(
    entry: DriverContractTests.Entry
  ) throws {
    let driver = try entry.driver()
    for status in [200, 204, 302, 400, 401, 403, 404, 422, 429, 500, 503, 799] {
      for body in [
        "", "null", "to +4512345678", #"{"code":"+4512345678\r\n","message":"+4512345678"}"#,
        #"{"code":{},"status":"+4512345678","success":"+4512345678"}"#,
      ] {
        let result = driver.result(ofProbe: .http(.json(status, body)))
        #expect(!"\(result)".contains("4512345678"))
        if case .works = result {
          #expect(entry.fixture.isHTTP && status < 300 && body.hasPrefix("{"))
        }
      }
    }
    for stage in SMTPReply.Stage.allCases {
      let reply = SMTPReply(stage: stage, code: 550, text: "<ann@example.org>: no")
      let result = driver.result(ofProbe: .smtp(reply))
      #expect(!"\(result)".contains("ann@"))
      if case .works = result { Issue.record("\(stage)") }
    }
  }
}
