import HTTPServer
import Sandbox
import Testing

@Suite(.timeLimit(.minutes(1)))
struct PostmarkFaceTests {
  static let mail = """
    {"From":"Acme <no@example.com>","To":"ada@example.com","TemplateAlias":"logto-sign-in",\
    "TemplateModel":{"code":"482913","user":{"name":"Ada"}}}
    """
  private let probe = FaceProbe(face: PostmarkFace(serverToken: "token"))

  private func request(
    _ body: String = mail, path: String = "/email/withTemplate"
  ) -> IncomingRequest {
    .json(
      "POST", path, body,
      headers: [("X-Postmark-Server-Token", "token"), ("Accept", "application/json")])
  }

  @Test func `A templated mail is shown with its model`() throws {
    let message = try probe.message(in: request())
    #expect(message.recipient == "ada@example.com" && message.sender == "Acme <no@example.com>")
    #expect(message.text == #"logto-sign-in {"code":"482913","user":{"name":"Ada"}}"#)
    #expect(message.code == "482913")
    let (answer, id) = try probe.acceptance(of: request())
    #expect(
      answer.status == 200 && answer.text("ErrorCode") == "0" && answer.text("MessageID") == id)
    #expect(answer.text("To") == "ada@example.com")
  }

  @Test func `A template by its number and every option is taken`() throws {
    let message = try probe.message(
      in: request(
        """
        {"From":"no@example.com","To":"Ada <ada@example.com>","TemplateId":7,"TemplateModel":{},
         "Metadata":{"otp":"o-1"},"Tag":"otp","TrackOpens":false,"TrackLinks":"None",
         "MessageStream":"outbound","ReplyTo":"help@example.com"}
        """))
    #expect(message.text == "7 {}" && message.reference == "o-1" && message.code == nil)
  }

  @Test func `A mail with a text of its own is read`() throws {
    let body =
      #"{"From":"no@example.com","To":"a@b.example","Subject":"S","HtmlBody":"<p>H</p>"}"#
    let message = try probe.message(in: request(body, path: "/email"))
    #expect(message.subject == "S" && message.html == "<p>H</p>" && message.text.contains("H"))
  }

  @Test(arguments: [nil, "other", ""])
  func `Another token is refused`(token: String?) throws {
    let answer = try probe.refusal(of: request().with("X-Postmark-Server-Token", token))
    #expect(answer.status == 401 && answer.text("ErrorCode") == "10")
  }

  @Test(arguments: [
    ("{", "402"), (mail.replacing("Acme <no@example.com>", with: "Acme"), "300"),
    (mail.replacing(#""To":"ada@example.com","#, with: ""), "300"),
    (mail.replacing("ada@example.com", with: "a@b.example,c@d.example"), "300"),
    (mail.replacing("logto-sign-in", with: "1st"), "1101"),
    (mail.replacing(#""TemplateAlias":"logto-sign-in","#, with: ""), "403"),
    (mail.replacing(#""TemplateAlias""#, with: #""TemplateId":1,"TemplateAlias""#), "403"),
    (mail.replacing("TemplateModel", with: "Model"), "403"),
    (mail.replacing(#""To""#, with: #""TrackLinks":"none","To""#), "403"),
    (mail.replacing(#""To""#, with: #""TrackOpens":0,"To""#), "403"),
    (mail.replacing(#""To""#, with: #""Metadata":{"n":1},"To""#), "300"),
    (
      mail.replacing(
        #""To""#, with: #""Metadata":{"n":"\#(String(repeating: "x", count: 81))"},"To""#), "300"
    ),
    (mail.replacing(#""To""#, with: #""MessageStream":"","To""#), "1235"),
  ])
  func `Each fault has its code`(body: String, code: String) throws {
    let answer = try probe.refusal(of: request(body))
    #expect(answer.status == 422 && answer.text("ErrorCode") == code)
    #expect(answer.text("Message")?.isEmpty == false)
  }

  @Test(arguments: ["Accept", "Content-Type"])
  func `Both headers of JSON are needed`(name: String) throws {
    #expect(try probe.refusal(of: request().with(name, nil)).text("ErrorCode") == "409")
  }

  @Test func `Codes and statuses of the same number are told apart`() throws {
    let refused = try probe.refusal(code: "401", of: request())
    #expect(refused.status == 422 && refused.text("ErrorCode") == "401")
    let failed = try probe.failure(401)
    #expect(failed.status == 401 && failed.text("ErrorCode") == "10")
    #expect(try probe.refusal(code: "406", of: request()).status == 422)
    #expect(try probe.refusal(code: "100", of: request()).status == 503)
    #expect(try probe.failure(500).status == 500)
    #expect(try probe.refusal(of: request(path: "/emails")).status == 404)
  }

  @Test func `Its token can be asked for the server`() throws {
    let asked = IncomingRequest(
      method: "GET", target: "/server", headers: [("X-Postmark-Server-Token", "token")])
    #expect(try probe.inquiry(asked)?.status == 200)
    #expect(try probe.inquiry(asked.with("X-Postmark-Server-Token", "x"))?.status == 401)
  }
}
