import Providers

@testable import Transport

/// Whatever a server replies: a mail is begun only when sender and recipient were accepted, and counts as taken only by the
/// reply to the mail itself.
///
/// The first line has words: PIPELINING, SIZE, 8BITMIME, kept, reset, international. Replies follow.
func checkSMTPDialogue(_ bytes: [UInt8]) throws(Violation) {
  let line = bytes.prefix { $0 != 0x0A }
  let words = String(decoding: line, as: UTF8.self).split(separator: " ")
  var dialogue = SMTPDialogue(
    SMTPDialogue.Envelope(
      sender: "a@b.c", recipient: "d@e.f", size: 9,
      isInternational: words.contains("international"),
      messageID: "id"),
    capabilities: SMTPCapabilities(lines: ["hello"] + words.map(String.init)),
    isKept: words.contains("kept"), needsReset: words.contains("reset"))
  var course = SMTPCourse()
  try course.follow(dialogue.begin())
  let replies = SMTPReading(Array(bytes.dropFirst(line.count + 1)), cuts: .singleBytes).replies
  for reply in replies where !course.isOver {
    course.hear(reply.code)
    try course.follow(dialogue.take(reply))
  }
}

/// What a server has seen of one mail, kept apart from the dialogue's own view.
private struct SMTPCourse {
  private(set) var isOver = false
  /// Commands without a reply; the mail itself is "mail".
  private var open: [String] = []
  private var accepted: Set<String> = []
  private var heard: (command: String, code: Int)?

  /// A reply came, to the oldest command.
  mutating func hear(_ code: Int) {
    guard !open.isEmpty else { return }
    let command = open.removeFirst()
    heard = (command, code)
    if code / 100 == 2 || code == 354 { accepted.insert(command) }
  }

  mutating func follow(_ step: SMTPDialogue.Step) throws(Violation) {
    switch step {
    case .say(let text):
      try require(text.hasSuffix("\r\n"), "a command without its end")
      for command in text.dropLast().split(separator: "\r\n") {
        try require(!command.utf8.contains { $0 < 0x20 }, "a control character in a command")
        let verb = String(command.prefix(4))
        if verb == "DATA" { try requireAccepted("DATA is said") }
        open.append(verb)
      }
    case .sendMail:
      try requireAccepted("the mail is sent")
      try require(accepted.contains("DATA"), "the mail is sent without leave")
      open.append("mail")
    case .listen: try require(!open.isEmpty, "waits for a reply to nothing")
    case .end(let reply):
      isOver = true
      guard reply.code / 100 == 2 else { return }
      try require(
        heard?.command == "mail" && heard?.code == reply.code && reply.stage == .message,
        "taken by the reply \(heard?.code ?? 0) to \(heard?.command ?? "nothing")")
    case .leave, .garbage: isOver = true
    }
  }

  private func requireAccepted(_ what: String) throws(Violation) {
    try require(
      accepted.isSuperset(of: ["MAIL", "RCPT"]), "\(what), but only \(accepted) was accepted")
  }
}
