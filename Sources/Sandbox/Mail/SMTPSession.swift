/// A mail as it came over SMTP: envelope and bytes.
struct ReceivedMail: Sendable, Equatable {
  /// What the client called itself.
  var hello = ""
  /// The reverse path, without its angle brackets.
  var sender = ""
  /// The parameters behind it, such as `SIZE=512 BODY=8BITMIME`.
  var parameters: [String] = []
  /// The forward paths.
  var recipients: [String] = []
  /// Who logged in, and how.
  var login: String?
  /// Whether the connection was encrypted.
  var isEncrypted = false
  /// The message, dots unstuffed, lines ending with CR LF.
  var content: [UInt8] = []

  /// Whether a parameter was given, whatever its value.
  func has(_ parameter: String) -> Bool {
    parameters.contains { $0.uppercased() == parameter.uppercased() }
  }
}

/// What a mail server asks of its clients, and bears.
public struct MailPolicy: Sendable {
  /// Users with their passwords or tokens; empty takes anybody who names a user, and who does not log in.
  public var credentials: [String: String] = [:]
  /// Whether it takes logins on encrypted connections only.
  public var needsTLS = false
  /// The largest mail, in bytes.
  public var sizeLimit = 1 << 20

  /// Takes anybody.
  public init() {}
}

/// The server's side of one SMTP dialogue: lines in, actions out.
///
/// No sockets, no clock. Source: <https://www.rfc-editor.org/rfc/rfc5321>
struct SMTPSession {
  /// What the connection has to do, in this order.
  enum Action: Equatable {
    case reply(String)
    case wait(Duration)
    /// Never answers again.
    case hang
    case close
    case startTLS
    case take(ReceivedMail, id: String)
  }
  enum Mode {
    case commands
    case data
    case login(SMTPLogin)
  }

  /// A fault that is met at a stage, if any.
  typealias FaultSource = (Fault.Stage, String?) -> Fault?

  /// Longest command line, without CR LF: generous, as a token can be long.
  static let commandLimit = 12_288
  private static let recipientLimit = 100
  private static let patience = 10

  let policy: MailPolicy
  let fault: FaultSource
  let makeID: () -> String
  var mode = Mode.commands
  var mail = ReceivedMail()
  var isGreeted = false
  var hasSender = false
  private var errors = 0
  private var content = MailContent()

  init(
    policy: MailPolicy, fault: @escaping FaultSource, makeID: @escaping () -> String
  ) {
    self.policy = policy
    self.fault = fault
    self.makeID = makeID
  }

  /// Whether the longest line that is read is that of a message.
  var isInData: Bool { if case .data = mode { true } else { false } }

  mutating func greeting() -> [Action] {
    meeting(.connect) { _ in [.reply("220 sandbox.otp-worker ESMTP")] }
  }

  /// Takes a line, without its CR LF.
  mutating func take(_ line: [UInt8]) -> [Action] {
    switch mode {
    case .data: return takeData(line)
    case .login(let login): return proceed(login, with: line)
    case .commands: break
    }
    guard let text = String(validating: line, as: UTF8.self), !text.contains("\0") else {
      return refuse("500 5.5.2 Error: bad syntax")
    }
    let verb = text.prefix { $0 != " " }.uppercased()
    let rest = String(text.dropFirst(verb.count).drop { $0 == " " })
    return perform(verb, rest)
  }

  /// A line was longer than can be.
  mutating func takeOverlongLine() -> [Action] {
    [.reply("500 5.5.2 Error: line too long"), .close]
  }

  /// The connection is encrypted: what was said before counts no more (RFC 3207 §4.2).
  mutating func secured() {
    reset()
    isGreeted = false
    mail = ReceivedMail()
    mail.isEncrypted = true
  }

  // MARK: - Commands

