import Delivery
import JSON
import Testing

@testable import Providers

extension DriverFixture {
  static let tencentSMS = DriverFixture(
    id: "tencent-short-message-service",
    settings: [
      "accessKeyId": .string("test-secret-id"), "accessKeySecret": .string("test-secret-key"),
      "signName": .string("腾讯云"), "sdkAppId": .string("1400006666"),
      "region": .string("ap-guangzhou"),
    ],
    baseURLKey: "endpoint",
    accepted: (
      .json(
        200,
        #"{"Response":{"SendStatusSet":[{"SerialNo":"5000:1045710669157053657849499619","PhoneNumber":"+8618501234444","Fee":1,"SessionContext":"e1","Code":"Ok","Message":"send success","IsoCode":"CN"}],"RequestId":"a0aabda6"}}"#
      ), ["5000:1045710669157053657849499619"]
    ),
    refused: reply("FailedOperation.PhoneNumberInBlacklist"),
    throttled: .json(
      200, #"{"Response":{"Error":{"Code":"RequestLimitExceeded","Message":"m"},"RequestId":"a"}}"#),
    read: { exchange in
      let json = try JSONValue(parsing: exchange.body)
      return (
        json["PhoneNumberSet"]?.elements.first?.string ?? "",
        json["TemplateParamSet"]?.elements.first?.string ?? ""
      )
    })

  /// The reply that says a code of the number.
  fileprivate static func reply(_ code: String) -> HTTPReply {
    .json(
      200,
      #"{"Response":{"SendStatusSet":[{"SerialNo":"","PhoneNumber":"+4512345678","Fee":0,"SessionContext":"","Code":"\#(code)","Message":"+4512345678","IsoCode":""}],"RequestId":"a"}}"#
    )
  }
}

@Suite struct TencentSMSTests {
  private func make(
    _ changes: [String: SettingNode.Value] = [:]
  ) -> (driver: (any Driver)?, problems: [String]) {
    makeDriver(TencentSMS.self, DriverFixture.tencentSMS.settings.merging(changes) { $1 })
  }

  private func driver(_ changes: [String: SettingNode.Value] = [:]) throws -> any Driver {
    let (driver, problems) = make(changes)
    #expect(problems == [])
    return try #require(driver)
  }

  // MARK: - Requests

