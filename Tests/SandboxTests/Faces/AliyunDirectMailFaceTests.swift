import EventLoop
import HTTPServer
import Testing

@testable import Sandbox

@Suite(.timeLimit(.minutes(1)))
struct AliyunDirectMailFaceTests {
  static let key = StandInKey(id: "testid", secret: "testsecret-0123456789")
  private let clock = ManualClock(wallMilliseconds: 1_767_323_045_000)

  private func probe() -> FaceProbe<AliyunDirectMailFace> {
    FaceProbe(face: AliyunDirectMailFace(key: Self.key, clock: clock))
  }

  private func request(_ changes: [String: String?] = [:]) throws -> IncomingRequest {
    let vector = try #require(Vector.all("aliyun-dm").first)
    var fields = try vector.object("params")
    for (name, value) in changes { fields[name] = value }
    return Signer.aliyun(fields, key: Self.key)
  }

  @Test func `A mail that Aliyun's own software signed is read`() throws {
    let vector = try #require(Vector.all("aliyun-dm").first)
    let request = IncomingRequest(
      method: "POST", target: "/",
      headers: [("Content-Type", "application/x-www-form-urlencoded")],
      body: Array(try vector.expected("form_body").utf8))
    let message = try probe().message(in: request)
    #expect(message.recipient == "user+tag@example.org" && message.subject == "Sign-in code 123456")
    #expect(message.sender == "Example <noreply@mail.example.com>")
    #expect(message.text.contains("Your code is 123456") && message.html?.hasPrefix("<p>") == true)
    let (answer, id) = try probe().acceptance(of: request)
    #expect(answer.status == 200 && answer.text("EnvId") == id && answer["Code"] == nil)
  }

  @Test func `Another secret and a nonce used twice are refused`() throws {
    let vector = try #require(Vector.all("aliyun-dm").first)
    let fields = try vector.object("params")
    let forged = Signer.aliyun(fields, key: StandInKey(id: "testid", secret: "x"))
    #expect(try probe().refusal(of: forged).text("Code") == "SignatureDoesNotMatch")
    let probe = probe()
    _ = try probe.message(in: try request())
    #expect(try probe.refusal(of: try request()).text("Code") == "SignatureNonceUsed")
  }

  @Test(arguments: [
    ("AccountName", nil, 400, "MissingAccountName"), ("ToAddress", nil, 400, "MissingToAddress"),
    ("AddressType", nil, 400, "MissingAddressType"),
    ("AddressType", "2", 400, "InvalidAddressType"),
    ("ReplyToAddress", "0", 400, "InvalidReplyToAddress"),
    ("AccountName", "noreply", 404, "InvalidMailAddress.NotFound"),
    ("ToAddress", "ada", 400, "InvalidToAddress"),
    ("FromAlias", "sixteen letters.", 400, "InvalidFromAlias.Malformed"),
    ("Subject", nil, 400, "InvalidSubject.Malformed"),
    ("Subject", String(repeating: "x", count: 101), 400, "InvalidSubject.Malformed"),
    ("HtmlBody", nil, 400, "InvalidBody"), ("HtmlBody", "", 400, "InvalidBody"),
    ("HtmlBody", String(repeating: "x", count: 81_921), 400, "InvalidBody"),
    ("ReplyAddress", "x", 400, "InvalidReplyAddress.Malformed"),
    ("ClickTrace", "no", 400, "InvalidClickTrace"),
    ("Version", "2017-05-25", 400, "InvalidVersion"),
  ])
  func `Each fault has its code`(
    name: String, value: String?, status: Int, code: String
  ) throws {
    let answer = try probe().refusal(of: try request([name: value]))
    #expect(answer.status == status && answer.text("Code") == code)
    #expect(answer.text("HostId") == "dm.aliyuncs.com")
  }

  @Test func `Codes and statuses are answered as documented`() throws {
    let spam = try probe().refusal(code: "InvalidSendMail.Spam", of: try request())
    #expect(spam.status == 400 && spam.text("Code") == "InvalidSendMail.Spam")
    let missing = try probe().refusal(code: "InvalidReceiver.NotFound", of: try request())
    #expect(missing.status == 404)
    #expect(try probe().failure(500).text("Code") == "InternalError")
  }
}
