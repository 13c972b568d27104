import Delivery
import EventLoop
import Providers
import TestSupport
import Testing
import Transport

@Suite(.timeLimit(.minutes(1)))
struct SMTPClientTests {
  private static let usual = ["PIPELINING", "8BITMIME", "SMTPUTF8", "SIZE 100000"]

  @Test(arguments: [true, false])
  func `a mail goes out, and the next one on the same connection`(pipelining: Bool) async throws {
    let server = MailServer(capabilities: Array(Self.usual.dropFirst(pipelining ? 0 : 1)))
    let endings = try await MailRig.run { rig in
      [await rig.send(server.mail()), await rig.send(server.mail(to: "bob@example.org"))]
    }
    #expect(endings.map(\.summary) == ["message 250 2.0.0", "message 250 2.0.0"])
    #expect(server.mails.map(\.connection) == [0, 0])
    #expect(server.mails[0].data == "Subject: x\r\n\r\nyour code is 123456\r\n")
    #expect(
      server.commands[0].prefix(7) == [
        "EHLO client.example", "MAIL FROM:<no-reply@example.com> SIZE=35",
        "RCPT TO:<ann@example.org>", "DATA", "MAIL FROM:<no-reply@example.com> SIZE=35",
        "RCPT TO:<bob@example.org>", "DATA",
      ])
  }

  @Test(arguments: [
    (".\r\n", ".\r\n"), ("a\r\n.\r\nb\r\n", "a\r\n.\r\nb\r\n"), ("..a\r\n", "..a\r\n"),
    ("a\n.\nb", "a\r\n.\r\nb\r\n"), ("a\r.\rb\r", "a\r\n.\r\nb\r\n"),
    ("a\n.\r\nb", "a\r\n.\r\nb\r\n"),
    ("a\r\n.", "a\r\n.\r\n"), ("", ""), ("\r\n\r\n", "\r\n\r\n"), ("x.\r\n.x", "x.\r\n.x\r\n"),
    ("a\r\n.\r\nMAIL FROM:<b@c.d>\r\n", "a\r\n.\r\nMAIL FROM:<b@c.d>\r\n"),
  ])
  func `a mail's lines arrive as they were, and no dot ends it early`(
    text: String, arrives: String
  ) async throws {
    let server = MailServer()
    let ending = try await MailRig.run { await $0.send(server.mail(text)) }
    #expect(ending.summary == "message 250 2.0.0")
    #expect(server.mails.map(\.data) == [arrives])
    #expect(server.commands[0].count { $0.hasPrefix("MAIL") } == 1)
  }

  @Test(arguments: [
    "a@b.c>\r\nRCPT TO:<x@y.z", "a b@c.d", "a@b.c\n", "<a@b.c>", "", "a\u{0}@b.c", "a\u{85}@b.c",
  ])
  func `an address that could be read as more is refused before anything is opened`(
    address: String
  ) async throws {
    let server = MailServer()
    let ending = try await MailRig.run { await $0.send(server.mail(to: address)) }
    #expect(ending.summary == "notWritten request.invalid")
    #expect(server.commands.isEmpty)
  }

  @Test func `a line of more than 998 bytes is refused before anything is opened`() async throws {
    let server = MailServer()
    let endings = try await MailRig.run { rig in
      var endings: [String] = []
      for length in [998, 999] {
        let text = "S: x\r\n\r\n" + String(repeating: "a", count: length) + "\r\n"
        endings.append(await rig.send(server.mail(text)).summary)
      }
      return endings
    }
    #expect(endings == ["message 250 2.0.0", "notWritten request.invalid"])
  }

  // MARK: - What the server offers

  @Test func `an address in other letters goes out where the server takes such`() async throws {
    let server = MailServer()
    let ending = try await MailRig.run {
      await $0.send(server.mail("To: пример@пример.рф\r\n\r\n", to: "пример@пример.рф"))
    }
    #expect(ending.summary == "message 250 2.0.0")
    #expect(server.mails[0].sender.hasSuffix(" BODY=8BITMIME SMTPUTF8"))
    #expect(server.mails[0].recipient == "RCPT TO:<пример@пример.рф>")
  }

  @Test func `an address in other letters is refused where the server does not, unsent`()
    async throws
  {
    let server = MailServer(capabilities: ["8BITMIME"])
    let endings = try await MailRig.run { rig in
      [await rig.send(server.mail(to: "пример@пример.рф")), await rig.send(server.mail())]
    }
    #expect(endings.map(\.summary) == ["notWritten smtp.utf8.missing", "message 250 2.0.0"])
    #expect(endings[0].failure?.answer.class == .rejected)
    #expect(endings[0].failure?.answer.reason == .recipientUnreachable)
    #expect(server.commands.count == 1)
    #expect(server.commands[0].count { $0.hasPrefix("MAIL") } == 1)
  }

  @Test func `a mail that is larger than the server takes is not begun`() async throws {
    let server = MailServer(capabilities: ["SIZE 20"])
    let ending = try await MailRig.run { await $0.send(server.mail()) }
    #expect(ending.summary == "notWritten smtp.size")
    #expect(ending.failure?.answer.class == .rejected)
    #expect(!server.commands[0].contains { $0.hasPrefix("MAIL") })
  }

  // MARK: - Connections

  @Test func `after a refusal the connection goes on, reset`() async throws {
    let server = MailServer { command, number in
      command.hasPrefix("RCPT") && number == 1 ? .write("550 5.1.1 no\r\n") : nil
    }
    let endings = try await MailRig.run { rig in
      [await rig.send(server.mail()), await rig.send(server.mail(to: "bob@example.org"))]
    }
    #expect(endings.map(\.summary) == ["recipient 550 5.1.1", "message 250 2.0.0"])
    #expect(server.commands.count == 1)
    #expect(server.commands[0].filter { $0 == "RSET" }.count == 1)
  }

  @Test(arguments: [
    MailServer.Act.write("500 what?\r\n"), .writeAndClose("421 bye\r\n"), .close, .reset,
  ])
  func `a mail moves to a new connection when the old one cannot be reset`(
    act: MailServer.Act
  ) async throws {
    let server = MailServer { command, number in
      if command.hasPrefix("RCPT"), number == 1 { return .write("550 5.1.1 no\r\n") }
      return command == "RSET" ? act : nil
    }
    let endings = try await MailRig.run { rig in
      [await rig.send(server.mail()), await rig.send(server.mail(to: "bob@example.org"))]
    }
    #expect(endings.map(\.summary) == ["recipient 550 5.1.1", "message 250 2.0.0"])
    #expect(server.mails.map(\.connection) == [1])
  }

  @Test(arguments: [MailServer.Act.writeAndClose("421 4.4.2 too long idle\r\n"), .close, .reset])
  func `a mail whose kept connection is given up moves to a new one, once`(
    act: MailServer.Act
  ) async throws {
    let server = MailServer { command, number in
      command.hasPrefix("MAIL") && number > 1 ? act : nil
    }
    let endings = try await MailRig.run { rig in
      [await rig.send(server.mail()), await rig.send(server.mail())]
    }
    #expect(endings[0].summary == "message 250 2.0.0")
    #expect(
      ["mail 421 4.4.2", "unfinished smtp.closed", "unfinished smtp.reset"].contains(
        endings[1].summary))
    #expect(server.commands.count == 2)
    #expect(server.mails.count == 1)
  }

  @Test func `an idle connection that stirs is dropped, and nothing it says is an answer`()
    async throws
  {
    let (go, done) = (Signal(), Signal())
    let server = MailServer { command, number in
      if command == ".", number == 1 {
        return .writeAndClose("250 2.0.0 Ok\r\n421 4.4.2 idle\r\n")
      }
      return nil
    }
    go.raise()
    done.raise()
    let endings = try await MailRig.run { rig in
      [await rig.send(server.mail()), await rig.send(server.mail(), unseen: (go, done))]
    }
    #expect(endings.map(\.summary) == ["message 250 2.0.0", "message 250 2.0.0"])
    #expect(server.mails.map(\.connection) == [0, 1])
  }

  @Test func `no more connections are opened than may be, and all mails go out`() async throws {
    let server = MailServer()
    let options = ClientOptions(maximumConnections: 3)
    let endings = try await MailRig.run(options) { rig in
      var mails: [Task<ExchangeEnding, Never>] = []
      for number in 0..<40 {
        mails.append(await rig.start(server.mail(to: "a\(number)@example.org")))
      }
      var endings: [String] = []
      for mail in mails { endings.append(await mail.value.summary) }
      return endings
    }
    #expect(endings == Array(repeating: "message 250 2.0.0", count: 40))
    #expect((1...3).contains(server.commands.count))
    #expect(Set(server.mails.map(\.recipient)).count == 40)
  }

  @Test func `idle connections end politely`() async throws {
    let quit = Signal()
    let server = MailServer { command, _ in command == "QUIT" ? .raise(quit) : nil }
    try await MailRig.run { rig in
      _ = await rig.send(server.mail())
      await rig.closeIdle()
      await quit.raised()
    }
    #expect(server.commands[0].last == "QUIT")
  }

  @Test func `stopping ends each mail by how far it got`() async throws {
    let reached = Signal()
    let server = MailServer { command, _ in
      guard command == "." else { return nil }
      reached.raise()
      return .silence
    }
    let endings = try await MailRig.run(ClientOptions(maximumConnections: 1)) { rig in
      let first = await rig.start(server.mail())
      await reached.raised()
      let second = await rig.start(server.mail())
      await rig.close()
      return [await first.value, await second.value, await rig.send(server.mail())]
    }
    #expect(
      endings.map(\.summary) == ["ambiguous stopped", "notWritten stopped", "notWritten stopped"])
    #expect(endings.map { $0.failure?.isUntouchedByStopping } == [false, true, true])
  }
}
