import Delivery
import EventLoop
import HTTPServer
import Sandbox
import Testing

@Suite(.timeLimit(.minutes(1)))
struct LogtoEmailFaceTests {
  static let mail = #"{"data":{"to":"ada@example.com","type":"SignIn","payload":{"code":"0123"}}}"#
  static let grant = [
    "grant_type": "client_credentials", "resource": "https://cloud.logto.io/api",
    "scope": "send:email",
  ]
  private let clock = ManualClock(wallMilliseconds: 1_767_323_045_000)
  private let probe: FaceProbe<LogtoEmailFace>

  init() {
    probe = FaceProbe(
      face: LogtoEmailFace(appID: "m2m-app", appSecret: "m2m-secret", clock: clock))
  }

  private func tokenRequest(
    _ changes: [String: String?] = [:], authorization: String? = basic("m2m-app", "m2m-secret")
  ) -> IncomingRequest {
    var fields = Self.grant
    for (name, value) in changes { fields[name] = value }
    return .form("POST", "/oidc/token", fields).with("Authorization", authorization)
  }

  private func token() throws -> String {
    let answer = try probe.inquiry(tokenRequest())
    return try #require(answer?.text("access_token"))
  }

  private func request(_ body: String = mail, token: String?) -> IncomingRequest {
    .json("POST", "/api/services/mails", body).with("Authorization", token.map { "Bearer \($0)" })
  }

  @Test func `A token opens the service, and the mail is shown as what it is written from`() throws
  {
    let message = try probe.message(in: request(token: try token()))
    #expect(message.channel == .email && message.recipient == "ada@example.com")
    #expect(message.usageType == "SignIn" && message.code == "0123")
    #expect(message.text == #"SignIn {"code":"0123"}"#)
    let (answer, _) = try probe.acceptance(of: request(token: try token()))
    #expect(answer.status == 204 && answer.body.isEmpty)
  }

  @Test func `Branding goes along`() throws {
    let body = Self.mail.replacing(
      #""0123""#,
      with: #""0123","senderName":"Acme p.s.a.","appLogo":"https://acme.example/a.png""#)
    #expect(try probe.message(in: request(body, token: try token())).sender == "Acme p.s.a.")
  }

  @Test func `Only tokens that were given out are taken, until they expire`() throws {
    let token = try token()
    for wrong in [nil, "", "x", token + "x"] {
      #expect(try probe.refusal(of: request(token: wrong)).status == 401)
    }
    clock.advance(by: .seconds(3_599))
    _ = try probe.message(in: request(token: token))
    clock.advance(by: .seconds(1))
    #expect(try probe.refusal(of: request(token: token)).status == 401)
  }

  @Test(arguments: [
    (["grant_type": "password"], "unsupported_grant_type"), (["resource": nil], "invalid_target"),
    (["scope": "all"], "invalid_scope"), (["scope": nil], "invalid_scope"),
  ])
  func `A token for something else is refused`(changes: [String: String?], code: String) throws {
    let inquiry = try probe.inquiry(tokenRequest(changes))
    let answer = try #require(inquiry)
    #expect(answer.status == 400 && answer.text("error") == code)
  }

  @Test func `Another client gets no token`() throws {
    for authorization in [nil, basic("m2m-app", "x"), basic("x", "m2m-secret"), "Bearer x"] {
      let inquiry = try probe.inquiry(tokenRequest(authorization: authorization))
      let answer = try #require(inquiry)
      #expect(answer.status == 401 && answer.text("error") == "invalid_client")
    }
    let json = IncomingRequest.json("POST", "/oidc/token", "{}")
    #expect(try probe.inquiry(json)?.text("error") == "invalid_request")
  }

  @Test func `Each fault in the body has its status`() throws {
    let token = try token()
    let cases: [(String, Int)] = [
      ("{", 400), ("{}", 400), (Self.mail.replacing("ada@example.com", with: "ada"), 422),
      (Self.mail.replacing("SignIn", with: "signIn"), 422),
      (Self.mail.replacing(#"{"code":"0123"}"#, with: "[]"), 422),
      (Self.mail.replacing(#""0123""#, with: #""0123","senderName":"acme.com""#), 422),
      (Self.mail.replacing(#""0123""#, with: #""0123","companyInformation":"see https://x""#), 422),
      (Self.mail.replacing(#""0123""#, with: #""0123","appLogo":"logo""#), 422),
    ]
    for (body, status) in cases {
      #expect(try probe.refusal(of: request(body, token: token)).status == status, "\(body)")
    }
    #expect(
      try probe.refusal(of: request(token: token).with("Content-Type", "text/plain")).status == 415)
  }

  @Test func `A code is a status`() throws {
    let refused = try probe.refusal(code: "429", of: request(token: try token()))
    #expect(refused.status == 429 && refused.text("message")?.isEmpty == false)
    #expect(try probe.failure(503).status == 503)
    let usage = IncomingRequest(
      method: "GET", target: "/api/services/mails/usage",
      headers: [("Authorization", "Bearer \(try token())")])
    #expect(try probe.inquiry(usage)?.text("count") == "0")
    #expect(try probe.inquiry(usage.with("Authorization", nil))?.status == 401)
  }
}
