import Foundation
import HTTPServer
import Sandbox
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct MailgunFaceTests {
  static let fields = [
    "from": "Acme <no@mg.example.com>", "to": "ada@example.com", "subject": "Code",
    "text": "Your code is 482913", "html": "<p>482913</p>", "o:tracking": "no", "v:otp-id": "o-1",
  ]
  private let probe = FaceProbe(face: MailgunFace(domain: "mg.example.com", apiKey: "key"))

  private func request(
    _ changes: [String: String?] = [:], path: String = "/v3/mg.example.com/messages"
  ) -> IncomingRequest {
    var fields = Self.fields
    for (name, value) in changes { fields[name] = value }
    return .form("POST", path, fields, headers: [("Authorization", basic("api", "key"))])
  }

  private func multipart(_ body: String) -> IncomingRequest {
    IncomingRequest(
      method: "POST", target: "/v3/mg.example.com/messages",
      headers: [
        ("Authorization", basic("api", "key")),
        ("Content-Type", #"multipart/form-data; boundary="a b""#),
      ], body: Array(body.replacing("\n", with: "\r\n").utf8))
  }

  static let parts = """
    --a b
    Content-Disposition: form-data; name="from"

    no@mg.example.com
    --a b
    Content-Disposition: form-data; name="to"

    ada@example.com
    --a b
    content-disposition: form-data; name="text"

    Your code is
    482913 --a b
    --a b
    Content-Disposition: form-data; name="attachment"; filename="a.txt"
    Content-Type: text/plain

    x
    --a b--

    """

  @Test func `A form in order is read`() throws {
    let message = try probe.message(in: request())
    #expect(message.recipient == "ada@example.com" && message.sender == "Acme <no@mg.example.com>")
    #expect(message.subject == "Code" && message.text == "Your code is 482913")
    #expect(message.html == "<p>482913</p>" && message.reference == "o-1")
    let (answer, id) = try probe.acceptance(of: request())
    #expect(answer.status == 200 && answer.text("id") == id)
    #expect(id.hasPrefix("<") && id.hasSuffix("@mg.example.com>"))
    #expect(answer.text("message") == "Queued. Thank you.")
  }

  @Test func `A form in parts is read too`() throws {
    let message = try probe.message(in: multipart(Self.parts))
    #expect(message.recipient == "ada@example.com")
    #expect(message.text == "Your code is\r\n482913 --a b")
  }

  @Test(arguments: ["t:variables", "h:X-Mailgun-Variables"])
  func `A stored template is shown with its variables`(name: String) throws {
    let changes: [String: String?] = [
      "template": "sign in", name: #"{"code":"0123"}"#, "text": nil, "html": nil,
    ]
    let message = try probe.message(in: request(changes))
    #expect(message.text == #"sign in {"code":"0123"}"# && message.code == "0123")
    let broken = try probe.refusal(of: request(["template": "t", name: "{"]))
    #expect(broken.status == 400 && broken.text("message")?.contains(name) == true)
  }

  @Test(arguments: [basic("api", "other"), basic("key", "api"), "Bearer key", nil])
  func `Another key is refused`(authorization: String?) throws {
    let refused = try probe.refusal(of: request().with("Authorization", authorization))
    #expect(refused.status == 401)
  }

  @Test(arguments: [
    (["from": nil], "from parameter is missing"), (["from": "Acme"], "from parameter is not"),
    (["to": nil], "to parameter is missing"), (["to": "ada"], "to parameter is not"),
    (["to": "a@b.example, c@d.example"], "to parameter is not"),
    (["text": nil, "html": nil], "Need at least one"), (["text": "", "html": ""], "Need at least"),
    (["o:tracking": "off"], "o:tracking"), (["o:tracking-clicks": ""], "o:tracking-clicks"),
    (["v:big": String(repeating: "x", count: 16_400)], "16 kB"),
  ])
  func `Each fault is named`(changes: [String: String?], words: String) throws {
    let answer = try probe.refusal(of: request(changes))
    #expect(answer.status == 400 && answer.text("message")?.contains(words) == true)
  }

  @Test func `Other domains, paths and encodings are refused`() throws {
    let other = try probe.refusal(of: request(path: "/v3/other.example.com/messages"))
    #expect(other.status == 404 && other.text("message") == "Domain not found: other.example.com")
    #expect(try probe.refusal(of: request(path: "/v3/messages")).status == 404)
    #expect(try probe.refusal(of: request().with("Content-Type", "text/plain")).status == 400)
  }

  @Test func `Codes are statuses or parameters`() throws {
    #expect(try probe.refusal(code: "to", of: request()).status == 400)
    #expect(try probe.refusal(code: "402", of: request()).status == 402)
    #expect(try probe.refusal(code: "domain", of: request()).status == 404)
    #expect(try probe.failure(429).text("message") == "Too many requests")
  }

  @Test func `Its domain can be asked for`() throws {
    let asked = IncomingRequest(
      method: "GET", target: "/v3/domains/mg.example.com",
      headers: [("Authorization", basic("api", "key"))])
    #expect(try probe.inquiry(asked)?.text("domain.state") == "active")
    #expect(try probe.inquiry(asked.with("Authorization", nil))?.status == 401)
  }

  @Test func `Mutated parts are read or refused, never more`() {
    var random = SeededGenerator(seed: 5)
    let whole = multipart(Self.parts)
    for _ in 0..<2_000 {
      var request = whole
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let index = request.body.indices.randomElement(using: &random)!
        request.body[index] = UInt8.random(in: 0...255, using: &random)
      }
      _ = try? probe.message(in: request)
      request.body.removeLast(Int.random(in: 0...request.body.count, using: &random))
      _ = try? probe.message(in: request)
    }
  }
}
