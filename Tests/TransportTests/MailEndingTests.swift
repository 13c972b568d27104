import EventLoop
import Providers
import TestSupport
import Testing
import Transport

/// One way for a mail server to behave, and what must be made of it.
struct MailEnd: Sendable, CustomTestStringConvertible {
  typealias Act = MailServer.Act

  var testDescription: String
  var ending: String
  /// How many mails the server took or may have taken.
  var mails = 0
  /// Whether the deadline ends it, once the server has come to this command.
  var runsOutAt: String?
  /// What the server does in place of its usual reply.
  var acts: [String: Act]
  /// How many bytes the mail has besides its header.
  var bytes = 40

  init(
    _ description: String, _ acts: [String: Act], bytes: Int = 40, mails: Int = 0,
    runsOutAt: String? = nil, _ ending: String
  ) {
    testDescription = description
    self.acts = acts
    self.bytes = bytes
    self.mails = mails
    self.runsOutAt = runsOutAt
    self.ending = ending
  }

  static let all = opening + refusals + cuts + oddities

  private static let opening = [
    MailEnd("takes nobody", ["CONNECT": .write("554 5.3.2 no\r\n")], "greeting 554 5.3.2"),
    MailEnd("is busy", ["CONNECT": .writeAndClose("421 4.3.2 busy\r\n")], "greeting 421 4.3.2"),
    MailEnd("closes at once", ["CONNECT": .close], "notWritten connect.failed"),
    MailEnd("resets after EHLO", ["EHLO": .reset], "notWritten connect.failed"),
    MailEnd(
      "is no mail server", ["CONNECT": .write("SSH-2.0-OpenSSH_9\r\n")], "notWritten smtp.garbage"),
    MailEnd(
      "is no mail server and ends no line", ["CONNECT": .write("HTTP/1.1 400 Bad")],
      runsOutAt: "CONNECT", "notWritten connect.timeout"),
    MailEnd(
      "never ends its greeting", ["CONNECT": .writeForever("220-x\r\n")], "notWritten smtp.garbage"),
    MailEnd(
      "never ends the line of its greeting", ["CONNECT": .writeForever("220-xxxxxxxxxxxxxxxxxxxx")],
      "notWritten connect.failed"),
    MailEnd(
      "says nothing", ["CONNECT": .silence], runsOutAt: "CONNECT", "notWritten connect.timeout"),
    MailEnd(
      "knows neither EHLO nor HELO",
      ["EHLO": .write("501 5.5.4 bad name\r\n"), "HELO": .write("501 5.5.4 bad name\r\n")],
      "hello 501 5.5.4"),
    MailEnd("knows HELO only", ["EHLO": .write("500 what?\r\n")], mails: 1, "message 250 2.0.0"),
  ]

  private static let refusals = [
    MailEnd("refuses the sender", ["MAIL": .write("550 5.7.1 no\r\n")], "mail 550 5.7.1"),
    MailEnd("refuses the recipient", ["RCPT": .write("550 5.1.1 no\r\n")], "recipient 550 5.1.1"),
    MailEnd(
      "lets the recipient wait", ["RCPT": .write("450 4.2.0 greylisted\r\n")], "recipient 450 4.2.0"
    ),
    MailEnd("refuses DATA", ["DATA": .write("451 later\r\n")], "data 451"),
    MailEnd(
      "refuses the mail", [".": .write("554 5.7.1 spam\r\n")], mails: 1, "message 554 5.7.1"),
    MailEnd(
      "says several lines",
      [".": .write("550-5.7.26 This mail\r\n550-5.7.26 is not\r\n550 5.7.26 authenticated.\r\n")],
      mails: 1, "message 550 5.7.26"),
    MailEnd(
      "gives an enhanced code of another class", ["RCPT": .write("550 2.1.5 odd\r\n")],
      "recipient 550"),
    MailEnd(
      "closes while it refuses", ["MAIL": .writeAndClose("421 4.7.0 bye\r\n")], "mail 421 4.7.0"),
    MailEnd(
      "speaks one byte at a time", [".": .dribble("250-2.0.0 Ok\r\n250 2.0.0 queued\r\n")],
      mails: 1, "message 250 2.0.0"),
    MailEnd(
      "ends lines with LF alone", [".": .write("250 2.0.0 Ok\n")], mails: 1, "message 250 2.0.0"),
    MailEnd("says a code and nothing more", [".": .write("250\r\n")], mails: 1, "message 250"),
  ]

