import EventLoop
import Providers

/// One connection to a mail server: libcurl opens it, greets, starts TLS and logs in; the mails are ours.
final class SMTPConnection: PooledConnection {
  typealias Exchange = SMTPExchange
  typealias Origin = SMTPOrigin

  unowned let pool: OriginPool<SMTPConnection>
  private(set) var idleSince: ContinuousClock.Instant
  private unowned let client: ConnectionPool<SMTPConnection>
  private let handle: CurlHandle
  private let wire: Wire
  private var exchange: OpenExchange<SMTPConnection>?
  private var dialogue: SMTPDialogue?
  private var parser = SMTPReplyParser()
  private var capabilities = SMTPCapabilities()
  /// Whether more came behind the last reply than was asked for.
  private var hasSurplus = false
  /// Whether the mail itself, rather than a command, is what is being written.
  private var isMailBegun = false
  /// Whether it carried a mail, or lay idle, before this one: then it may have died unnoticed.
  private var isKept = false
  /// Whether the mail before was refused half-way.
  private var needsReset = false
  /// Whether nothing is being said on it, so that it can be ended politely.
  private var isQuiet = false

  init(pool: OriginPool<SMTPConnection>, client: ConnectionPool<SMTPConnection>) {
    self.pool = pool
    self.client = client
    let server = pool.origin.server
    let isProxySecure = client.options.proxy?.url.lowercased().hasPrefix("https:") ?? false
    handle = CurlHandle(server: server, options: client.options, multi: client.multi)
    wire = Wire(handle, isPlain: server.security == .none && !isProxySecure, client: client)
    idleSince = client.loop.now
  }

  // MARK: - Opening and closing

  func open() {
    wire.open { [unowned self] failure in
      if let failure {
        let refusal = handle.refusal
        close()
        return client.didNotOpen(self, ending(failure, refusal))
      }
      capabilities = handle.transcript?.capabilities ?? SMTPCapabilities()
      parser = SMTPReplyParser()
      isKept = false
      needsReset = false
      isQuiet = true
      client.didOpen(self)
    } handler: { [unowned self] in
      handle(events: $0)
    }
  }

  /// A refusal is an answer for the driver, with the id of the mail that waits the longest.
  private func ending(_ failure: TransportFailure, _ refusal: SMTPReply?) -> ExchangeEnding {
    guard var refusal else { return .failed(failure) }
    refusal.messageID = pool.waiting.first?.exchange.messageID ?? ""
    return .reply(.smtp(refusal))
  }

  /// The server's last word while the connection was opened: to AUTH where there was one, otherwise to EHLO.
  private var opened: ExchangeEnding {
    guard let last = handle.transcript?.last else {
      return .failed(
        TransportFailure(
          .notWritten, code: TransportFailure.Code.smtpGarbage, detail: "the server said nothing"))
    }
    // 235 answers nothing but AUTH (RFC 4954 §6).
    return .reply(.smtp(last.answering(last.code == 235 ? .login : .hello, messageID: "")))
  }

  /// Says QUIT where nothing else is being said, and does not wait for what the server says to that.
  func close() {
    if isQuiet {
      isQuiet = false
      wire.begin()
      wire.out.clear()
      wire.out.append("QUIT\r\n")
      _ = wire.put()
    }
    wire.close()
  }

  func rest() {
    isKept = true
    idleSince = client.loop.now
  }

  // MARK: - A mail

  func carry(_ exchange: OpenExchange<SMTPConnection>) {
    if exchange.exchange.isOpeningOnly {
      exchange.end(opened)
      return client.didFinish(self, isOpen: true)
    }
    if let failure = capabilities.failure(for: exchange.exchange) {
      exchange.end(.failed(failure))
      return client.didFinish(self, isOpen: true)
    }
    self.exchange = exchange
    exchange.connection = self
    isQuiet = false
    isMailBegun = false
    var dialogue = SMTPDialogue(
      exchange.exchange.envelope, capabilities: capabilities, isKept: isKept,
      needsReset: needsReset)
    let step = dialogue.begin()
    self.dialogue = dialogue
    perform(step)
  }

  func abandon(for cause: EarlyEnd) {
    switch cause {
    case .deadline: fail(TransportFailure.Code.smtpTimeout, "no whole reply before the deadline")
    case .stopped: fail(TransportFailure.Code.stopped, "stopped")
    }
  }

  private func perform(_ step: SMTPDialogue.Step) {
    switch step {
    case .say(let commands):
      wire.begin()
      wire.out.clear()
      wire.out.append(commands)
      put()
    case .sendMail:
      guard let exchange else { return }
      wire.begin()
      isMailBegun = true
      exchange.exchange.writeMail(into: &wire.out)
      put()
    case .listen: break
    case .end(let reply): succeed(reply)
    case .leave: fail(TransportFailure.Code.smtpClosed, "the server gave the connection up")
    case .garbage(let what): fail(TransportFailure.Code.smtpGarbage, what)
    }
  }

