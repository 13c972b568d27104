import Delivery
import JSON
import Testing

@testable import Providers

extension DriverFixture {
  static let aliyunSMS = DriverFixture(
    id: "aliyun-short-message-service",
    settings: [
      "accessKeyId": .string("testid"), "accessKeySecret": .string("testsecret-0123456789"),
      "signName": .string("阿里云短信测试"),
    ],
    baseURLKey: "endpoint",
    accepted: (
      .json(
        200,
        #"{"Message":"OK","RequestId":"AADFA5B9","Code":"OK","BizId":"900619746936498440^0"}"#),
      ["900619746936498440^0", "AADFA5B9"]
    ),
    refused: .json(
      200,
      #"{"Message":"+4512345678 invalid","RequestId":"AADFA5B9","Code":"isv.MOBILE_NUMBER_ILLEGAL"}"#
    ),
    throttled: .json(400, #"{"Code":"Throttling.User","HostId":"dysmsapi.aliyuncs.com"}"#),
    read: { exchange in
      let values = try JSONValue(
        parsing: Array((exchange.formField("TemplateParam") ?? "").utf8))
      return (exchange.formField("PhoneNumbers") ?? "", values["code"]?.string ?? "")
    })
}

@Suite struct AliyunSMSTests {
  private func make(
    _ changes: [String: SettingNode.Value] = [:]
  ) -> (driver: (any Driver)?, problems: [String]) {
    makeDriver(AliyunSMS.self, DriverFixture.aliyunSMS.settings.merging(changes) { $1 })
  }

  private func driver(_ changes: [String: SettingNode.Value] = [:]) throws -> any Driver {
    let (driver, problems) = make(changes)
    #expect(problems == [])
    return try #require(driver)
  }

  // MARK: - Requests

  @Test func `Requests are those of the vectors, byte for byte`() throws {
    for vector in vectors("aliyun-sms").prefix(2) {
      let parameters = try #require(vector["inputs"]?["params"])
      let values = try JSONValue(
        parsing: Array((parameters["TemplateParam"]?.string ?? "").utf8))
      let message = Message.template(
        to: parameters["PhoneNumbers"]?.string ?? "",
        values.textMembers.map { ($0.name, $0.value) },
        code: .everywhere(parameters["TemplateCode"]?.string ?? ""),
        eventID: parameters["OutId"]?.string ?? "")
      let driver = try driver(["signName": .string(parameters["SignName"]?.string ?? "")])
      let nonce = Nonce(stringLiteral: parameters["SignatureNonce"]?.string ?? "")
      let exchange = try driver.http(message, context: .at(1_767_323_045, nonce: nonce))
      #expect(exchange.method == "POST")
      #expect(exchange.endpoint == HTTPEndpoint("https://dysmsapi.aliyuncs.com/"))
      #expect(exchange.header("Content-Type") == "application/x-www-form-urlencoded")
      #expect(
        String(decoding: exchange.body, as: UTF8.self)
          == vector["expected"]?["form_body"]?.string)
    }
  }

  @Test(arguments: [
    ("+8613812345678", "CN", "SignCN"), ("+12025550123", "INT", "SignINT"),
    ("12025550123", "INT", "SignINT"), ("13812345678", "INT", "SignINT"),
    ("+85268326366", "INT", "SignINT"), ("008613812345678", "CN", "SignCN"),
  ]) func `Template and signature go by the country code`(
    number: String, code: String, sign: String
  ) throws {
    let driver = try driver([
      "signName": .string("SignCN"), "overseasSignName": .string("SignINT"),
    ])
    let exchange = try driver.http(
      .template(
        to: number, [("code", "1")], code: .byRegion(china: "CN", overseas: "INT")))
    #expect(exchange.formField("TemplateCode") == code)
    #expect(exchange.formField("SignName") == sign)
  }

  @Test(arguments: [(nil, "INT"), (true, "INT"), (false, "CN")])
  func `Numbers without country code are China's only when the operator says so`(
    isStrict: Bool?, code: String
  ) throws {
    let driver = try driver(
      isStrict.map { ["strictPhoneRegionNumberCheck": .bool($0)] } ?? [:])
    let exchange = try driver.http(
      .template(
        to: "13812345678", [("code", "1")], code: .byRegion(china: "CN", overseas: "INT")))
    #expect(exchange.formField("TemplateCode") == code)
    #expect(exchange.formField("PhoneNumbers") == "13812345678")
  }

  @Test func `A region without a template is a matter of the destination`() throws {
    let driver = try driver()
    for (number, code) in [
      ("+4512345678", ProviderTemplate.Code.byRegion(china: "CN", overseas: nil)),
      ("+8613812345678", .byRegion(china: nil, overseas: "INT")),
    ] {
      let refusal = #expect(throws: Refusal.self) {
        try driver.http(.template(to: number, [("code", "1")], code: code))
      }
      #expect(refusal?.answer.class == .misconfigured(.destination))
      #expect(refusal?.answer.code == "template.region")
    }
  }

