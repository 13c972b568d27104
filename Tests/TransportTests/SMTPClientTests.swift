import Delivery
import EventLoop
import Providers
import TestSupport
import Testing
import Transport

@Suite(.timeLimit(.minutes(1)))
struct SMTPClientTests {
  @Test func `a mail goes out, and the next one on the same connection`() async throws {
    let server = MailServer()
    let endings = try await MailRig.run { rig in
      [await rig.send(server.mail()), await rig.send(server.mail(to: "bob@example.org"))]
    }
    #expect(endings.map(\.summary) == ["message 250 2.0.0", "message 250 2.0.0"])
    #expect(server.mails.map(\.connection) == [0, 0])
    #expect(
      server.mails.map(\.recipient) == ["RCPT TO:<ann@example.org>", "RCPT TO:<bob@example.org>"])
    #expect(server.mails[0].data == "Subject: x\r\n\r\nyour code is 123456\r\n")
    #expect(
      server.commands[0].prefix(4) == [
        "EHLO client.example", "MAIL FROM:<no-reply@example.com> SIZE=35",
        "RCPT TO:<ann@example.org>",
        "DATA",
      ])
  }
}
