import EventLoop
import HTTPServer
import Testing

@testable import Sandbox

@Suite(.timeLimit(.minutes(1)))
struct AliyunSMSFaceTests {
  static let key = StandInKey(id: "testid", secret: "testsecret-0123456789")
  static let fields = [
    "AccessKeyId": "testid", "Action": "SendSms", "Format": "json", "OutId": "otp-0001",
    "PhoneNumbers": "8613012345678", "RegionId": "cn-hangzhou", "SignName": "Acme",
    "SignatureMethod": "HMAC-SHA1", "SignatureNonce": "n", "SignatureVersion": "1.0",
    "TemplateCode": "SMS_154950909", "TemplateParam": #"{"code":"482913"}"#,
    "Timestamp": "2026-01-02T03:04:05Z", "Version": "2017-05-25",
  ]
  private let clock = ManualClock(wallMilliseconds: 1_767_323_045_000)

  /// A new face: each test may use the same nonce.
  private func probe() -> FaceProbe<AliyunSMSFace> {
    FaceProbe(
      face: AliyunSMSFace(key: Self.key, templates: ["SMS_154950909": ["code"]], clock: clock))
  }

  private func request(
    _ changes: [String: String?] = [:], key: StandInKey = key, method: String = "POST"
  ) -> IncomingRequest {
    var fields = Self.fields
    for (name, value) in changes { fields[name] = value }
    return Signer.aliyun(fields, key: key, method: method)
  }

  @Test func `A message that Aliyun's own software signed is read`() throws {
    let vector = try #require(Vector.all("aliyun-sms").first)
    let request = IncomingRequest(
      method: "POST", target: "/",
      headers: [("Content-Type", "application/x-www-form-urlencoded")],
      body: Array(try vector.expected("form_body").utf8))
    let message = try probe().message(in: request)
    #expect(message.recipient == "8613012345678" && message.sender == "阿里云短信测试")
    #expect(message.text == #"SMS_154950909 {"code":"123456"}"# && message.code == "123456")
    #expect(message.reference == "otp-0001")
  }

  @Test(arguments: [
    "13012345678", "+8613012345678", "008613012345678", "85268326366", "12025550123",
  ])
  func `Numbers of the mainland and of elsewhere are taken`(number: String) throws {
    let message = try probe().message(in: request(["PhoneNumbers": number], method: "GET"))
    #expect(message.recipient == number)
  }

  @Test func `What is taken is answered with Aliyun's OK`() throws {
    let (answer, id) = try probe().acceptance(of: request())
    #expect(answer.status == 200 && answer.text("Code") == "OK" && answer.text("BizId") == id)
    #expect(id.hasSuffix("^0") && answer["HostId"] == nil)
  }

  @Test func `The gateway refuses with a status`() throws {
    let cases: [(IncomingRequest, Int, String)] = [
      (request(key: StandInKey(id: "testid", secret: "x")), 400, "SignatureDoesNotMatch"),
      (request(["AccessKeyId": "x"]), 404, "InvalidAccessKeyId.NotFound"),
      (request(["Timestamp": "2026-01-02T03:19:06Z"]), 400, "InvalidTimeStamp.Expired"),
      (request(["Timestamp": "now"]), 400, "InvalidTimeStamp.Format"),
      (request(["SignatureNonce": nil]), 400, "MissingSignatureNonce"),
      (request(["Action": "Send"]), 404, "InvalidAction.NotFound"),
      (request(["Version": "2018-05-01"]), 400, "InvalidVersion"),
      (request(["Format": "XML"]), 400, "UnsupportedFormat"),
      (request(["PhoneNumbers": nil]), 400, "MissingPhoneNumbers"),
      (request(["SignName": ""]), 400, "MissingSignName"),
      (request(["TemplateCode": nil]), 400, "MissingTemplateCode"),
    ]
    for (request, status, code) in cases {
      let answer = try probe().refusal(of: request)
      #expect(answer.status == status && answer.text("Code") == code)
      #expect(answer.text("HostId") == "dysmsapi.aliyuncs.com")
    }
  }

  @Test func `A nonce is taken once`() throws {
    let probe = probe()
    _ = try probe.message(in: request())
    #expect(try probe.refusal(of: request()).text("Code") == "SignatureNonceUsed")
    _ = try probe.message(in: request(["SignatureNonce": "m"]))
  }

  @Test(arguments: [
    ("PhoneNumbers", "+4512345678", "isv.MOBILE_NUMBER_ILLEGAL"),
    ("PhoneNumbers", "+861301234567", "isv.MOBILE_NUMBER_ILLEGAL"),
    ("PhoneNumbers", "13012345678,13012345679", "isv.MOBILE_NUMBER_ILLEGAL"),
    ("TemplateCode", "154950909", "isv.SMS_TEMPLATE_ILLEGAL"),
    ("TemplateParam", "{", "isv.INVALID_JSON_PARAM"),
    ("TemplateParam", #"{"code":482913}"#, "isv.INVALID_JSON_PARAM"),
    ("TemplateParam", "{}", "isv.TEMPLATE_MISSING_PARAMETERS"),
    ("TemplateParam", nil, "isv.TEMPLATE_MISSING_PARAMETERS"),
    ("TemplateParam", #"{"code":"48 2913"}"#, "isv.INVALID_PARAMETERS"),
    ("TemplateParam", #"{"code":"482913","uiLocales":"en fr"}"#, "isv.INVALID_PARAMETERS"),
  ])
  func `The service refuses with HTTP 200`(name: String, value: String?, code: String) throws {
    let answer = try probe().refusal(of: request([name: value]))
    #expect(answer.status == 200 && answer.text("Code") == code && answer["HostId"] == nil)
  }

  @Test func `Codes are answered as service or gateway do`() throws {
    let limit = try probe().refusal(code: "isv.BUSINESS_LIMIT_CONTROL", of: request())
    #expect(limit.status == 200 && limit.text("Code") == "isv.BUSINESS_LIMIT_CONTROL")
    #expect(try probe().refusal(code: "Throttling.User", of: request()).status == 400)
    #expect(try probe().failure(503).text("Code") == "ServiceUnavailable")
    #expect(try probe().failure(429).status == 429)
  }
}