  @Test func `The values are those of the settings, as strings, and nothing of the payload`() throws
  {
    let exchange = try driver().http(.template([("code", "0123"), ("ttl", "10"), ("n\"", "é")]))
    #expect(exchange.formField("TemplateParam") == #"{"code":"0123","ttl":"10","n\"":"é"}"#)
  }

  @Test func `A value that no template for codes takes is refused before it is sent`() throws {
    let driver = try driver()
    for value in ["12 34", "12-34", "é", "", "１２"] {
      let refusal = #expect(throws: Refusal.self) {
        try driver.http(.template([("code", value)], kind: 2))
      }
      #expect(refusal?.answer.class == .rejected)
      #expect(throws: Never.self) { try driver.http(.template([("code", value)], kind: 0)) }
      #expect(throws: Never.self) { try driver.http(.template([("code", value)])) }
    }
    #expect(throws: Never.self) { try driver.http(.template([("code", "aZ09")], kind: 2)) }
  }

  @Test func `A text is no template`() throws {
    let driver = try driver()
    let refusal = #expect(throws: Refusal.self) { try driver.http(.sms("1")) }
    #expect(refusal?.answer.class == .misconfigured(.template))
  }

  @Test func `Region and endpoint can be set`() throws {
    let exchange = try driver([
      "endpoint": .string("https://dysmsapi.ap-southeast-1.aliyuncs.com"),
      "regionId": .string("ap-southeast-1"),
    ]).http(.template([("code", "1")]))
    #expect(exchange.endpoint == HTTPEndpoint("https://dysmsapi.ap-southeast-1.aliyuncs.com/"))
    #expect(exchange.formField("RegionId") == "ap-southeast-1")
  }

  // MARK: - Answers

  static let rows = [
    CodeRow(["isv.BUSINESS_LIMIT_CONTROL"], .throttled(wait: .seconds(60), scope: .recipient)),
    CodeRow(["isv.DAY_LIMIT_CONTROL"], .throttled(wait: .seconds(60), scope: .connector)),
    CodeRow(
      ["isv.MOBILE_NUMBER_ILLEGAL", "isv.MOBILE_COUNT_OVER_LIMIT"], .rejected, .recipientInvalid),
    CodeRow(
      [
        "isv.BLACK_KEY_CONTROL_LIMIT", "isv.PARAM_LENGTH_LIMIT", "isv.PARAM_NOT_SUPPORT_URL",
        "isv.SMS_CONTENT_ILLEGAL", "isv.UNSUPPORTED_CONTENT",
      ], .rejected, .contentRefused),
    CodeRow(
      ["isv.DOMESTIC_NUMBER_NOT_SUPPORTED", "isv.SMS_TEST_NUMBER_LIMIT"],
      .misconfigured(.destination)),
    CodeRow(
      [
        "isv.SMS_TEMPLATE_ILLEGAL", "isv.SMS_SIGNATURE_ILLEGAL", "isv.TEMPLATE_MISSING_PARAMETERS",
        "isv.INVALID_JSON_PARAM", "isv.INVALID_PARAMETERS", "isv.SMS_SIGN_ILLEGAL",
        "isv.SIGN_NAME_ILLEGAL", "isv.SIGN_STATE_ILLEGAL", "isv.SMS_SIGNATURE_SCENE_ILLEGAL",
        "isv.TEMPLATE_PARAMS_ILLEGAL", "isv.SMS_CONTENT_MISMATCH_TEMPLATE_TYPE",
      ], .misconfigured(.template)),
    CodeRow(
      [
        "isv.OUT_OF_SERVICE", "isv.AMOUNT_NOT_ENOUGH", "isv.ACCOUNT_NOT_EXISTS",
        "isv.ACCOUNT_ABNORMAL", "isv.PRODUCT_UN_SUBSCRIPT", "isv.PRODUCT_UNSUBSCRIBE",
        "isp.RAM_PERMISSION_DENY", "InvalidAccessKeyId.NotFound", "InvalidAccessKeyId.Inactive",
        "SignatureDoesNotMatch", "InvalidTimeStamp.Expired", "Forbidden", "Forbidden.RAM",
      ], .misconfigured(.account)),
    CodeRow(["Throttling", "Throttling.User"], .throttled(wait: nil, scope: .connector)),
    CodeRow(["SignatureNonceUsed"], .ambiguous),
    CodeRow(
      ["isp.SYSTEM_ERROR", "isp.GATEWAY_ERROR", "InternalError", "ServiceUnavailable"],
      .transient(wait: nil)),
  ]

  @Test(arguments: rows, [200, 400, 500])
  func `A code of Alibaba Cloud's means what the table says, whatever the status`(
    row: CodeRow, status: Int
  ) throws {
    row.check(try driver(), "aliyun") {
      .json(status, #"{"Code":"\#($0)","Message":"+4512345678","RequestId":"R"}"#)
    }
  }

  @Test func `The rows are the table`() {
    expectComplete(
      Self.rows, AliyunSMS.codes,
      families: [
        "Forbidden*": ["Forbidden", "Forbidden.RAM"],
        "Throttling*": ["Throttling", "Throttling.User"],
      ])
  }

  @Test(arguments: [
    ("触发分钟级流控Permits:1", 60), ("触发小时级流控Permits:5", 3_600), ("触发天级流控Permits:10", 86_400),
    ("Trigger minute-level flow control", 60), ("HOUR level", 3_600), ("10 per Day", 86_400),
    ("", 60), ("流控", 60),
  ]) func `A recipient's limit lasts as long as the text says`(text: String, seconds: Int) throws {
    let reply = HTTPReply.json(
      200, #"{"Code":"isv.BUSINESS_LIMIT_CONTROL","Message":"\#(text)"}"#)
    let answer = try driver().answer(to: .http(reply))
    #expect(answer.class == .throttled(wait: .seconds(seconds), scope: .recipient))
    #expect(answer.code == "aliyun.isv.BUSINESS_LIMIT_CONTROL")
  }

  @Test(
    arguments: [
      (200, #"{"Code":"OK"}"#, Answer.Class.accepted, "http.200", []),
      (200, #"{"Code":"OK","BizId":"1^0"}"#, .accepted, "http.200", ["1^0"]),
      (200, #"{"Code":"ok","BizId":"1^0"}"#, .ambiguous, "aliyun.ok", []),
      (200, #"{"BizId":"1^0"}"#, .ambiguous, "http.200", []),
      (200, #"{"Code":"isv.NEW_ONE"}"#, .ambiguous, "aliyun.isv.NEW_ONE", []),
      (500, #"{"Code":"OK","BizId":"1^0"}"#, .ambiguous, "http.500", []),
      (403, #"{"Code":"Unheard"}"#, .misconfigured(.account), "aliyun.Unheard", []),
      (502, "<html>", .ambiguous, "http.502", []),
    ] as [(Int, String, Answer.Class, String, [String])])
  func `What a reply means`(
    status: Int, body: String, meaning: Answer.Class, code: String, ids: [String]
  ) throws {
    let answer = try driver().answer(to: .http(.json(status, body)))
    #expect(answer.class == meaning)
    #expect(answer.code == code)
    #expect(answer.providerMessageIDs == ids)
  }
}
