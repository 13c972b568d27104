import Delivery
import EventLoop
import HTTPServer
import Sandbox
import Testing

@Suite(.timeLimit(.minutes(1)))
struct SendGridFaceTests {
  static let to = #""personalizations":[{"to":[{"email":"ada@example.com"}]}]"#
  static let from = #""from":{"email":"no@example.com"}"#
  static let content = #""content":[{"type":"text/plain","value":"Your code is 482913"}]"#
  static let mail = #"{\#(to),\#(from),"subject":"Code",\#(content)}"#
  private let probe = FaceProbe(
    face: SendGridFace(apiKey: "SG.key", clock: ManualClock(wallMilliseconds: 1_767_323_045_000)))

  private func request(
    _ body: String = mail, key: String? = "SG.key", path: String = "/v3/mail/send"
  ) -> IncomingRequest {
    .json("POST", path, body).with("Authorization", key.map { "Bearer \($0)" })
  }

  @Test func `A mail in order is read and answered with its id alone`() throws {
    let message = try probe.message(in: request())
    #expect(message.channel == .email && message.recipient == "ada@example.com")
    #expect(message.sender == "no@example.com" && message.subject == "Code")
    #expect(message.text == "Your code is 482913" && message.html == nil)
    let (answer, id) = try probe.acceptance(of: request())
    #expect(answer.status == 202 && answer.body.isEmpty)
    #expect(answer.headers.contains { $0 == ("X-Message-Id", id) })
  }

  @Test func `Both parts, a name, a reference and settings are read`() throws {
    let message = try probe.message(
      in: request(
        """
        {"personalizations":[{"to":[{"email":"a@b.example"}],"custom_args":{"otp_id":"o-1"}}],
         "from":{"email":"no@example.com","name":"Acme"},"reply_to":{"email":"help@example.com"},
         "subject":"S","content":[{"type":"text/plain","value":"T"},{"type":"text/html","value":"<p>H"}],
         "tracking_settings":{"click_tracking":{"enable":false,"enable_text":false}},"categories":["otp"]}
        """))
    #expect(message.text == "T" && message.html == "<p>H" && message.reference == "o-1")
    #expect(message.sender == "Acme <no@example.com>")
  }

  @Test func `A mail of HTML alone is shown without its tags`() throws {
    let body = Self.mail.replacing("text/plain", with: "text/html")
      .replacing("Your code is 482913", with: "<p>Your code is <b>482913</b></p>")
    let message = try probe.message(in: request(body))
    #expect(message.html == "<p>Your code is <b>482913</b></p>")
    #expect(message.text.contains("Your code is 482913"))
  }

  @Test func `A dynamic template is shown with its variables`() throws {
    let id = "d-" + String(repeating: "0a", count: 16)
    let one = #"{"to":[{"email":"a@b.example"}],"dynamic_template_data":{"code":"0123","n":1}}"#
    let body = #"{"personalizations":[\#(one)],\#(Self.from),"template_id":"\#(id)"}"#
    let message = try probe.message(in: request(body))
    #expect(message.text == #"\#(id) {"code":"0123","n":1}"# && message.code == "0123")
  }

  @Test(arguments: [nil, "SG.other", ""])
  func `Another key is refused`(key: String?) throws {
    let answer = try probe.refusal(of: request(key: key))
    #expect(answer.status == 401 && answer.body.keys.contains("errors"))
  }

  @Test(arguments: [
    ("{", 400, "<null>"), ("[]", 400, "<null>"),
    (#"{\#(from),"subject":"S",\#(content)}"#, 400, "personalizations"),
    (
      #"{"personalizations":[{}],\#(from),"subject":"S",\#(content)}"#, 400, "personalizations.0.to"
    ),
    (mail.replacing("ada@example.com", with: "ada"), 400, "personalizations.0.to.0.email"),
    (mail.replacing("no@example.com", with: "Acme <no@example.com>"), 400, "from.email"),
    (#"{\#(to),"subject":"S",\#(content)}"#, 400, "from.email"),
    (mail.replacing(#""subject":"Code","#, with: ""), 400, "subject"),
    (mail.replacing(#""subject":"Code","#, with: #""subject":"","#), 400, "subject"),
    (#"{\#(to),\#(from),"subject":"S"}"#, 400, "content"),
    (mail.replacing("text/plain", with: "text/markdown"), 400, "content.0.type"),
    (mail.replacing("Your code is 482913", with: ""), 400, "content.0.value"),
    (#"{\#(to),\#(from),"template_id":"x"}"#, 400, "template_id"),
    (mail.replacing("subject", with: "subjects"), 400, "subjects"),
    (
      mail.replacing(#""subject""#, with: #""custom_args":{"n":1},"subject""#), 400,
      "personalizations.0.custom_args"
    ),
    (
      mail.replacing(
        #""subject""#, with: #""tracking_settings":{"click_tracking":{"enable":0}},"subject""#),
      400, "tracking_settings.click_tracking.enable"
    ),
  ])
  func `Each fault names its field`(body: String, status: Int, field: String) throws {
    let answer = try probe.refusal(of: request(body))
    #expect(answer.status == status && answer.text("errors.0.field") == field)
    #expect(answer.text("errors.0.message")?.isEmpty == false)
  }

  @Test func `Other paths, methods and types get their status`() throws {
    #expect(try probe.refusal(of: request(path: "/v3/mail")).status == 404)
    #expect(try probe.refusal(of: request().with("Content-Type", "text/plain")).status == 415)
    var get = request()
    get.method = "GET"
    #expect(try probe.refusal(of: get).status == 405)
  }

  @Test func `A limit says when it is over, and a refusal by code its status`() throws {
    let answer = try probe.failure(429)
    #expect(answer.status == 429)
    #expect(answer.headers.contains { $0 == ("X-RateLimit-Reset", "1767323050") })
    #expect(try probe.refusal(code: "from", of: request()).status == 403)
    #expect(try probe.refusal(code: "503", of: request()).text("errors.0.field") == "<null>")
  }

  @Test func `Its key can be asked for its scopes`() throws {
    let asked = IncomingRequest(
      method: "GET", target: "/v3/scopes", headers: [("Authorization", "Bearer SG.key")])
    #expect(try probe.inquiry(asked)?.text("scopes.0") == "mail.send")
    #expect(try probe.inquiry(asked.with("Authorization", nil))?.status == 401)
    #expect(try probe.inquiry(request()) == nil)
  }
}