  private mutating func perform(_ verb: String, _ rest: String) -> [Action] {
    switch verb {
    case "EHLO", "HELO": return hello(rest, isExtended: verb == "EHLO")
    case "STARTTLS": return startTLS(rest)
    case "AUTH": return beginLogin(rest)
    case "MAIL": return takeSender(rest)
    case "RCPT": return takeRecipient(rest)
    case "DATA": return beginData(rest)
    case "RSET":
      reset()
      return [.reply("250 2.0.0 Ok")]
    case "NOOP": return [.reply("250 2.0.0 Ok")]
    case "VRFY": return [.reply("252 2.1.5 Cannot verify, but will try to deliver")]
    case "EXPN": return refuse("502 5.5.1 Error: command not implemented")
    case "HELP": return [.reply("214 2.0.0 https://www.rfc-editor.org/rfc/rfc5321")]
    case "QUIT": return [.reply("221 2.0.0 Bye"), .close]
    case "GET", "POST", "PUT", "CONNECT", "OPTIONS", "HEAD":
      // A browser that was made to speak to us.
      return [.reply("421 4.7.0 This is SMTP, not HTTP"), .close]
    default: return refuse("500 5.5.2 Error: command not recognized")
    }
  }

  private mutating func hello(_ name: String, isExtended: Bool) -> [Action] {
    guard !name.isEmpty else { return refuse("501 5.5.4 Syntax: EHLO hostname") }
    guard name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      return refuse("501 5.5.4 HELO/EHLO argument is invalid, closing is up to you")
    }
    return meeting(.hello) { session in
      session.reset()
      session.isGreeted = true
      session.mail.hello = name
      guard isExtended else { return [.reply("250 sandbox.otp-worker")] }
      var lines = ["sandbox.otp-worker", "PIPELINING", "SIZE \(session.policy.sizeLimit)"]
      if !session.mail.isEncrypted { lines.append("STARTTLS") }
      if session.mail.isEncrypted || !session.policy.needsTLS {
        lines.append("AUTH PLAIN LOGIN XOAUTH2")
      }
      lines += ["ENHANCEDSTATUSCODES", "8BITMIME", "SMTPUTF8"]
      let last = lines.removeLast()
      return [.reply((lines.map { "250-\($0)" } + ["250 \(last)"]).joined(separator: "\r\n"))]
    }
  }

  private mutating func startTLS(_ rest: String) -> [Action] {
    guard rest.isEmpty else { return refuse("501 5.5.4 Syntax: STARTTLS") }
    guard !mail.isEncrypted else { return refuse("503 5.5.1 Error: TLS already active") }
    return meeting(.starttls) { _ in [.reply("220 2.0.0 Ready to start TLS"), .startTLS] }
  }

  private mutating func takeSender(_ rest: String) -> [Action] {
    guard isGreeted else { return refuse("503 5.5.1 Error: send HELO/EHLO first") }
    guard !hasSender else { return refuse("503 5.5.1 Error: nested MAIL command") }
    if !policy.credentials.isEmpty, mail.login == nil {
      return refuse("530 5.7.0 Authentication required")
    }
    guard let path = SMTPPath(rest, keyword: "FROM:") else {
      return refuse("501 5.5.4 Syntax: MAIL FROM:<address>")
    }
    guard path.address.isEmpty || path.isMailbox else {
      return refuse("501 5.1.7 Bad sender address syntax")
    }
    if let complaint = complaint(about: path) { return refuse(complaint) }
    return meeting(.mail) { session in
      session.hasSender = true
      session.mail.sender = path.address
      session.mail.parameters = path.parameters
      return [.reply("250 2.1.0 Ok")]
    }
  }

  private func complaint(about path: SMTPPath) -> String? {
    for parameter in path.parameters {
      let halves = parameter.split(separator: "=", maxSplits: 1).map(String.init)
      let value = halves.count == 2 ? halves[1].uppercased() : nil
      switch (halves[0].uppercased(), value) {
      case ("SIZE", let size?):
        guard let size = Int(size) else { return "501 5.5.4 Bad message size syntax" }
        if size > policy.sizeLimit { return "552 5.3.4 Message size exceeds fixed limit" }
      case ("BODY", "7BIT"), ("BODY", "8BITMIME"), ("SMTPUTF8", nil), ("AUTH", .some): break
      default: return "555 5.5.4 Unsupported option: \(halves[0])"
      }
    }
    let isUTF8 = path.parameters.contains { $0.uppercased() == "SMTPUTF8" }
    return path.isASCII || isUTF8 ? nil : "553 5.6.7 Must declare SMTPUTF8 to send this address"
  }

  private mutating func takeRecipient(_ rest: String) -> [Action] {
    guard hasSender else { return refuse("503 5.5.1 Error: need MAIL command") }
    guard let path = SMTPPath(rest, keyword: "TO:"), path.parameters.isEmpty else {
      return refuse("501 5.5.4 Syntax: RCPT TO:<address>")
    }
    guard path.isMailbox else { return refuse("501 5.1.3 Bad recipient address syntax") }
    guard path.isASCII || mail.has("SMTPUTF8") else {
      return refuse("553 5.6.7 Must declare SMTPUTF8 to send to this address")
    }
    guard mail.recipients.count < Self.recipientLimit else {
      return refuse("452 4.5.3 Error: too many recipients")
    }
    return meeting(.rcpt, recipient: path.address) { session in
      session.mail.recipients.append(path.address)
      return [.reply("250 2.1.5 Ok")]
    }
  }

  // MARK: - The message

  private mutating func beginData(_ rest: String) -> [Action] {
    guard rest.isEmpty else { return refuse("501 5.5.4 Syntax: DATA") }
    guard hasSender else { return refuse("503 5.5.1 Error: need RCPT command") }
    guard !mail.recipients.isEmpty else { return refuse("554 5.5.1 Error: no valid recipients") }
    return meeting(.data, recipient: mail.recipients.first) { session in
      session.mode = .data
      session.content = MailContent()
      return [.reply("354 End data with <CR><LF>.<CR><LF>")]
    }
  }

  private mutating func takeData(_ line: [UInt8]) -> [Action] {
    guard line != [UInt8(ascii: ".")] else { return endData() }
    let isStuffed = line.first == UInt8(ascii: ".")
    content.append(isStuffed ? line[1...] : line[...], limit: policy.sizeLimit)
    return []
  }

  private mutating func endData() -> [Action] {
    mode = .commands
    defer {
      reset()
      content = MailContent()
    }
    if let complaint = content.complaint(about: mail) { return refuse(complaint) }
    mail.content = content.bytes
    let id = makeID()
    return meeting(.dot, recipient: mail.recipients.first, lost: .take(mail, id: id)) { session in
      [.take(session.mail, id: id), .reply("250 2.0.0 Ok: queued as \(id)")]
    }
  }

  // MARK: -

  /// Does what a fault at this stage says, or `usual`, which alone changes the state.
  ///
  /// - Parameters:
  ///   - stage: where the dialogue is.
  ///   - recipient: to whom, once it is known.
  ///   - lost: what happens all the same when only the answer is lost.
  ///   - usual: what is done without a fault.
  /// - Returns: what the connection has to do.
  private mutating func meeting(
    _ stage: Fault.Stage, recipient: String? = nil, lost: Action? = nil,
    usual: (inout SMTPSession) -> [Action]
  ) -> [Action] {
    guard let fault = fault(stage, recipient) else { return usual(&self) }
    let wait: [Action] = fault.delay.map { [.wait($0)] } ?? []
    if fault.hangs { return wait + [.hang] }
    if let drop = fault.drop {
      return (drop == .after ? lost.map { [$0] } ?? [] : []) + wait + [.close]
    }
    guard let status = fault.status else { return wait + usual(&self) }
    let code = fault.code ?? "\(status / 100).\(status == 450 ? "2.0" : "0.0")"
    let isEnd = stage == .connect || status == 421
    return wait + [.reply("\(status) \(code) Asked for by a fault")] + (isEnd ? [.close] : [])
  }

  mutating func meetingLogin(_ usual: (inout SMTPSession) -> [Action]) -> [Action] {
    meeting(.auth, usual: usual)
  }

  /// An error, of which a client may make some.
  mutating func refuse(_ reply: String) -> [Action] {
    errors += 1
    guard errors < Self.patience else {
      return [.reply(reply), .reply("421 4.7.0 Error: too many errors"), .close]
    }
    return [.reply(reply)]
  }

  private mutating func reset() {
    hasSender = false
    mail.sender = ""
    mail.parameters = []
    mail.recipients = []
    mail.content = []
  }
}
