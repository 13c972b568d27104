import Delivery
import Testing

@testable import Providers

@Suite struct TokenSourceTests {
  private let source = TokenSource(HTTPEndpoint("https://auth.example/token")!) { _ in FormBody() }

  private func answer(_ status: Int, _ body: String) -> Answer? {
    guard case .refused(let answer) = source.grant(in: .json(status, body)) else { return nil }
    return answer
  }

  @Test(
    arguments: [
      (#""expires_in":3600"#, Duration.seconds(3_540)), (#""expires_in":"3600""#, .seconds(3_540)),
      (#""expires_in":60"#, .seconds(30)), (#""expires_in":100"#, .seconds(50)),
      (#""expires_in":0"#, .milliseconds(500)), (#""expires_in":-5"#, .milliseconds(500)),
      (#""expires_in":99999999"#, .seconds(86_340)), (#""expires_in":"soon""#, .seconds(240)),
      (#""token_type":"Bearer""#, .seconds(240)),
    ]) func `A token lives a minute less than its issuer says`(field: String, lifetime: Duration)
  {
    #expect(
      source.grant(in: .json(200, #"{"access_token":"a.b-c","scope":"x",\#(field)}"#))
        == .granted(.init(value: Secret("a.b-c"), lifetime: lifetime)))
  }

  @Test func `Each error of OAuth is in the table, and no message is ever refused for it`() {
    let rows = [
      CodeRow(
        [
          "invalid_client", "unauthorized_client", "access_denied", "invalid_grant",
          "invalid_scope", "invalid_target", "invalid_request", "unsupported_grant_type",
        ], .misconfigured(.account)),
      CodeRow(["temporarily_unavailable", "server_error"], .transient(wait: nil)),
    ]
    expectComplete(rows, TokenSource.codes)
    for row in rows {
      for code in row.codes {
        let answer = answer(400, #"{"error":"\#(code)","error_description":"hunter2"}"#)
        #expect(answer?.class == row.meaning)
        #expect(answer?.code == "oauth.\(code)")
        #expect(answer?.isProvidersOwnCode == true)
        #expect(answer?.detail.contains("hunter2") == false)
      }
    }
  }

  @Test(
    arguments: [
      (200, "", Answer.Class.misconfigured(.account), "oauth.http.200"),
      (200, #"{"access_token":""}"#, .misconfigured(.account), "oauth.http.200"),
      (200, #"{"access_token":"a b"}"#, .misconfigured(.account), "oauth.http.200"),
      (200, #"{"access_token":"a\r\nX: y"}"#, .misconfigured(.account), "oauth.http.200"),
      (302, "", .misconfigured(.account), "oauth.http.302"),
      (400, "<html>", .misconfigured(.account), "oauth.http.400"),
      (400, #"{"error":"odd"}"#, .misconfigured(.account), "oauth.oauth.odd"),
      (401, "", .misconfigured(.account), "oauth.http.401"),
      (418, "", .misconfigured(.account), "oauth.http.418"),
      (429, "", .throttled(wait: nil, scope: .connector), "oauth.http.429"),
      (500, "", .transient(wait: nil), "oauth.http.500"),
      (502, #"{"access_token":"a"}"#, .transient(wait: nil), "oauth.http.502"),
      (503, "", .transient(wait: nil), "oauth.http.503"),
    ] as [(Int, String, Answer.Class, String)])
  func `No token means that nothing was sent`(
    status: Int, body: String, meaning: Answer.Class, code: String
  ) {
    let answer = answer(status, body)
    #expect(answer?.class == meaning)
    #expect(answer?.code == code.replacing("oauth.oauth.", with: "oauth."))
    #expect(answer?.detail.isEmpty == false)
  }

  @Test func `Only a 401 says that a token does not count any more`() {
    #expect(source.isRefusal(.http(HTTPReply(status: 401))))
    #expect(!source.isRefusal(.http(HTTPReply(status: 403))))
    #expect(!source.isRefusal(.smtp(SMTPReply(stage: .message, code: 250))))
  }
}
