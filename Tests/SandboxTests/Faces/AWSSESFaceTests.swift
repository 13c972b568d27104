import Delivery
import EventLoop
import Foundation
import HTTPServer
import Testing

@testable import Sandbox

@Suite(.timeLimit(.minutes(1)))
struct AWSSESFaceTests {
  static let key = StandInKey(id: "AKIAX", secret: "secret")
  static let mail = """
    {"FromEmailAddress":"Acme <no@example.com>","Destination":{"ToAddresses":["ada@example.com"]},\
    "Content":{"Simple":{"Subject":{"Data":"Code","Charset":"UTF-8"},"Body":{"Html":{"Data":\
    "<p>Your code is <b>482913</b></p>","Charset":"UTF-8"}}}}}
    """
  private let probe = FaceProbe(
    face: AWSSESFace(
      keys: [key], region: "us-east-1", clock: ManualClock(wallMilliseconds: 1_767_323_045_000)))

  private func request(
    _ body: String = mail, key: StandInKey = key, path: String = "/v2/email/outbound-emails",
    scope: [String] = ["20260102", "us-east-1", "ses", "aws4_request"]
  ) -> IncomingRequest {
    Signer.aws(
      .json("POST", path, body, headers: [("Host", "127.0.0.1:1")]), key: key, scope: scope)
  }

  @Test func `A mail that botocore signed is read`() throws {
    let vector = try #require(Vector.all("aws-ses").first)
    let key = StandInKey(
      id: try vector.input("access_key_id"), secret: try vector.input("secret_access_key"))
    let probe = FaceProbe(
      face: AWSSESFace(
        keys: [key], region: "us-east-1", clock: ManualClock(wallMilliseconds: 1_767_323_045_000)))
    let request = IncomingRequest.json(
      "POST", "/v2/email/outbound-emails", try vector.input("body"),
      headers: [
        ("Host", "email.us-east-1.amazonaws.com"), ("X-Amz-Date", try vector.input("amz_date")),
        ("Authorization", try vector.expected("authorization")),
      ])
    let message = try probe.message(in: request)
    #expect(message.channel == .email && message.recipient == "user@example.org")
    #expect(message.subject == "Sign-in code 123456" && message.text == "Your code is 123456")
  }

  @Test func `A mail in order is read, its text without tags, and answered with an id`() throws {
    let message = try probe.message(in: request())
    #expect(message.recipient == "ada@example.com" && message.sender == "Acme <no@example.com>")
    #expect(message.html == "<p>Your code is <b>482913</b></p>")
    #expect(message.text.contains("Your code is 482913"))
    let (answer, id) = try probe.acceptance(of: request())
    #expect(answer.status == 200 && answer.text("MessageId") == id)
    #expect(answer.headers.contains { $0.name == "x-amzn-RequestId" })
  }

  @Test func `Tags, both parts and templates are read`() throws {
    let tagged = Self.mail.replacing(
      #"{"FromEmailAddress""#,
      with: #"{"EmailTags":[{"Name":"otp","Value":"o-1"}],"FromEmailAddress""#
    ).replacing(#""Html""#, with: #""Text":{"Data":"Your code"},"Html""#)
    let message = try probe.message(in: request(tagged))
    #expect(message.reference == "o-1" && message.text == "Your code")
    let template = """
      {"FromEmailAddress":"no@example.com","Destination":{"ToAddresses":["a@b.example"]},
       "Content":{"Template":{"TemplateName":"otp","TemplateData":"{\\"code\\":\\"0123\\"}"}}}
      """
    let templated = try probe.message(in: request(template))
    #expect(templated.text == #"otp {"code":"0123"}"# && templated.code == "0123")
  }

  @Test func `Without a character set only ASCII arrives`() throws {
    let body = Self.mail.replacing("Code", with: "Код").replacing(
      #""Код","Charset":"UTF-8""#, with: #""Код""#)
    #expect(try probe.message(in: request(body)).subject == "???")
  }

  @Test func `Signatures of others are refused with their type`() throws {
    let cases: [(IncomingRequest, Int, String)] = [
      (request().with("Authorization", nil), 403, "MissingAuthenticationTokenException"),
      (request().with("Authorization", "AWS4-HMAC-SHA256 x"), 403, "IncompleteSignatureException"),
      (request(key: StandInKey(id: "AKIAX", secret: "x")), 403, "InvalidSignatureException"),
      (request(key: StandInKey(id: "AKIAY", secret: "secret")), 403, "UnrecognizedClientException"),
      (
        request(scope: ["20260102", "eu-west-1", "ses", "aws4_request"]), 403,
        "InvalidSignatureException"
      ),
    ]
    for (request, status, type) in cases {
      let answer = try probe.refusal(of: request)
      #expect(
        answer.status == status && answer.headers.contains { $0 == ("x-amzn-ErrorType", type) })
      #expect(answer.text("message")?.isEmpty == false)
    }
  }

  @Test func `Each fault in the body is a bad request`() throws {
    let bodies = [
      Self.mail.replacing("ada@example.com", with: "ada"),
      Self.mail.replacing(#"["ada@example.com"]"#, with: "[]"),
      Self.mail.replacing("FromEmailAddress", with: "From"),
      Self.mail.replacing("Acme <", with: "Ácme <"), Self.mail.replacing("Simple", with: "Raw"),
      Self.mail.replacing("Subject", with: "Title"), Self.mail.replacing("Html", with: "HTML"),
      Self.mail.replacing("UTF-8", with: "EBCDIC"),
      Self.mail.replacing(#""Content""#, with: #""ReplyToAddresses":["x"],"Content""#),
      Self.mail.replacing(#""Content""#, with: #""ConfigurationSetName":"a b","Content""#),
      Self.mail.replacing(
        #""Content""#, with: #""EmailTags":[{"Name":"a b","Value":"x"}],"Content""#),
      Self.mail.replacing(#""Simple":{"#, with: #""Simple":{"Headers":[{"Name":"X"}],"#),
    ]
    for body in bodies {
      let answer = try probe.refusal(of: request(body))
      #expect(
        answer.status == 400
          && answer.headers.contains { $0 == ("x-amzn-ErrorType", "BadRequestException") },
        "\(body)")
    }
    #expect(try probe.refusal(of: request("{")).status == 400)
    #expect(try probe.refusal(of: request(path: "/v2/email")).status == 404)
  }

  @Test(arguments: [
    ("MessageRejected", 400), ("TooManyRequestsException", 429), ("ServiceUnavailable", 503),
    ("AccessDeniedException", 403),
  ])
  func `A type is answered with its status`(code: String, status: Int) throws {
    let answer = try probe.refusal(code: code, of: request())
    #expect(answer.status == status && answer.headers.contains { $0 == ("x-amzn-ErrorType", code) })
    #expect(try probe.failure(status).status == status)
  }

  @Test func `The account can be asked for by whoever signs`() throws {
    let asked = IncomingRequest(
      method: "GET", target: "/v2/email/account", headers: [("Host", "127.0.0.1:1")])
    let answer = try probe.inquiry(Signer.aws(asked, key: Self.key))
    #expect(answer?.text("SendQuota.MaxSendRate") == "14")
    #expect(try probe.inquiry(asked)?.status == 403)
    #expect(try probe.failure(502).status == 502)
  }
}
