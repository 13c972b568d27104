import Providers
import TestSupport
import Testing

@testable import Transport

/// What is said about one mail; replies and steps as text.
@Suite struct SMTPDialogueTests {
  struct Talk: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var offers: [String] = []
    var isKept = false
    var needsReset = false
    var isInternational = false
    /// What is said first, then a reply and what follows it, and so on.
    var steps: [String]
    var resets = false
  }

  private static let talks = [
    Talk(
      testDescription: "one command at a time",
      steps: [
        "MAIL FROM:<a@b.c>", "250", "RCPT TO:<d@e.f>", "250", "DATA", "354", "mail", "250",
        "end message 250",
      ]),
    Talk(
      testDescription: "pipelined", offers: ["PIPELINING", "SIZE"],
      steps: [
        "MAIL FROM:<a@b.c> SIZE=9|RCPT TO:<d@e.f>", "250", "listen", "251", "DATA", "354", "mail",
        "250", "end message 250",
      ]),
    Talk(
      testDescription: "international", offers: ["8BITMIME", "SMTPUTF8"], isInternational: true,
      steps: ["MAIL FROM:<a@b.c> BODY=8BITMIME SMTPUTF8", "553", "end mail 553"]),
    Talk(
      testDescription: "reset first", needsReset: true,
      steps: ["RSET", "250", "MAIL FROM:<a@b.c>", "550", "end mail 550"]),
    Talk(
      testDescription: "reset first, pipelined", offers: ["PIPELINING"], isKept: true,
      needsReset: true,
      steps: [
        "RSET|MAIL FROM:<a@b.c>|RCPT TO:<d@e.f>", "250", "listen", "250", "listen", "250", "DATA",
      ],
      resets: true),
    Talk(
      testDescription: "reset refused", isKept: true, needsReset: true,
      steps: ["RSET", "502", "leave"], resets: true),
    Talk(
      testDescription: "sender refused, pipelined", offers: ["PIPELINING"],
      steps: ["MAIL FROM:<a@b.c>|RCPT TO:<d@e.f>", "550", "listen", "503", "end mail 550"]),
    Talk(
      testDescription: "sender refused, recipient accepted all the same", offers: ["PIPELINING"],
      steps: ["MAIL FROM:<a@b.c>|RCPT TO:<d@e.f>", "550", "listen", "250", "end mail 550"]),
    Talk(
      testDescription: "recipient refused, pipelined", offers: ["PIPELINING"],
      steps: ["MAIL FROM:<a@b.c>|RCPT TO:<d@e.f>", "250", "listen", "450", "end recipient 450"],
      resets: true),
    Talk(
      testDescription: "data refused",
      steps: ["MAIL FROM:<a@b.c>", "250", "RCPT TO:<d@e.f>", "250", "DATA", "452", "end data 452"],
      resets: true),
    Talk(
      testDescription: "mail refused",
      steps: [
        "MAIL FROM:<a@b.c>", "250", "RCPT TO:<d@e.f>", "250", "DATA", "354", "mail", "554",
        "end message 554",
      ]),
    Talk(testDescription: "closing, fresh", steps: ["MAIL FROM:<a@b.c>", "421", "end mail 421"]),
    Talk(
      testDescription: "closing, kept", isKept: true, steps: ["MAIL FROM:<a@b.c>", "421", "leave"]),
    Talk(
      testDescription: "closing later, kept", isKept: true,
      steps: ["MAIL FROM:<a@b.c>", "250", "RCPT TO:<d@e.f>", "421", "end recipient 421"],
      resets: true),
    Talk(testDescription: "354 to MAIL", steps: ["MAIL FROM:<a@b.c>", "354", "garbage"]),
    Talk(
      testDescription: "another 3xx to DATA",
      steps: ["MAIL FROM:<a@b.c>", "250", "RCPT TO:<d@e.f>", "250", "DATA", "334", "garbage"],
      resets: true),
    Talk(
      testDescription: "a reply too many",
      steps: ["MAIL FROM:<a@b.c>", "550", "end mail 550", "250", "garbage"]),
  ]

  private static func dialogue(_ talk: Talk) -> SMTPDialogue {
    SMTPDialogue(
      SMTPDialogue.Envelope(
        sender: "a@b.c", recipient: "d@e.f", size: 9, isInternational: talk.isInternational,
        messageID: "m"),
      capabilities: SMTPCapabilities(lines: ["mail"] + talk.offers), isKept: talk.isKept,
      needsReset: talk.needsReset)
  }

  private static func text(_ step: SMTPDialogue.Step) -> String {
    switch step {
    case .say(let commands): commands.split(separator: "\r\n").joined(separator: "|")
    case .sendMail: "mail"
    case .listen: "listen"
    case .end(let reply): "end \(reply.stage.rawValue) \(reply.code)"
    case .leave: "leave"
    case .garbage: "garbage"
    }
  }

  @Test(arguments: talks) func `a talk goes on as replies ask`(talk: Talk) {
    var dialogue = Self.dialogue(talk)
    var steps = [Self.text(dialogue.begin())]
    for index in stride(from: 1, to: talk.steps.count, by: 2) {
      let reply = SMTPReplyParser.Reply(code: Int(talk.steps[index])!, lines: [""])
      steps += [talk.steps[index], Self.text(dialogue.take(reply))]
    }
    #expect(steps == talk.steps)
    #expect(dialogue.needsReset == talk.resets)
  }

  /// Whatever a server says: a mail is sent only once its recipient was accepted, and only a 2xx behind it accepts it.
  @Test func `random replies never accept what was not sent`() {
    var random = SeededGenerator(seed: 4)
    let codes = [250, 250, 250, 354, 354, 220, 334, 421, 450, 451, 550, 554]
    for _ in 0..<20_000 {
      let talk = Talk(
        testDescription: "", offers: Bool.random(using: &random) ? ["PIPELINING"] : [],
        isKept: Bool.random(using: &random), needsReset: Bool.random(using: &random), steps: [])
      var dialogue = Self.dialogue(talk)
      _ = dialogue.begin()
      var isSent = false
      for _ in 0..<10 {
        let code = codes.randomElement(using: &random)!
        switch dialogue.take(SMTPReplyParser.Reply(code: code, lines: [""])) {
        case .sendMail:
          #expect(code == 354 && !isSent)
          isSent = true
          continue
        case .end(let reply):
          #expect(reply.code >= 400 || reply.stage == .message && isSent)
        case .say, .listen: continue
        case .leave, .garbage: break
        }
        break
      }
    }
  }
}