  /// The signature over the body with its last member was computed with Python's hashlib.
  @Test func `The request is that of the vector, with our reference behind it`() throws {
    let vector = try #require(vectors("tencent-sms").first)
    let payload = try #require(vector["inputs"]?["payload"]?.string)
    let exchange = try driver().http(
      .template(to: "+8618501234444", [("code", "123456")], code: .everywhere("1110")),
      context: .at(1_767_323_045))
    #expect(exchange.method == "POST")
    #expect(exchange.endpoint == HTTPEndpoint("https://sms.tencentcloudapi.com/"))
    #expect(
      String(decoding: exchange.body, as: UTF8.self)
        == payload.dropLast() + #","SessionContext":"e1"}"#)
    #expect(exchange.header("Content-Type") == vector["inputs"]?["content_type"]?.string)
    for (name, value) in try #require(vector["inputs"]?["headers"]).textMembers {
      #expect(exchange.header(name) == value)
    }
    #expect(
      exchange.header("Authorization")
        == "TC3-HMAC-SHA256 Credential=test-secret-id/2026-01-02/sms/tc3_request, "
        + "SignedHeaders=content-type;host, "
        + "Signature=41e4e1064c0768d223caeb627ccbbf8f1bcbd10986307384f368991001b24088")
  }

  @Test(arguments: [
    ("+8613812345678", "CN", "SignCN", nil), ("+12025550123", "INT", "SignINT", "Acme"),
    ("13812345678", "INT", "SignINT", "Acme"), ("8613812345678", "CN", "SignCN", nil),
  ]) func `Template, signature and sender go by the country code`(
    number: String, code: String, sign: String, sender: String?
  ) throws {
    let driver = try driver([
      "signName": .string("SignCN"), "overseasSignName": .string("SignINT"),
      "senderId": .string("Acme"),
    ])
    let exchange = try driver.http(
      .template(to: number, [("code", "1")], code: .byRegion(china: "CN", overseas: "INT")))
    let json = try JSONValue(parsing: exchange.body)
    #expect(json["TemplateId"]?.string == code)
    #expect(json["SignName"]?.string == sign)
    #expect(json["SenderId"]?.string == sender)
    // Never without its sign: 11 digits would go to China.
    #expect(json["PhoneNumberSet"]?.elements.first?.string?.hasPrefix("+") == true)
  }

  @Test func `The values keep the order of the settings, and nothing of the payload is among them`()
    throws
  {
    let exchange = try driver().http(.template([("code", "0123"), ("expiresInMinutes", "10")]))
    let json = try JSONValue(parsing: exchange.body)
    #expect(json["TemplateParamSet"] == .array([.string("0123"), .string("10")]))
  }

  @Test func `A text is no template, and a region may have none`() throws {
    let driver = try driver()
    let text = #expect(throws: Refusal.self) { try driver.http(.sms("1")) }
    #expect(text?.answer.class == .misconfigured(.template))
    let region = #expect(throws: Refusal.self) {
      try driver.http(.template([("code", "1")], code: .byRegion(china: "1", overseas: nil)))
    }
    #expect(region?.answer.class == .misconfigured(.destination))
  }

  /// The host is signed, so that it must be the one that the header names.
  @Test func `Another address is signed as it is`() throws {
    let exchange = try driver(["endpoint": .string("http://127.0.0.1:8080/mock")])
      .http(.template([("code", "1")]), context: .at(1_767_323_045))
    let request = TC3Signature.canonicalRequest(exchange.endpoint, contentType: "t", body: [])
    #expect(request.hasPrefix("POST\n/mock/\n\ncontent-type:t\nhost:127.0.0.1:8080\n\n"))
  }

  // MARK: - Settings

  @Test(
    arguments: [
      (
        ["sdkAppId": .string("AKID1")],
        "sdkAppId: must be digits: the SdkAppId of the SMS application"
      ),
      (
        ["region": .string("ap guangzhou")],
        "region: must be of letters, digits and signs of ASCII, without spaces"
      ),
      (
        ["accessKeyId": .string("é")],
        "accessKeyId: must be of letters, digits and signs of ASCII, without spaces"
      ),
    ] as [([String: SettingNode.Value], String)]) func `What is wrong is told once`(
      changes: [String: SettingNode.Value], problem: String
    )
  {
    #expect(make(changes).problems == ["test.yaml:1:1: config.\(problem)"])
  }

  // MARK: - Answers

  static let rows = [
    CodeRow(
      [
        "AuthFailure", "AuthFailure.SecretIdNotFound", "AuthFailure.SignatureFailure",
        "AuthFailure.SignatureExpire", "InternalError.RequestTimeException",
        "InternalError.SigVerificationFail", "InternalError.SigFieldMissing",
        "UnauthorizedOperation", "UnauthorizedOperation.RequestIpNotInWhitelist",
        "UnauthorizedOperation.RequestPermissionDeny", "UnauthorizedOperation.SdkAppIdIsDisabled",
        "UnauthorizedOperation.SmsSdkAppIdVerifyFail", "InvalidParameter.AppidAndBizId",
        "InvalidParameterValue.SdkAppIdNotExist",
        "UnauthorizedOperation.ServiceSuspendDueToArrears",
        "FailedOperation.InsufficientBalanceInSmsPackage", "MissingParameter",
        "MissingParameter.EmptyPhoneNumberSet", "UnknownParameter", "InvalidParameter",
        "FailedOperation.FailResolvePacket", "FailedOperation.JsonParseFail",
      ], .misconfigured(.account)),
    CodeRow(
      [
        "FailedOperation.SignatureIncorrectOrUnapproved", "FailedOperation.MissingSignatureList",
        "FailedOperation.TemplateIncorrectOrUnapproved",
        "FailedOperation.TemplateUnapprovedOrNotExist", "FailedOperation.TemplateIdNotExist",
        "FailedOperation.MissingTemplateList",
        "FailedOperation.TemplateParamSetNotMatchApprovedTemplate",
        "InvalidParameterValue.TemplateParameterFormatError",
        "InvalidParameterValue.TemplateParameterLengthLimit",
        "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter",
        "InvalidParameterValue.ContentLengthLimit", "FailedOperation.ContainSensitiveWord",
        "InvalidParameter.DirtyWordFound",
      ], .misconfigured(.template)),
    CodeRow(
      [
        "UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone",
        "UnsupportedOperation.GlobalTemplateToChineseMainlandPhone",
        "UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber",
        "UnsupportedOperation.UnsupportedRegion", "LimitExceeded.AppCountryOrRegionInBlacklist",
      ], .misconfigured(.destination)),
    CodeRow(
      ["FailedOperation.PhoneNumberParseFail", "InvalidParameterValue.IncorrectPhoneNumber"],
      .rejected, .recipientInvalid),
    CodeRow(["FailedOperation.PhoneNumberInBlacklist"], .rejected, .recipientBlocked),
    CodeRow(
      ["LimitExceeded.PhoneNumberThirtySecondLimit"],
      .throttled(wait: .seconds(30), scope: .recipient)),
    CodeRow(
      ["LimitExceeded.PhoneNumberOneHourLimit"],
      .throttled(wait: .seconds(3_600), scope: .recipient)),
    CodeRow(
      ["LimitExceeded.PhoneNumberDailyLimit", "LimitExceeded.PhoneNumberSameContentDailyLimit"],
      .throttled(wait: .seconds(86_400), scope: .recipient)),
    CodeRow(
      ["LimitExceeded.DeliveryFrequencyLimit"], .throttled(wait: nil, scope: .recipient)),
    CodeRow(
      [
        "LimitExceeded.GlobalSmsSendingRateLimit", "RequestLimitExceeded",
        "RequestLimitExceeded.UinLimitExceeded",
      ], .throttled(wait: nil, scope: .connector)),
    CodeRow(
      ["LimitExceeded.AppDailyLimit", "LimitExceeded.DailyLimit"],
      .throttled(wait: .seconds(60), scope: .connector)),
    CodeRow(
      [
        "LimitExceeded.AppMainlandChinaDailyLimit", "LimitExceeded.AppGlobalDailyLimit",
        "LimitExceeded.AppCountryOrRegionDailyLimit",
      ], .throttled(wait: .seconds(60), scope: .recipient)),
    CodeRow(
      [
        "InternalError.Timeout", "InternalError.SendAndRecvFail",
        "InternalError.ParseBackendResponseFail",
      ], .ambiguous),
    CodeRow(
      ["InternalError.OtherError", "InternalError.UnknownError", "FailedOperation.OtherError"],
      .transient(wait: nil)),
  ]

  @Test(arguments: rows) func `A code of Tencent's means what the table says, in both its places`(
    row: CodeRow
  ) throws {
    row.check(try driver(), "tencent", reply: DriverFixture.reply)
    row.check(try driver(), "tencent") {
      .json(
        200, #"{"Response":{"Error":{"Code":"\#($0)","Message":"+4512345678"},"RequestId":"a"}}"#)
    }
  }

  @Test func `The rows are the table`() {
    expectComplete(
      Self.rows, TencentSMS.codes,
      families: [
        "AuthFailure*": [
          "AuthFailure", "AuthFailure.SecretIdNotFound", "AuthFailure.SignatureFailure",
        ],
        "UnauthorizedOperation*": [
          "UnauthorizedOperation", "UnauthorizedOperation.RequestPermissionDeny",
        ],
        "MissingParameter*": ["MissingParameter", "MissingParameter.EmptyPhoneNumberSet"],
        "UnknownParameter*": ["UnknownParameter"],
        "RequestLimitExceeded*": [
          "RequestLimitExceeded", "RequestLimitExceeded.UinLimitExceeded",
        ],
      ])
  }

  @Test(
    arguments: [
      (
        200, #"{"Response":{"SendStatusSet":[{"SerialNo":"1","Code":"ok"}]}}"#,
        Answer.Class.accepted, "http.200", ["1"]
      ),
      (
        200, #"{"Response":{"Error":null,"SendStatusSet":[{"SerialNo":"1","Code":"OK"}]}}"#,
        .accepted, "http.200", ["1"]
      ),
      (
        200,
        #"{"Response":{"SendStatusSet":[{"SerialNo":"1","Code":"Ok"},{"Code":"FailedOperation.OtherError"}]}}"#,
        .ambiguous, "tencent.FailedOperation.OtherError", ["1"]
      ),
      (200, #"{"Response":{"SendStatusSet":[]}}"#, .ambiguous, "http.200", []),
      (200, #"{"Response":{"SendStatusSet":[{"SerialNo":"1"}]}}"#, .ambiguous, "http.200", []),
      (200, #"{"Response":{"RequestId":"a"}}"#, .ambiguous, "http.200", []),
      (200, #"{"Response":{"Error":{}}}"#, .ambiguous, "http.200", []),
      (200, #"{"Response":{"Error":{"Code":"New.One"}}}"#, .ambiguous, "tencent.New.One", []),
      (200, #"{"SendStatusSet":[{"SerialNo":"1","Code":"Ok"}]}"#, .ambiguous, "http.200", []),
      (
        500, #"{"Response":{"SendStatusSet":[{"SerialNo":"1","Code":"Ok"}]}}"#, .ambiguous,
        "http.500", []
      ),
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
