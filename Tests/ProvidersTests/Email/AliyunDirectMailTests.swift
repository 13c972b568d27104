import Delivery
import JSON
import Testing

@testable import Providers

extension DriverFixture {
  static let aliyunDirectMail = DriverFixture(
    id: "aliyun-direct-mail",
    settings: [
      "accessKeyId": .string("testid"), "accessKeySecret": .string("testsecret-0123456789"),
      "regionId": .string("ap-southeast-1"), "accountName": .string("noreply@mail.example.com"),
      "fromAlias": .string("Example"),
    ],
    baseURLKey: "endpoint",
    accepted: (
      .json(200, #"{"EnvId":"600000145926549","RequestId":"12D086F6-8F31"}"#),
      ["600000145926549", "12D086F6-8F31"]
    ),
    refused: .json(
      400,
      #"{"Code":"InvalidToAddress","Message":"ann@example.org","RequestId":"12D086F6","HostId":"dm.aliyuncs.com"}"#
    ),
    throttled: .json(400, #"{"Code":"Throttling.User","HostId":"dm.aliyuncs.com"}"#),
    read: { ($0.formField("ToAddress") ?? "", $0.formField("TextBody") ?? "") })
}

@Suite struct AliyunDirectMailTests {
  private func make(
    _ changes: [String: SettingNode.Value] = [:]
  ) -> (driver: (any Driver)?, problems: [String]) {
    makeDriver(
      AliyunDirectMail.self, DriverFixture.aliyunDirectMail.settings.merging(changes) { $1 })
  }

  private func driver(_ changes: [String: SettingNode.Value] = [:]) throws -> any Driver {
    let (driver, problems) = make(changes)
    #expect(problems == [])
    return try #require(driver)
  }

  // MARK: - Requests

  @Test(arguments: vectors("aliyun-dm").map(\.["name"]))
  func `Signatures are those of the vectors`(name: JSONValue?) throws {
    let vector = try #require(vectors("aliyun-dm").first { $0["name"] == name })
    let parameters = try #require(vector["inputs"]?["params"]).textMembers
    let query = AliyunRPC.canonicalQuery(parameters)
    #expect(query == vector["expected"]?["canonical_query"]?.string)
    #expect(AliyunRPC.stringToSign(query) == vector["expected"]?["string_to_sign"]?.string)
    let service = AliyunRPC(
      endpoint: HTTPEndpoint("https://dm.aliyuncs.com")!, accessKeyID: "testid",
      secret: Secret(vector["inputs"]?["secret"]?.string ?? ""), region: "")
    #expect(service.signature(of: query) == vector["expected"]?["signature"]?.string)
  }

  /// All that the vector has is sent, and what else is sent is ours.
  @Test func `A request has the vector's parameters`() throws {
    let vector = try #require(vectors("aliyun-dm").first)
    let parameters = try #require(vector["inputs"]?["params"])
    let message = Message.mail(
      to: parameters["ToAddress"]?.string ?? "", parameters["HtmlBody"]?.string ?? "",
      subject: parameters["Subject"]?.string ?? "", isHTML: true)
    let nonce = Nonce(stringLiteral: parameters["SignatureNonce"]?.string ?? "")
    let exchange = try driver().http(message, context: .at(1_767_323_045, nonce: nonce))
    #expect(exchange.method == "POST")
    #expect(exchange.endpoint == HTTPEndpoint("https://dm.ap-southeast-1.aliyuncs.com/"))
    #expect(exchange.header("Content-Type") == "application/x-www-form-urlencoded")
    let fields = exchange.formFields()
    for (name, value) in parameters.textMembers {
      #expect(exchange.formField(name) == value, "\(name)")
    }
    #expect(
      Set(fields.map(\.name)).subtracting(parameters.textMembers.map(\.name))
        == ["ClickTrace", "Headers", "Signature"])
    #expect(exchange.formField("ClickTrace") == "0")
    #expect(exchange.formField("Headers") == #"{"X-User-Notify-Otp-Id":"e1"}"#)
    #expect(Set(fields.map(\.name)).count == fields.count)
  }

  @Test(arguments: [
    (nil, "dm.aliyuncs.com", "cn-hangzhou"), ("cn-hangzhou", "dm.aliyuncs.com", "cn-hangzhou"),
    ("eu-central-1", "dm.eu-central-1.aliyuncs.com", "eu-central-1"),
  ]) func `Each region has its host`(region: String?, host: String, id: String) throws {
    let exchange = try driver(["regionId": region.map { .string($0) } ?? .null]).http(.mail("1"))
    #expect(exchange.endpoint.host == host)
    #expect(exchange.formField("RegionId") == id)
  }

  @Test func `What the settings and the template add goes along`() throws {
    let driver = try driver([
      "replyTo": .string("Help <help@example.com>"), "tagName": .string("codes"),
      "replyToAddress": .bool(true),
    ])
    let exchange = try driver.http(.mail("1", sendFrom: "Acme"))
    #expect(exchange.formField("ReplyAddress") == "help@example.com")
    #expect(exchange.formField("ReplyAddressAlias") == "Help")
    #expect(exchange.formField("ReplyToAddress") == "true")
    #expect(exchange.formField("TagName") == "codes")
    #expect(exchange.formField("FromAlias") == "Acme")
    #expect(exchange.formField("HtmlBody") == nil)
    let other = try driver.http(
      .mail("1", replyTo: "a@b.example", sendFrom: "Other <other@example.net>"))
    #expect(other.formField("AccountName") == "other@example.net")
    #expect(other.formField("FromAlias") == "Other")
    #expect(other.formField("ReplyAddress") == "a@b.example")
    #expect(throws: Refusal.self) {
      try driver.http(.mail("1", replyTo: "a@b.example, c@d.example"))
    }
  }

