import EventLoop
import TestSupport
import Testing

@testable import Worker

/// Providers that are asked over real sockets whether the credentials work.
@Suite(.timeLimit(.minutes(1)))
struct ProviderCheckTests {
  /// `connectors` and `active` of a configuration, checked; a finding as `verdict subject: detail → remedy`.
  func findings(
    _ active: String, _ connectors: String, clock: any Clock = SystemClock(),
    meanwhile: @escaping @Sendable () async -> Void = {}
  ) async throws -> [Finding] {
    let file = try TemporaryFile(
      """
      kafka: { bootstrap.servers: "127.0.0.1:9", group.id: w }
      active: { \(active) }
      connectors:
      \(connectors)
      """)
    let configuration = try ConfigurationFile(path: file.path, environment: [:]).configuration
    return try await withLoop(clock: clock) { _, loop in
      async let found = ProviderCheck(configuration, loop: loop).findings()
      await meanwhile()
      return await found
    }
  }

  private func twilio(
    _ name: String, _ port: UInt16, _ more: String = "", host: String = "http://127.0.0.1"
  )
    -> String
  {
    """
      \(name):
        provider: twilio-short-message-service
        \(more)
        config:
          accountSID: AC00000000000000000000000000000000
          authToken: of-the-account
          from: "+15005550006"
          endpoint: "\(host):\(port)"
          templates: [{ usageType: Generic, content: "{{code}}" }]

    """
  }

  private func mail(_ port: UInt16, _ password: String, _ more: String = "") -> String {
    """
      mail:
        provider: simple-mail-transfer-protocol
        \(more)
        config:
          host: localhost
          port: \(port)
          auth: { user: \(MailServer.user), pass: "\(password)" }
          fromEmail: no-reply@example.com
          templates: [{ usageType: Generic, contentType: text/plain, subject: Code, content: "{{code}}" }]

    """
  }

  private static let active =
    "HTTP/1.1 200 OK\r\nContent-Length: 19\r\n\r\n{\"status\":\"active\"}"

  // MARK: - Mail

  @Test func `A wrong password is the mail server's 535, and no mail goes out`() async throws {
    let fixture = TLSFixture()
    let server = MailServer(.startTLS(fixture))
    let found = try await findings(
      "email: mail", mail(server.port, "hidden-secret-value", "caFile: \(fixture.file)"))
    #expect(found.map(\.verdict) == [.wrong])
    #expect(found[0].subject == "provider of mail")
    #expect(found[0].detail == "refuses us, smtp.535.5.7.8")
    #expect(found[0].remedy?.contains("check auth") == true)
    #expect(found.exitCode == ExitCode.configuration)
    #expect(!"\(found)".contains("hidden-secret-value"))
    #expect(!server.commands.joined().contains { $0.hasPrefix("MAIL") })
  }

  @Test func `A login that is taken works, and the connection is ended politely`() async throws {
    let (fixture, quit) = (TLSFixture(), Signal())
    let server = MailServer(.startTLS(fixture)) { command, _ in
      command == "QUIT" ? .raise(quit) : nil
    }
    let found = try await findings(
      "email: mail", mail(server.port, MailServer.password, "caFile: \(fixture.file)"))
    #expect(found == [.ok("provider of mail", "takes the login")])
    #expect(quit.block())
    #expect(
      server.commands[0].map { $0.prefix { $0 != " " } } == [
        "EHLO", "STARTTLS", "EHLO", "AUTH", "QUIT",
      ])
  }

  @Test func `A certificate that nobody vouches for is a fault of the settings`() async throws {
    let server = MailServer(.startTLS(TLSFixture()))
    let found = try await findings("email: mail", mail(server.port, MailServer.password))
    #expect(found.map(\.verdict) == [.wrong])
    #expect(found[0].detail.contains("tls.untrusted"))
    #expect(found[0].remedy?.contains("caFile") == true)
    #expect(found.exitCode == ExitCode.configuration)
  }

  // MARK: - All of them

  /// The first is answered only once the second was asked.
  @Test func `All are asked at the same time, and told of with the active ones first`()
    async throws
  {
    let asked = Signal()
    let first = MisbehavingServer([[.readRequest, .wait(asked), .write(Self.active)]])
    let second = MisbehavingServer([[.readRequest, .raise(asked), .write(Self.active)]])
    let found = try await findings(
      "sms: main", twilio("spare", second.port) + twilio("main", first.port))
    #expect(found.map(\.subject) == ["provider of main", "provider of spare"])
    #expect(found.map(\.verdict) == [.ok, .ok])
  }

  @Test func `Who is away is an outage, and no harm where nobody needs it`() async throws {
    let port = RefusingPort()
    let found = try await findings(
      "sms: main", twilio("main", port.number) + twilio("spare", port.number))
    #expect(found.map(\.verdict) == [.wrong, .warning])
    #expect(found.allSatisfy { $0.detail.contains("connect.refused") && $0.remedy != nil })
    #expect(found.exitCode == ExitCode.unavailable)
    let server = MisbehavingServer([[.readRequest, .write(Self.active)]])
    let spare = try await findings(
      "sms: main", twilio("main", server.port) + twilio("spare", port.number))
    #expect(spare.map(\.verdict) == [.ok, .warning])
    #expect(spare.exitCode == ExitCode.ok)
  }

  @Test func `Who says nothing is waited for ten seconds`() async throws {
    let (clock, asked) = (ManualClock(wallMilliseconds: 1_790_000_000_000), Signal())
    let server = MisbehavingServer([[.readRequest, .raise(asked), .readToEnd]])
    let found = try await findings("sms: main", twilio("main", server.port), clock: clock) {
      await asked.raised()
      clock.advance(by: .seconds(10))
    }
    #expect(found.map(\.verdict) == [.wrong])
    #expect(found[0].detail.contains("http.timeout"))
    #expect(found.exitCode == ExitCode.unavailable)
  }

  @Test func `The connector's proxy is the way, and its caFile counts behind it`() async throws {
    let fixture = TLSFixture()
    let server = MisbehavingServer(tls: fixture, [[.readRequest, .write(Self.active)]])
    let proxy = MisbehavingServer([
      [.readHead, .write("HTTP/1.1 200 Connected\r\n\r\n"), .relay(server.port)]
    ])
    let found = try await findings(
      "sms: main",
      twilio(
        "main", server.port,
        "proxy: \"http://user:hidden-secret-value@127.0.0.1:\(proxy.port)\"\n    caFile: \(fixture.file)",
        host: "https://localhost"))
    #expect(found == [.ok("provider of main", "takes the credentials; the account is active")])
    #expect(proxy.connections.first?.text.hasPrefix("CONNECT localhost:\(server.port) ") == true)
  }

  @Test func `A proxy that refuses us is a fault of the settings, told without its password`()
    async throws
  {
    let proxy = MisbehavingServer([
      [.readHead, .write("HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n")]
    ])
    let found = try await findings(
      "sms: main",
      twilio(
        "main", 9, "proxy: \"http://user:hidden-secret-value@127.0.0.1:\(proxy.port)\"",
        host: "https://localhost"))
    #expect(found.map(\.verdict) == [.wrong])
    #expect(found[0].detail.contains("proxy.407"))
    #expect(found.exitCode == ExitCode.configuration)
    #expect(!"\(found)".contains("hidden-secret-value"))
  }
}
