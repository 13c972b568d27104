import Delivery
import Dispatch
import EventLoop
import Foundation
import Glibc
import HTTPServer
import Synchronization

/// A mail server for one machine: SMTP with STARTTLS and logins, a thread for each connection.
///
/// May be used from any thread.
public final class MailStandIn: Sendable {
  /// Its name in the inbox and in faults.
  public static let name = "smtp"
  /// Further connections are told so and closed.
  private static let connectionLimit = 128

  /// The port that is listened on.
  public let port: UInt16
  /// The certificate that it shows, as PEM: a client trusts it as `caFile`.
  public var certificate: String { identity.pem }

  private struct State {
    var descriptors: Set<Int32> = []
    var isStopping = false
  }
  private let host: String
  private let listening: Int32
  private let identity: TLSIdentity
  private let policy: MailPolicy
  private let clock: any Clock
  private let inbox: Inbox
  private let faults: FaultBook
  private let state = Mutex(State())
  private let threads = DispatchGroup()

  /// Serves from now on.
  /// - Parameters:
  ///   - policy: what it asks of clients.
  ///   - inbox: where mails go.
  ///   - faults: what shall go wrong.
  ///   - host: an IPv4 or IPv6 address, or `localhost`.
  ///   - port: 0 takes a free one.
  ///   - clock: what dates mails.
  /// - Throws: what kept it from listening.
  init(
    policy: MailPolicy, inbox: Inbox, faults: FaultBook, host: String, port: UInt16,
    clock: any Clock = SystemClock()
  ) throws(ListenerError) {
    // OpenSSL writes without MSG_NOSIGNAL: a client that leaves would end the process.
    Signals.ignoreBrokenPipes()
    guard let identity = TLSIdentity(host: host) else { throw .system(code: ENOMEM) }
    let socket = try ListeningSocket(host: host, port: port)
    self.identity = identity
    self.policy = policy
    self.inbox = inbox
    self.faults = faults
    self.clock = clock
    self.host = host
    listening = socket.descriptor
    self.port = socket.port
    start("smtp") { [listening] in self.accept(on: listening) }
  }

  /// A connector's configuration that it takes mails of, as YAML; `user` is any unless credentials are set.
  public var connector: String {
    let (user, password) = policy.credentials.first ?? (key: "sandbox", value: "sandbox")
    return """
      provider: simple-mail-transfer-protocol
      config:
        host: \(host == "0.0.0.0" || host == "::" ? "127.0.0.1" : host)
        port: \(port)
        auth: { user: \(user), pass: \(password) }
        fromEmail: "Sandbox <codes@sandbox.example>"
        # Its certificate is made at each start; with caFile beside config it can be verified instead.
        tls: { rejectUnauthorized: false }
        templates:
          - usageType: SignIn
            contentType: text/html
            subject: "{{code}} is your code to sign in"
            content: "<p>Your code to sign in is</p><p style='font-size:2em'><strong>{{code}}</strong></p><p>It is valid for {{expiresInMinutes}} minutes.</p>"
          - usageType: Generic
            contentType: text/plain
            subject: "Your code"
            content: "Your code is {{code}}."
      """
  }

  /// Ends all connections, those that hang too.
  ///
  /// Returns when all threads have ended.
  public func stop() {
    let isFirst = state.withLock { state in
      defer { state.isStopping = true }
      // Every thread waits on its socket: shutting it down wakes it.
      for descriptor in state.descriptors { shutdown(descriptor, Int32(SHUT_RDWR)) }
      return !state.isStopping
    }
    if isFirst { shutdown(listening, Int32(SHUT_RDWR)) }
    threads.wait()
    if isFirst { close(listening) }
  }

  // MARK: - Threads

  private func start(_ name: String, _ body: @escaping @Sendable () -> Void) {
    threads.enter()
    let thread = Thread { [threads] in
      body()
      threads.leave()
    }
    thread.name = name
    thread.start()
  }

  private func accept(on listening: Int32) {
    while true {
      var ready = pollfd(fd: listening, events: Int16(POLLIN), revents: 0)
      poll(&ready, 1, -1)
      let descriptor = Glibc.accept(listening, nil, nil)
      guard descriptor >= 0 else {
        if state.withLock(\.isStopping) { return }
        // No descriptors left, or a client that is gone: others may leave, or come.
        if errno == EMFILE || errno == ENFILE { poll(nil, 0, 50) }
        continue
      }
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
      let isTaken = state.withLock { state in
        guard !state.isStopping, state.descriptors.count < Self.connectionLimit else {
          return false
        }
        state.descriptors.insert(descriptor)
        return true
      }
      guard isTaken else {
        let reply = Array("421 4.3.2 Too many connections, try again later\r\n".utf8)
        send(descriptor, reply, reply.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
        close(descriptor)
        continue
      }
      start("smtp-client") {
        self.serve(MailSocket(descriptor))
        self.state.withLock { _ = $0.descriptors.remove(descriptor) }
        close(descriptor)
      }
    }
  }

  private func serve(_ socket: MailSocket) {
    var session = SMTPSession(
      policy: policy,
      fault: { [faults] in faults.next(for: Self.name, recipient: $1, at: $0) },
      makeID: { randomHex(11).uppercased() })
    guard perform(session.greeting(), &session, socket) else { return }
    while true {
      // The longest line of a message is judged at its end, and bounded by the size of a mail.
      let limit = session.isInData ? policy.sizeLimit : SMTPSession.commandLimit
      switch socket.nextLine(limit: limit) {
      case .line(let line):
        guard perform(session.take(line), &session, socket) else { return socket.finish() }
      case .tooLong:
        _ = perform(session.takeOverlongLine(), &session, socket)
        return
      case .silent:
        _ = socket.write("421 4.4.2 sandbox.otp-worker Error: timeout exceeded")
        return
      case .end: return
      }
    }
  }

  /// Does what the session says; false ends the connection.
  private func perform(
    _ actions: [SMTPSession.Action], _ session: inout SMTPSession, _ socket: MailSocket
  ) -> Bool {
    for action in actions {
      switch action {
      case .reply(let text):
        guard socket.write(text) else { return false }
      case .wait(let duration):
        guard socket.wait(duration) else { return false }
      case .hang:
        socket.hang()
        return false
      case .close: return false
      case .startTLS:
        guard socket.secure(identity) else { return false }
        session.secured()
      case .take(let mail, let id): take(mail, id: id)
      }
    }
    return true
  }

  private func take(_ mail: ReceivedMail, id: String) {
    let read = MailReader(mail.content)
    let time = Timestamp(milliseconds: clock.wallMilliseconds)
    for recipient in mail.recipients {
      var submission = Submission(
        channel: .email, recipient: recipient, text: read.readableText,
        sender: read.sender ?? mail.sender)
      submission.subject = read.subject
      submission.html = read.html
      inbox.add(
        InboxMessage(
          time: time, provider: Self.name, providerMessageID: id, submission: submission,
          reference: read.messageID, request: mail.request))
    }
  }
}

extension ReceivedMail {
  /// Envelope and mail as the inbox shows requests.
  fileprivate var request: IncomingRequest {
    var headers = [("EHLO", hello), ("TLS", isEncrypted ? "yes" : "no")]
    if let login { headers.append(("AUTH", login)) }
    headers += recipients.map { ("RCPT TO", "<\($0)>") }
    let parameters = parameters.map { " \($0)" }.joined()
    return IncomingRequest(
      method: "MAIL", target: "FROM:<\(sender)>\(parameters)", headers: headers, body: content)
  }
}