  private func handle(events: Interest) {
    guard let current = exchange else { return stir() }
    if !wire.isWhole, events != .read { put() }
    // Putting may have ended it, and the connection be another's by now.
    if exchange === current, events != .write { get() }
  }

  /// An idle connection became readable: 421, its end, or something that is no answer to anything.
  ///
  /// Only TLS itself has something to say to nobody in particular (new session tickets).
  private func stir() {
    if case .wouldBlock = wire.receive() { return }
    isQuiet = false
    close()
    client.didStir(self)
  }

  private func put() {
    if !wire.put() { endAfterRefusedWrite() }
  }

  private func get() {
    while exchange != nil {
      switch wire.receive() {
      case .wouldBlock: return
      case .failed: return fail(TransportFailure.Code.smtpReset, "the connection was reset")
      case .bytes(let count): if take(count) { return }
      }
    }
  }

  /// After a write that failed the server's reason may still be there to be read.
  private func endAfterRefusedWrite() {
    while case .bytes(let count) = wire.receive(), count > 0 { if take(count) { return } }
    fail(TransportFailure.Code.smtpReset, "the connection was reset")
  }

  /// Reads what was received, none being the end; returns whether the mail has ended.
  private func take(_ count: Int) -> Bool {
    guard count > 0 else {
      fail(TransportFailure.Code.smtpClosed, "the connection was closed before the reply was whole")
      return true
    }
    let current = exchange
    var replies = parser.consume(client.scratch.prefix(count).span)[...]
    while let reply = replies.popFirst() {
      guard let step = dialogue?.take(reply) else { return true }
      hasSurplus = !replies.isEmpty || !parser.isBetweenReplies
      perform(step == .sendMail && hasSurplus ? .garbage("a reply to an unsent mail") : step)
      // It ended; the connection may carry another by now.
      guard exchange === current else { return true }
    }
    if parser.fault != nil {
      fail(TransportFailure.Code.smtpGarbage, "the server does not speak SMTP here")
    }
    return exchange !== current
  }

  // MARK: - Ends

  private func succeed(_ reply: SMTPReply) {
    guard let dialogue else { return }
    // An acceptance of what was not written yet is none; a refusal may well come early.
    if reply.code < 400, !wire.isWhole {
      return fail(TransportFailure.Code.smtpGarbage, "a reply to an unsent mail")
    }
    finish(.reply(.smtp(reply)), isOpen: wire.isWhole && !hasSurplus && !dialogue.isClosing)
  }

  private func fail(_ code: String, _ detail: String) {
    guard let exchange, let dialogue else { return }
    if let refusal = dialogue.pendingRefusal {
      return finish(.reply(.smtp(refusal)), isOpen: false)
    }
    // Nobody has looked at this mail: the connection had died, or was given up, before.
    let diedIdle = isKept && (!dialogue.hasHeard || dialogue.isClosing) && !exchange.hasMoved
    if diedIdle, code == TransportFailure.Code.smtpReset || code == TransportFailure.Code.smtpClosed
    {
      self.exchange = nil
      exchange.connection = nil
      close()
      client.move(exchange)
      return client.didFinish(self, isOpen: false)
    }
    let stage: TransportFailure.Stage =
      isMailBegun && wire.isWhole
      ? .ambiguous : wire.written == 0 && !dialogue.hasHeard ? .notWritten : .unfinished
    finish(.failed(TransportFailure(stage, code: code, detail: detail)), isOpen: false)
  }

  private func finish(_ ending: ExchangeEnding, isOpen: Bool) {
    guard let exchange = exchange.take(), let dialogue = dialogue.take() else { return }
    needsReset = dialogue.needsReset
    isKept = true
    isQuiet = isOpen
    exchange.connection = nil
    if !isOpen { close() }
    exchange.end(ending)
    client.didFinish(self, isOpen: isOpen)
  }
}

extension SMTPCapabilities {
  /// Why a server with these cannot take a mail; nothing is written then.
  func failure(for exchange: SMTPExchange) -> TransportFailure? {
    if exchange.isInternational, !utf8 {
      return TransportFailure(
        .notWritten, code: TransportFailure.Code.noUTF8,
        detail:
          "the address is not in ASCII, and the server does not take such addresses (SMTPUTF8)")
    }
    if let largestMail, exchange.data.count > largestMail {
      return TransportFailure(
        .notWritten, code: TransportFailure.Code.tooLarge,
        detail: "the mail is larger than the server takes")
    }
    return nil
  }
}
