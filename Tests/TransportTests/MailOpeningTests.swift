import Delivery
import EventLoop
import Foundation
import Providers
import TestSupport
import Testing
import Transport

/// TLS and login of mail servers.
@Suite(.timeLimit(.minutes(1)))
struct MailOpeningTests {
  private static let password = SMTPServer.Login.password(
    user: MailServer.user, password: Secret(MailServer.password))
  private static let token = SMTPServer.Login.token(
    user: MailServer.user, token: Secret(MailServer.token))
  private static let logins = ["AUTH PLAIN LOGIN XOAUTH2"]

  private func send(
    _ server: MailServer, _ security: SMTPServer.Security, login: SMTPServer.Login? = nil,
    isTrusted: Bool = true, change: (inout SMTPServer) -> Void = { _ in }
  ) async throws -> ExchangeEnding {
    let options = ClientOptions(caFile: isTrusted ? mailFixture.file : nil)
    let mail = server.mail(security, login: login, change: change)
    return try await MailRig.run(options) { await $0.send(mail) }
  }

  @Test func `STARTTLS comes before everything but the greeting`() async throws {
    let server = MailServer(.startTLS(mailFixture))
    #expect(try await send(server, .required, login: Self.password).summary == "message 250 2.0.0")
    #expect(
      server.commands[0].prefix(3) == ["EHLO client.example", "STARTTLS", "EHLO client.example"])
    #expect(server.commands[0][3].hasPrefix("AUTH PLAIN "))
  }

  @Test func `TLS can come from the first byte`() async throws {
    let server = MailServer(.implicit(mailFixture))
    #expect(try await send(server, .implicit, login: Self.password).summary == "message 250 2.0.0")
    #expect(!server.commands[0].contains("STARTTLS"))
  }

  @Test(arguments: [nil, password])
  func `without STARTTLS nothing is said where it is required`(login: SMTPServer.Login?)
    async throws
  {
    let server = MailServer()
    let ending = try await send(server, .required, login: login)
    #expect(ending.summary == "notWritten smtp.starttls.missing")
    #expect(ending.failure?.answer.class == .misconfigured(.account))
    #expect(ending.failure?.detail.contains("secure: true") == true)
    #expect(server.commands[0] == ["EHLO client.example"])
  }

  @Test func `STARTTLS that is refused is the server's answer`() async throws {
    let server = MailServer(.startTLS(mailFixture)) { command, _ in
      command == "STARTTLS" ? .write("454 4.7.0 not now\r\n") : nil
    }
    #expect(try await send(server, .required).summary == "startTLS 454 4.7.0")
  }

  @Test func `where it is offered at most, STARTTLS is used when it is there`() async throws {
    let (with, without) = (MailServer(.startTLS(mailFixture)), MailServer())
    #expect(try await send(with, .offered).summary == "message 250 2.0.0")
    #expect(with.commands[0].contains("STARTTLS"))
    #expect(try await send(without, .offered).summary == "message 250 2.0.0")
  }

  @Test(arguments: [password, token])
  func `a login never goes over a connection that is not encrypted`(
    login: SMTPServer.Login
  ) async throws {
    let server = MailServer()
    let ending = try await send(server, .offered, login: login)
    #expect(ending.summary == "notWritten smtp.starttls.missing")
    #expect(!server.commands[0].contains { $0.hasPrefix("AUTH") })
    let other = try await send(server, .none, login: login) { $0.allowsPlaintextLogin = false }
    #expect(other.summary == "notWritten request.invalid")
    #expect(server.commands.count == 1)
  }

  @Test func `a login goes over a plain connection when that is allowed`() async throws {
    let server = MailServer()
    #expect(try await send(server, .none, login: Self.password).summary == "message 250 2.0.0")
  }

  @Test func `a wrong password is the server's answer`() async throws {
    let server = MailServer(.implicit(mailFixture), capabilities: Self.logins)
    let login = SMTPServer.Login.password(user: MailServer.user, password: Secret("wrong"))
    #expect(try await send(server, .implicit, login: login).summary == "login 535 5.7.8")
  }

  @Test func `a stale token is a fault of the settings`() async throws {
    let server = MailServer(.implicit(mailFixture), capabilities: Self.logins)
    let login = SMTPServer.Login.token(user: MailServer.user, token: Secret("stale"))
    let ending = try await send(server, .implicit, login: login)
    #expect(ending.summary == "notWritten smtp.auth.refused")
    #expect(ending.failure?.answer.class == .misconfigured(.account))
  }

  @Test func `a server without a login that fits is told apart`() async throws {
    let server = MailServer(.implicit(mailFixture), capabilities: ["AUTH GSSAPI"])
    let ending = try await send(server, .implicit, login: Self.password)
    #expect(ending.summary == "notWritten smtp.auth.missing")
    #expect(ending.failure?.answer.class == .misconfigured(.account))
  }

  @Test func `a server that knows no login at all gets the mail without one`() async throws {
    let server = MailServer(.implicit(mailFixture), capabilities: [])
    #expect(try await send(server, .implicit, login: Self.password).summary == "message 250 2.0.0")
  }

  @Test func `what was offered before STARTTLS does not count behind it`() async throws {
    let server = MailServer(.startTLS(mailFixture), capabilities: ["SMTPUTF8"]) { command, number in
      command.hasPrefix("EHLO") && number == 2 ? .write("250 mail.example\r\n") : nil
    }
    let mail = server.mail(to: "пример@пример.рф", .required)
    let ending = try await MailRig.run { await $0.send(mail) }
    #expect(ending.summary == "notWritten smtp.utf8.missing")
  }

  // MARK: - Only opening

  private func open(
    _ server: MailServer, _ security: SMTPServer.Security, login: SMTPServer.Login? = nil
  ) async throws -> ExchangeEnding {
    let exchange = SMTPExchange(opening: server.mail(security, login: login).server)
    return try await MailRig.run { await $0.send(exchange) }
  }

  @Test(arguments: [password, token])
  func `an opening ends with the server's word on the login`(login: SMTPServer.Login)
    async throws
  {
    let server = MailServer(.startTLS(mailFixture), capabilities: Self.logins)
    #expect(try await open(server, .required, login: login).summary == "login 235 2.7.0")
    #expect(!server.commands[0].contains { $0.hasPrefix("MAIL") || $0.hasPrefix("NOOP") })
    let wrong = SMTPServer.Login.password(user: MailServer.user, password: Secret("wrong"))
    #expect(try await open(server, .required, login: wrong).summary == "login 535 5.7.8")
  }

  @Test func `where nobody logged in, an opening ends with the server's word on EHLO`()
    async throws
  {
    let server = MailServer(.implicit(mailFixture), capabilities: [])
    #expect(try await open(server, .implicit).summary == "hello 250")
    #expect(try await open(server, .implicit, login: Self.password).summary == "hello 250")
    #expect(try await open(MailServer(), .required).summary == "notWritten smtp.starttls.missing")
  }

  @Test func `after an opening the same connection carries a mail, and is ended politely`()
    async throws
  {
    let said = Signal()
    let server = MailServer { command, _ in command == "QUIT" ? .raise(said) : nil }
    let mail = server.mail(.none)
    let opening = SMTPExchange(opening: mail.server)
    let endings = try await MailRig.run {
      [await $0.send(opening), await $0.send(mail), await $0.send(opening)]
    }
    #expect(endings.map(\.summary) == ["hello 250", "message 250 2.0.0", "hello 250"])
    #expect(said.block())
    #expect(server.commands.count == 1)
  }

  /// What RFC 4616, the drafts of LOGIN and Google's page make of the same user.
  private struct Vectors: Decodable {
    struct Vector: Decodable {
      var algorithm: String
      var expected: [String: String]
    }
    var vectors: [Vector]
  }

  @Test(arguments: [
    ("PLAIN", "initial_response", password), ("LOGIN", "username", password),
    ("XOAUTH2", "initial_response", token),
  ])
  func `a login is written as others compute it`(
    mechanism: String, key: String, login: SMTPServer.Login
  ) async throws {
    let file = try #require(
      Bundle.module.url(forResource: "smtp", withExtension: "json", subdirectory: "Fixtures"))
    let vectors = try JSONDecoder().decode(Vectors.self, from: Data(contentsOf: file)).vectors
    let expected = try #require(vectors.first { $0.algorithm == mechanism }?.expected[key])
    let server = MailServer(.implicit(mailFixture), capabilities: ["AUTH \(mechanism)"])
    #expect(try await send(server, .implicit, login: login).summary == "message 250 2.0.0")
    #expect(server.commands[0][1] == "AUTH \(mechanism) \(expected)")
  }

  // MARK: - Certificates

  @Test(arguments: [SMTPServer.Security.implicit, .required])
  func `a certificate that nobody vouches for is refused, unless that is wanted`(
    security: SMTPServer.Security
  ) async throws {
    let server = MailServer(
      security == .implicit ? .implicit(mailFixture) : .startTLS(mailFixture))
    let refused = try await send(server, security, login: Self.password, isTrusted: false)
    #expect(refused.summary == "notWritten tls.untrusted")
    #expect(!server.commands.joined().contains { $0.hasPrefix("AUTH") })
    let taken = try await send(server, security, isTrusted: false) {
      $0.verifiesCertificate = false
    }
    #expect(taken.summary == "message 250 2.0.0")
  }

  @Test func `the certificate may have another name when the settings say which`() async throws {
    let fixture = TLSFixture(name: "smtp.other.example", isLoopback: false)
    let server = MailServer(.startTLS(fixture))
    let options = ClientOptions(caFile: fixture.file)
    let plain = server.mail(.required)
    let named = server.mail(.required) { $0.certificateName = "smtp.other.example" }
    let endings = try await MailRig.run(options) { [await $0.send(plain), await $0.send(named)] }
    #expect(endings.map(\.summary) == ["notWritten tls.untrusted", "message 250 2.0.0"])
  }

  @Test func `a version of TLS that is too old is not spoken`() async throws {
    let server = MailServer(.implicit(mailFixture))
    let ending = try await send(server, .implicit) {
      $0.oldestTLS = .tls13
      $0.newestTLS = .tls13
    }
    #expect(ending.summary == "message 250 2.0.0")
  }

  // MARK: - The wrong port

  @Test func `TLS to a port that speaks STARTTLS says what to set`() async throws {
    let server = MailServer(.startTLS(mailFixture))
    let ending = try await send(server, .implicit)
    #expect(ending.summary == "notWritten tls.plaintext")
    #expect(ending.failure?.answer.class == .misconfigured(.account))
    #expect(ending.failure?.detail.contains("secure: false") == true)
  }

  @Test func `a plain start at a port that speaks TLS says what to set`() async throws {
    let server = MailServer(.implicit(mailFixture))
    let ending = try await send(server, .required) { $0.openingLimit = .milliseconds(50) }
    #expect(ending.summary == "notWritten connect.timeout")
    #expect(ending.failure?.detail.contains("secure: true") == true)
  }

  @Test func `a port where nobody listens refuses`() async throws {
    let port = RefusingPort()
    let server = MailServer()
    let ending = try await send(server, .none) { $0.port = port.number }
    #expect(ending.summary == "notWritten connect.refused")
  }
}