  private static let cuts = [
    MailEnd("closes after MAIL", ["MAIL": .close], "unfinished smtp.closed"),
    MailEnd("resets after MAIL", ["MAIL": .reset], "unfinished smtp.reset"),
    MailEnd("closes after DATA", ["DATA": .close], "unfinished smtp.closed"),
    MailEnd(
      "hangs after RCPT", ["RCPT": .silence], runsOutAt: "RCPT", "unfinished smtp.timeout"),
    MailEnd("closes after the dot", [".": .close], mails: 1, "ambiguous smtp.closed"),
    MailEnd("resets after the dot", [".": .reset], mails: 1, "ambiguous smtp.reset"),
    MailEnd(
      "hangs after the dot", [".": .silence], mails: 1, runsOutAt: ".", "ambiguous smtp.timeout"),
    MailEnd(
      "cuts its last reply", [".": .writeAndClose("250-2.0.0 O")], mails: 1, "ambiguous smtp.closed"
    ),
    MailEnd(
      "never ends its last reply", [".": .writeForever("250-2.0.0 Ok\r\n")], mails: 1,
      "ambiguous smtp.garbage"),
    MailEnd(
      "never ends the line of its last reply", [".": .writeForever("250 oooooooooooooooooooook")],
      mails: 1, "ambiguous smtp.garbage"),
  ]

  private static let oddities = [
    MailEnd(
      "talks nonsense to MAIL", ["MAIL": .write("hello there\r\n")], "unfinished smtp.garbage"),
    MailEnd("goes on too early", ["MAIL": .write("354 go on\r\n")], "unfinished smtp.garbage"),
    MailEnd("takes DATA for the mail", ["DATA": .write("250 done\r\n")], "unfinished smtp.garbage"),
    MailEnd(
      "wants more after the dot", [".": .write("354 more\r\n")], mails: 1, "ambiguous smtp.garbage"),
    MailEnd(
      "accepts before it has read", ["DATA": .write("354 go on\r\n250 2.0.0 Ok\r\n")],
      bytes: 90_000,
      "unfinished smtp.garbage"),
    MailEnd(
      "talks nonsense behind its last reply", [".": .write("250 2.0.0 Ok\r\nhello there\r\n")],
      mails: 1, "message 250 2.0.0"),
    MailEnd(
      "talks nonsense behind a refusal", ["RCPT": .write("550 5.1.1 no\r\nhello")],
      "recipient 550 5.1.1"),
    MailEnd(
      "talks nonsense behind an early reply", ["MAIL": .write("250 Ok\r\nhello\r\n")],
      "unfinished smtp.garbage"),
    MailEnd(
      "changes the code", [".": .write("250-a\r\n550 b\r\n")], mails: 1, "ambiguous smtp.garbage"),
    MailEnd("says 999", [".": .write("999 x\r\n")], mails: 1, "ambiguous smtp.garbage"),
  ]
}

@Suite(.timeLimit(.minutes(1)))
struct MailEndingTests {
  @Test(arguments: MailEnd.all, [true, false])
  func `a mail ends by how far it got, when the server`(
    _ end: MailEnd, pipelining: Bool
  ) async throws {
    let clock = ManualClock(wallMilliseconds: 0)
    let reached = Signal()
    let server = MailServer(capabilities: pipelining ? ["PIPELINING", "SIZE"] : []) { command, _ in
      let verb = command.prefix { $0 != " " && $0 != ":" }.uppercased()
      if verb == end.runsOutAt { reached.raise() }
      return end.acts[verb]
    }
    let text =
      "Subject: x\r\n\r\n"
      + String(repeating: "123456789.123456789.123456789.12345678\r\n", count: end.bytes / 40)
    let ending = try await MailRig.run(clock: clock) { rig in
      let mail = await rig.start(server.mail(text))
      if end.runsOutAt != nil {
        await reached.raised()
        clock.advance(by: .seconds(20))
      }
      return await mail.value
    }
    #expect(ending.summary == end.ending, "\(ending)")
    #expect(server.mails.count == end.mails)
    #expect(server.commands.count == 1)
  }
}
