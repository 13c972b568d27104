import TestSupport
import Testing

@testable import Worker

/// Providers whose requests carry a token: whether they give one is what `check --online` asks.
extension ProviderCheckTests {
  private func logto(_ issuer: UInt16) -> String {
    """
      logto:
        provider: logto-email
        config:
          endpoint: "http://127.0.0.1:9/api"
          tokenEndpoint: "http://127.0.0.1:\(issuer)/token"
          resource: https://cloud.logto.io/api
          appId: app
          appSecret: hidden-secret-value

    """
  }

  private static func issuer(_ status: Int, _ body: String) -> MisbehavingServer {
    MisbehavingServer([
      [
        .readRequest,
        .write("HTTP/1.1 \(status) X\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"),
      ]
    ])
  }

  @Test func `A token that is given shows that the credentials work`() async throws {
    let issuer = Self.issuer(200, #"{"access_token":"T1","expires_in":3600}"#)
    let found = try await findings("email: logto", logto(issuer.port))
    #expect(found == [.ok("provider of logto", "gives a token for the credentials")])
  }

  @Test func `A client that the issuer does not know is a fault of the settings`() async throws {
    let issuer = Self.issuer(401, #"{"error":"invalid_client"}"#)
    let found = try await findings("email: logto", logto(issuer.port))
    #expect(found.map(\.verdict) == [.wrong])
    #expect(found[0].detail == "gives no token, oauth.invalid_client")
    #expect(found[0].remedy?.contains("client's id or secret") == true)
    #expect(found.exitCode == ExitCode.configuration)
    #expect(!"\(found)".contains("hidden-secret-value"))
  }

  @Test func `An issuer that is away is an outage`() async throws {
    let port = RefusingPort()
    let found = try await findings("email: logto", logto(port.number))
    #expect(found.map(\.verdict) == [.wrong])
    #expect(found[0].isOutage)
  }

  @Test(arguments: [(MailServer.token, true), ("stale", false)])
  func `A mail server is entered with the token that was given`(
    token: String, isTaken: Bool
  ) async throws {
    let fixture = TLSFixture()
    let server = MailServer(.startTLS(fixture))
    let issuer = Self.issuer(200, #"{"access_token":"\#(token)"}"#)
    let found = try await findings(
      "email: mail",
      """
        mail:
          provider: simple-mail-transfer-protocol
          caFile: \(fixture.file)
          config:
            host: localhost
            port: \(server.port)
            auth:
              user: \(MailServer.user)
              clientId: client
              refreshToken: hidden-secret-value
              accessUrl: "http://127.0.0.1:\(issuer.port)/token"
            fromEmail: no-reply@example.com
            templates: [{ usageType: Generic, subject: Code, content: "{{code}}" }]

      """)
    #expect(found.map(\.verdict) == [isTaken ? .ok : .wrong], "\(found)")
    #expect(!"\(found)".contains("hidden-secret-value") && !"\(found)".contains(token))
  }
}
