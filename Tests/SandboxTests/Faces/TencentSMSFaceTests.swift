import EventLoop
import HTTPServer
import Testing

@testable import Sandbox

@Suite(.timeLimit(.minutes(1)))
struct TencentSMSFaceTests {
  static let key = StandInKey(id: "test-secret-id", secret: "test-secret-key")
  static let message = """
    {"SmsSdkAppId":"1400006666","SignName":"腾讯云","TemplateId":"1110",\
    "TemplateParamSet":["482913"],"PhoneNumberSet":["+8618501234444"],"SessionContext":"o-1"}
    """
  private let clock = ManualClock(wallMilliseconds: 1_767_323_045_000)
  private var probe: FaceProbe<TencentSMSFace> {
    FaceProbe(
      face: TencentSMSFace(
        key: Self.key, appID: "1400006666", templates: ["1110": 1], clock: clock))
  }

  private func request(
    _ body: String = message, key: StandInKey = key, headers: [String: String] = [:]
  ) -> IncomingRequest {
    var request = IncomingRequest.json("POST", "/", body, headers: [("Host", "127.0.0.1:1")])
    let defaults = [
      "X-TC-Action": "SendSms", "X-TC-Version": "2021-01-11", "X-TC-Region": "ap-guangzhou",
    ]
    for (name, value) in defaults.merging(headers, uniquingKeysWith: { $1 }) {
      request = request.with(name, value.isEmpty ? nil : value)
    }
    return Signer.tencent(request, key: key)
  }

  @Test(arguments: Vector.all("tencent-sms"))
  func `Messages that Tencent's own software signed are read`(vector: Vector) throws {
    let headers = try vector.object("headers")
    let request = IncomingRequest(
      method: "POST", target: "/",
      headers: headers.map { ($0.key, $0.value) } + [
        ("Host", try vector.input("host")), ("Content-Type", try vector.input("content_type")),
        ("Authorization", try vector.expected("authorization")),
      ], body: Array(try vector.input("payload").utf8))
    let message = try probe.message(in: request)
    #expect(message.recipient == "+8618501234444" && message.sender == "腾讯云")
    #expect(message.text == #"1110 "123456""# && message.code == "123456")
  }

  @Test func `What is taken is answered with the number's status`() throws {
    let (answer, id) = try probe.acceptance(of: request())
    #expect(answer.status == 200 && answer.text("Response.SendStatusSet.0.Code") == "Ok")
    #expect(answer.text("Response.SendStatusSet.0.SerialNo") == id)
    #expect(answer.text("Response.SendStatusSet.0.SessionContext") == "o-1")
    #expect(answer.text("Response.SendStatusSet.0.IsoCode") == "CN")
  }

  @Test func `Signatures of others, and of another time, are refused with HTTP 200`() throws {
    let cases: [(IncomingRequest, String)] = [
      (request(key: StandInKey(id: "test-secret-id", secret: "x")), "AuthFailure.SignatureFailure"),
      (request(key: StandInKey(id: "x", secret: "x")), "AuthFailure.SecretIdNotFound"),
      (request().with("Authorization", nil), "AuthFailure.InvalidAuthorization"),
      (request().with("X-TC-Timestamp", "1767323046"), "AuthFailure.SignatureFailure"),
      (request().with("X-TC-Timestamp", nil), "MissingParameter"),
      (request(headers: ["X-TC-Region": ""]), "MissingParameter"),
      (request(headers: ["X-TC-Action": "SendSMS"]), "InvalidAction"),
      (request(headers: ["X-TC-Version": "2019-07-11"]), "NoSuchVersion"),
    ]
    for (request, code) in cases {
      let answer = try probe.refusal(of: request)
      #expect(answer.status == 200 && answer.text("Response.Error.Code") == code)
    }
    clock.advance(by: .seconds(301))
    let late = try probe.refusal(of: request())
    #expect(late.text("Response.Error.Code") == "AuthFailure.SignatureExpire")
  }

  @Test func `Each fault in the body has its code`() throws {
    let cases: [(String, String)] = [
      ("{", "InvalidParameter"),
      (Self.message.replacing("SessionContext", with: "Reference"), "UnknownParameter"),
      (
        Self.message.replacing("1400006666", with: "1400000000"),
        "UnauthorizedOperation.SmsSdkAppIdVerifyFail"
      ),
      (Self.message.replacing(#""1110""#, with: "1110"), "InvalidParameter"),
      (Self.message.replacing(#""TemplateId":"1110","#, with: ""), "MissingParameter"),
      (
        Self.message.replacing("+8618501234444", with: "4512345678"),
        "InvalidParameterValue.IncorrectPhoneNumber"
      ),
      (
        Self.message.replacing(#""SignName":"腾讯云","#, with: ""),
        "FailedOperation.SignatureIncorrectOrUnapproved"
      ),
      (
        Self.message.replacing(#"["482913"]"#, with: #"["482913","en"]"#),
        "FailedOperation.TemplateParamSetNotMatchApprovedTemplate"
      ),
      (
        Self.message.replacing("482913", with: "4829137"),
        "InvalidParameterValue.TemplateParameterFormatError"
      ),
      (Self.message.replacing(#""482913""#, with: "482913"), "InvalidParameter"),
      (Self.message.replacing("o-1", with: String(repeating: "x", count: 512)), "InvalidParameter"),
    ]
    for (body, code) in cases {
      let answer = try probe.refusal(of: request(body))
      #expect(answer.status == 200 && answer.text("Response.Error.Code") == code, "\(body)")
    }
  }

  @Test func `Numbers of elsewhere need no signature name`() throws {
    let body = Self.message.replacing(#""SignName":"腾讯云","#, with: "")
      .replacing("+8618501234444", with: "+4512345678")
    #expect(try probe.message(in: request(body)).sender == nil)
  }

  @Test func `A code is told of the call or of the number`() throws {
    let number = try probe.refusal(
      code: "LimitExceeded.PhoneNumberThirtySecondLimit", of: request())
    #expect(number.status == 200 && number["Response.Error"] == nil)
    #expect(
      number.text("Response.SendStatusSet.0.Code") == "LimitExceeded.PhoneNumberThirtySecondLimit")
    let call = try probe.refusal(code: "InternalError.Timeout", of: request())
    #expect(call.text("Response.Error.Code") == "InternalError.Timeout")
    #expect(probe.face.failure(status: 502).status == 502)
  }
}
