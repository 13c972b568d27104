import Providers

/// The talk about one mail, from MAIL to the dot: a reply in, what to do next out.
///
/// Where the server can pipeline, MAIL and RCPT go out in one piece (RFC 2920); DATA waits for both, so that
/// a mail whose recipient was refused is never begun.
struct SMTPDialogue {
  /// What to do next.
  enum Step: Equatable {
    /// Write these commands.
    case say(String)
    /// Write the mail and its dot.
    case sendMail
    /// Wait for the next reply.
    case listen
    /// This reply decides.
    case end(SMTPReply)
    /// The connection was given up before this mail was looked at: another may take it.
    case leave
    /// No reply that can stand here.
    case garbage(String)
  }

  /// What a mail asks for.
  struct Envelope: Equatable {
    var sender: String
    var recipient: String
    var size: Int
    var isInternational: Bool
    var messageID: String
  }

  private let envelope: Envelope
  private let capabilities: SMTPCapabilities
  /// Whether the connection carried a mail before, and may have died since.
  private let isKept: Bool
  /// What replies are awaited to, in their order; nil is RSET.
  private var awaited: [SMTPReply.Stage?] = []
  private var refusal: SMTPReply?
  /// Whether any reply has come.
  private(set) var hasHeard = false
  /// Whether the server holds a sender, or a recipient too, that the next mail must not inherit.
  private(set) var needsReset: Bool
  /// Whether the server said that it closes the connection.
  private(set) var isClosing = false

  /// A talk on a connection.
  /// - Parameters:
  ///   - envelope: what the mail asks for.
  ///   - capabilities: what the server offers.
  ///   - isKept: whether the connection carried a mail before.
  ///   - needsReset: whether the mail before was refused half-way.
  init(
    _ envelope: Envelope, capabilities: SMTPCapabilities, isKept: Bool, needsReset: Bool
  ) {
    self.envelope = envelope
    self.capabilities = capabilities
    self.isKept = isKept
    self.needsReset = needsReset
  }

  /// The first commands.
  mutating func begin() -> Step {
    let reset = needsReset ? ask("RSET\r\n", nil) : ""
    if capabilities.pipelining {
      return .say(reset + ask(mailCommand, .mail) + ask(recipientCommand, .recipient))
    }
    return .say(needsReset ? reset : ask(mailCommand, .mail))
  }

  /// What a reply leads to.
  mutating func take(_ reply: SMTPReplyParser.Reply) -> Step {
    guard let stage = awaited.first else { return .garbage("a reply to nothing") }
    awaited.removeFirst()
    let isFirst = !hasHeard
    hasHeard = true
    if reply.code == 421 {
      isClosing = true
      if isKept, isFirst || stage == nil { return .leave }
      guard let stage else { return .leave }
      return .end(refusal ?? reply.answering(stage, messageID: envelope.messageID))
    }
    guard let stage else { return takeReset(reply) }
    switch (reply.code / 100, stage) {
    case (2, .mail): return acceptedMail()
    case (2, .recipient): return acceptedRecipient()
    case (3, .data) where reply.code == 354: return startMail()
    case (2, .message):
      needsReset = false
      return .end(reply.answering(stage, messageID: envelope.messageID))
    case (4...5, _): return refused(reply.answering(stage, messageID: envelope.messageID))
    default: return .garbage("\(reply.code) in reply to \(stage.rawValue)")
    }
  }

  /// The refusal that counts should no more replies come.
  var pendingRefusal: SMTPReply? { refusal }

  // MARK: - Replies

  private mutating func takeReset(_ reply: SMTPReplyParser.Reply) -> Step {
    guard reply.code / 100 == 2 else {
      // Whatever the server makes of the next commands, the mail goes elsewhere.
      isClosing = true
      return .leave
    }
    needsReset = false
    return awaited.isEmpty ? .say(ask(mailCommand, .mail)) : .listen
  }

  private mutating func acceptedMail() -> Step {
    needsReset = true
    return awaited.isEmpty ? .say(ask(recipientCommand, .recipient)) : .listen
  }

  private mutating func acceptedRecipient() -> Step {
    if let refusal { return .end(refusal) }
    return .say(ask("DATA\r\n", .data))
  }

  private mutating func startMail() -> Step {
    awaited.append(.message)
    return .sendMail
  }

  private mutating func refused(_ reply: SMTPReply) -> Step {
    if reply.stage == .message { needsReset = false }
    let refusal = refusal ?? reply
    self.refusal = refusal
    return awaited.isEmpty ? .end(refusal) : .listen
  }

  // MARK: - Commands

  private mutating func ask(_ command: String, _ stage: SMTPReply.Stage?) -> String {
    awaited.append(stage)
    return command
  }

  private var mailCommand: String {
    var command = "MAIL FROM:<\(envelope.sender)>"
    if capabilities.size { command += " SIZE=\(envelope.size)" }
    if envelope.isInternational {
      if capabilities.eightBit { command += " BODY=8BITMIME" }
      command += " SMTPUTF8"
    }
    return command + "\r\n"
  }

  private var recipientCommand: String { "RCPT TO:<\(envelope.recipient)>\r\n" }
}
