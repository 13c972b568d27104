import Delivery
import TestSupport
import Testing

@testable import Sandbox

@Suite(.timeLimit(.minutes(1)))
struct MailStandInTests {
  private let sandbox: Sandbox
  private let server: MailStandIn

  init() throws {
    sandbox = try Sandbox([], mail: MailPolicy())
    server = try #require(sandbox.mail)
  }

  private func client() throws -> MailClient {
    let client = try #require(MailClient(port: server.port))
    #expect(client.reply()?.hasPrefix("220 ") == true)
    return client
  }

  private static let mail = """
    From: a@b.example\r\nDate: Sat, 21 Nov 2026 10:00:00 +0000\r\nSubject: Kode\r
    Message-ID: <m1@b.example>\r\n\r\nYour code is 482913\r\n..\r\n.
    """

  private func code(_ reply: String?) -> String { String(reply?.prefix(3) ?? "") }

  @Test func `A mail comes into the inbox over TLS, for each of its recipients`() throws {
    defer { sandbox.stop() }
    let client = try client()
    #expect(client.say("EHLO me")?.contains("250-STARTTLS\n") == true)
    #expect(code(client.say("STARTTLS")) == "220")
    #expect(client.secure(trusting: server.certificate))
    let greeting = client.say("EHLO me") ?? ""
    #expect(greeting.contains("AUTH PLAIN LOGIN XOAUTH2") && !greeting.contains("STARTTLS"))
    #expect(code(client.say("AUTH PLAIN AHUAcA==")) == "235")
    for line in ["MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>", "RCPT TO:<e@f.example>"] {
      #expect(code(client.say(line)) == "250")
    }
    #expect(code(client.say("DATA")) == "354")
    let taken = client.say(Self.mail) ?? ""
    let messages = sandbox.inbox.messages()
    #expect(messages.map(\.recipient) == ["e@f.example", "c@d.example"])
    let message = try #require(messages.first)
    #expect(taken == "250 2.0.0 Ok: queued as \(message.providerMessageID)")
    #expect(message.code == "482913" && message.subject == "Kode" && message.channel == .email)
    #expect(message.text == "Your code is 482913\n.\n" && message.reference == "<m1@b.example>")
    sandbox.note(InboxConclusion(providerMessageID: "<m1@b.example>", outcome: "accepted"))
    #expect(sandbox.inbox.messages().allSatisfy { $0.conclusion != nil })
    #expect(code(client.say("QUIT")) == "221")
    #expect(client.reply() == nil)
  }

  @Test func `Pipelined commands are answered one by one`() throws {
    defer { sandbox.stop() }
    let client = try client()
    client.write("EHLO me\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n")
    #expect((0..<4).map { _ in code(client.reply()) } == ["250", "250", "250", "354"])
    for byte in Self.mail + "\r\nNOOP\r\n" { client.write(String(byte)) }
    #expect((0..<2).map { _ in code(client.reply()) } == ["250", "250"])
    #expect(sandbox.inbox.count == 1)
  }

  @Test func `What was sent in plain text behind STARTTLS is forgotten`() throws {
    defer { sandbox.stop() }
    let client = try client()
    client.write("STARTTLS\r\nMAIL FROM:<evil@b.example>\r\n")
    #expect(code(client.reply()) == "220")
    #expect(client.secure(trusting: server.certificate))
    #expect(code(client.say("NOOP")) == "250")
    #expect(code(client.say("RCPT TO:<c@d.example>")) == "503")
  }

  @Test func `A client that speaks nonsense, without end or not at all does no harm`() throws {
    defer { sandbox.stop() }
    let silent = try client()
    let endless = try client()
    endless.write(String(repeating: "x", count: 1 << 20))
    #expect(endless.reply() == "500 5.5.2 Error: line too long")
    let web = try client()
    #expect(web.say("GET / HTTP/1.1")?.hasPrefix("421") == true)
    #expect(web.reply() == nil)
    let noise = try client()
    #expect(code(noise.say("STARTTLS")) == "220")
    noise.write("this is no handshake\r\n")
    #expect(noise.reply() == nil)
    let left = try client()
    left.write("EHLO me\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\nFrom: x\r\n")
    #expect(code(try client().say("NOOP")) == "250")
    #expect(sandbox.inbox.count == 0)
    withExtendedLifetime((silent, left)) {}
  }

  @Test func `More connections than can be borne are told so`() throws {
    defer { sandbox.stop() }
    let clients = try (0..<128).map { _ in try client() }
    let further = try #require(MailClient(port: server.port))
    #expect(further.reply()?.hasPrefix("421 4.3.2") == true)
    withExtendedLifetime(clients) {}
  }

  @Test func `Stopping ends clients that wait, hang and are silent`() throws {
    sandbox.faults.add(
      try Fault(
        json: Array(#"{"stage":"hello","hang":true}"#.utf8), providers: ["smtp"], mail: "smtp"))
    sandbox.faults.add(
      try Fault(
        json: Array(#"{"stage":"hello","status":450,"delayMs":600000}"#.utf8), providers: ["smtp"],
        mail: "smtp"))
    let clients = [try client(), try client(), try client()]
    for client in clients.dropLast() { client.write("EHLO me\r\n") }
    sandbox.stop()
    for client in clients { #expect(client.reply() == nil) }
    sandbox.stop()
  }

  @Test func `A connection dropped before the dot leaves nothing, after it the mail`() throws {
    defer { sandbox.stop() }
    for (json, count) in [(#"{"drop":"before"}"#, 0), (#"{"drop":"after","provider":"smtp"}"#, 1)] {
      sandbox.faults.add(try Fault(json: Array(json.utf8), providers: ["smtp"], mail: "smtp"))
      let client = try client()
      client.write("EHLO me\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n")
      #expect((0..<4).map { _ in code(client.reply()) } == ["250", "250", "250", "354"])
      #expect(client.say(Self.mail) == nil)
      #expect(sandbox.inbox.count == count)
    }
  }

  @Test func `A port in use is named, and nothing is left running`() throws {
    defer { sandbox.stop() }
    #expect(throws: (any Error).self) {
      try Sandbox([], mail: MailPolicy(), mailPort: server.port)
    }
    #expect(throws: (any Error).self) {
      try Sandbox([], mail: MailPolicy(), port: sandbox.port)
    }
  }
}