  @Test(
    arguments: [
      (["fromAlias": .string("0123456789abcdef")], "fromAlias: must have at most 15 characters"),
      (["replyTo": .string("a@b.example,c@d.example")], "replyTo: must be one address"),
      (["accountName": .string("x")], "accountName: must be an address"),
      (["regionId": .string("us-west-1")], "regionId: must be one of cn-hangzhou, ap-southeast-1"),
      (["accessKeySecret": .null], "accessKeySecret: is missing"),
    ] as [([String: SettingNode.Value], String)]) func `What is wrong is told once`(
      changes: [String: SettingNode.Value], problem: String
    )
  {
    let problems = make(changes).problems
    #expect(problems.count == 1)
    #expect(problems.first?.contains(problem) == true, "\(problems)")
  }

  // MARK: - Answers

  private static let rows = [
    CodeRow(
      ["InvalidToAddress", "InvalidReceiverName.Malformed", "InvalidReceiver.NotFound"], .rejected,
      .recipientInvalid),
    CodeRow(["InvalidToAddress.Spam"], .rejected, .recipientBlocked),
    CodeRow(
      [
        "InvalidMailAddress.NotFound", "InvalidMailAddressStatus.Malformed",
        "InvalidMailAddressDomain.Malformed", "InvalidMailAddressSendType.Malformed",
        "InvalidSendMail.Spam", "Signature", "InvalidAccessKeyId.NotFound",
        "InvalidAccessKeyId.Inactive", "SignatureDoesNotMatch", "InvalidTimeStamp.Expired",
        "Forbidden", "Forbidden.RiskControl", "Forbidden.UserVerification",
      ], .misconfigured(.account)),
    CodeRow(
      [
        "InvalidBody", "InvalidSubject.Malformed", "InvalidFromAlias.Malformed",
        "InvalidFromALias.Malformed", "InvalidReplyAddress.Malformed",
      ], .misconfigured(.template)),
    CodeRow(["Throttling", "Throttling.User"], .throttled(wait: nil, scope: .connector)),
    CodeRow(["InternalServiceError", "InternalError", "SignatureNonceUsed"], .ambiguous),
    CodeRow(["ServiceUnavailable"], .transient(wait: nil)),
  ]

  @Test(arguments: rows) func `Codes mean what the table says`(row: CodeRow) throws {
    row.check(try driver(), "aliyun") {
      .json(400, #"{"Code":"\#($0)","Message":"ann@example.org","RequestId":"1"}"#)
    }
  }

  @Test func `The rows are the table`() {
    expectComplete(
      Self.rows, AliyunDirectMail.codes,
      families: [
        "Forbidden*": ["Forbidden", "Forbidden.RiskControl", "Forbidden.UserVerification"],
        "Throttling*": ["Throttling", "Throttling.User"],
        "InvalidFromALias*": ["InvalidFromALias.Malformed"],
      ])
  }

  @Test(
    arguments: [
      (200, #"{"EnvId":"1"}"#, Answer.Class.accepted, "http.200"),
      (200, #"{"RequestId":"1"}"#, .ambiguous, "http.200"),
      (
        200, #"{"Code":"InvalidBody","EnvId":"1"}"#, .misconfigured(.template), "aliyun.InvalidBody"
      ),
      (400, #"{"Code":"Odd"}"#, .rejected, "aliyun.Odd"), (400, "<xml>", .rejected, "http.400"),
      (500, #"{"EnvId":"1"}"#, .ambiguous, "http.500"), (502, "", .ambiguous, "http.502"),
    ] as [(Int, String, Answer.Class, String)])
  func `What a reply means`(status: Int, body: String, meaning: Answer.Class, code: String) throws {
    let answer = try driver().answer(to: .http(.json(status, body)))
    #expect(answer.class == meaning)
    #expect(answer.code == code)
    #expect(answer.providerMessageIDs == (meaning == .accepted ? ["1"] : []))
  }
}
