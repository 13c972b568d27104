import EventLoop
import Foundation
import HTTPServer
import Testing

@testable import Sandbox

/// A face and a request in order for it, which asks for the code 482913.
struct FaceSample: CustomTestStringConvertible, Sendable {
  let face: any ProviderFace
  let request: IncomingRequest
  /// Signs a request, after whatever was changed in it.
  var sign: @Sendable (IncomingRequest) -> IncomingRequest = { $0 }

  var testDescription: String { face.name }

  /// The request, signed.
  var signed: IncomingRequest { sign(request) }

  private static let clock = ManualClock(wallMilliseconds: Int64(Vector.time) * 1_000)
  private static let key = StandInKey(id: "id", secret: "secret")
  private static let host = [(name: "Host", value: "127.0.0.1")]

  /// One for every provider that the sandbox plays over HTTP.
  static func all() -> [FaceSample] { sms() + email() }

  private static func sms() -> [FaceSample] {
    [
      aliyun(
        AliyunSMSFace(key: key, templates: ["SMS_1": ["code"]], clock: clock), "SendSms",
        "2017-05-25",
        [
          "PhoneNumbers": "8613012345678", "SignName": "Acme", "TemplateCode": "SMS_1",
          "TemplateParam": #"{"code":"482913"}"#,
        ]),
      FaceSample(
        face: GatewayAPIFace(apiToken: "t"),
        request: .json(
          "POST", "/rest/mtsms", GatewayAPIFaceTests.message,
          headers: [("Authorization", basic("t", ""))])),
      FaceSample(
        face: HTTPSMSFace(),
        request: .json(
          "POST", "/", #"{"to":"4512345678","type":"SignIn","payload":{"code":"482913"}}"#)),
      FaceSample(
        face: SMSAeroFace(email: "e", apiKey: "k", clock: clock),
        request: .form(
          "POST", "/v2/sms/send", SMSAeroFaceTests.message,
          headers: [("Authorization", basic("e", "k"))])),
      tencent(),
      FaceSample(
        face: TwilioFace(accountSID: "AC0", authToken: "t"),
        request: .form(
          "POST", "/2010-04-01/Accounts/AC0/Messages.json",
          ["To": "+4512345678", "From": "Acme", "Body": "Your code is 482913"],
          headers: [("Authorization", basic("AC0", "t"))])),
      FaceSample(
        face: VonageFace(apiKey: "k", apiSecret: "s", signatureSecret: "x", clock: clock),
        request: .form(
          "POST", "/sms/json", VonageFaceTests.message,
          headers: [("Authorization", basic("k", "s"))])),
    ]
  }

  private static func email() -> [FaceSample] {
    [
      aliyun(
        AliyunDirectMailFace(key: key, clock: clock), "SingleSendMail", "2015-11-23",
        [
          "AccountName": "no@example.com", "ToAddress": "ada@example.com", "AddressType": "1",
          "ReplyToAddress": "false", "Subject": "Code", "HtmlBody": "<p>Your code is 482913</p>",
        ]),
      FaceSample(
        face: AWSSESFace(keys: [key], region: "us-east-1", clock: clock),
        request: .json("POST", "/v2/email/outbound-emails", AWSSESFaceTests.mail, headers: host),
        sign: { Signer.aws($0, key: key) }),
      FaceSample(
        face: HTTPEmailFace(),
        request: .json(
          "POST", "/", #"{"to":"ada@example.com","type":"SignIn","payload":{"code":"482913"}}"#)),
      logto(),
      FaceSample(
        face: MailgunFace(domain: "mg.example.com", apiKey: "k"),
        request: .form(
          "POST", "/v3/mg.example.com/messages", MailgunFaceTests.fields,
          headers: [("Authorization", basic("api", "k"))])),
      FaceSample(
        face: PostmarkFace(serverToken: "t"),
        request: .json(
          "POST", "/email/withTemplate", PostmarkFaceTests.mail,
          headers: [("X-Postmark-Server-Token", "t"), ("Accept", "application/json")])),
      FaceSample(
        face: SendGridFace(apiKey: "k", clock: clock),
        request: .json(
          "POST", "/v3/mail/send", SendGridFaceTests.mail,
          headers: [("Authorization", "Bearer k")])),
    ]
  }

  private static func aliyun(
    _ face: any ProviderFace, _ action: String, _ version: String, _ fields: [String: String]
  ) -> FaceSample {
    let common = [
      "AccessKeyId": "id", "Action": action, "Format": "json", "SignatureMethod": "HMAC-SHA1",
      "SignatureVersion": "1.0", "Timestamp": "2026-01-02T03:04:05Z", "Version": version,
    ]
    return FaceSample(
      face: face, request: .form("POST", "/", fields.merging(common) { $1 }),
      sign: { request in
        guard var fields = request.formFields else { return request }
        fields["SignatureNonce"] = UUID().uuidString
        return Signer.aliyun(fields, key: key)
      })
  }

  private static func tencent() -> FaceSample {
    let headers = [
      ("X-TC-Action", "SendSms"), ("X-TC-Version", "2021-01-11"), ("X-TC-Region", "ap-guangzhou"),
    ]
    return FaceSample(
      face: TencentSMSFace(key: key, appID: "1400006666", templates: [:], clock: clock),
      request: .json("POST", "/", TencentSMSFaceTests.message, headers: host + headers),
      sign: { Signer.tencent($0, key: key) })
  }

  private static func logto() -> FaceSample {
    let face = LogtoEmailFace(appID: "a", appSecret: "s", clock: clock)
    let answer = face.answer(
      toQuestion: .form(
        "POST", "/oidc/token", LogtoEmailFaceTests.grant,
        headers: [("Authorization", basic("a", "s"))]), path: "/oidc/token")
    let token = answer.flatMap { JSONFields($0.body)?.text("access_token") } ?? ""
    let body = LogtoEmailFaceTests.mail.replacing("0123", with: "482913")
    return FaceSample(
      face: face,
      request: .json(
        "POST", "/api/services/mails", body, headers: [("Authorization", "Bearer \(token)")]))
  }
}
