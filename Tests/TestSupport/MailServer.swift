import Foundation
import Glibc
import Synchronization

/// A mail server on 127.0.0.1 that speaks SMTP as it should, unless a test tells it what to do instead.
///
/// Written from RFC 5321, 3207, 4954 and 2920; knows nothing of the client that it tests.
public final class MailServer: Sendable {
  /// What it does in place of its usual reply.
  public enum Act: Sendable {
    /// Writes these bytes, whatever they are; CR LF is not added.
    case write(String)
    /// Writes these bytes one at a time.
    case dribble(String)
    /// Writes these bytes over and over until the client is gone.
    case writeForever(String)
    /// Writes these bytes and closes.
    case writeAndClose(String)
    /// Closes.
    case close
    /// Closes so that the client gets a RST.
    case reset
    /// Says nothing, but goes on reading.
    case silence
    /// Waits for a signal, then goes on as usual.
    case wait(Signal)
    /// Raises a signal, then goes on as usual.
    case raise(Signal)
  }
  /// How its connections are encrypted.
  public enum Encryption: Sendable {
    /// Not at all.
    case none
    /// By STARTTLS, which it offers.
    case startTLS(TLSFixture)
    /// From the first byte.
    case implicit(TLSFixture)
  }
  /// A mail that it took, or would have but for the test's act at its dot.
  public struct Mail: Sendable {
    /// What stood in MAIL, parameters and all.
    public var sender: String
    /// What stood in RCPT.
    public var recipient: String
    /// The mail, dots as they were before they were doubled.
    public var data: String
    /// Which connection brought it, from 0.
    public var connection: Int
  }
  /// The user that may log in.
  public static let user = "user@example.com"
  /// The user's password.
  public static let password = "p@ss"
  /// The user's access token.
  public static let token = "ya29.token"

  fileprivate struct State {
    var mails: [Mail] = []
    var commands: [[String]] = []
    var counts: [String: Int] = [:]
  }

  /// Where it listens.
  public let port: UInt16
  private let listener: Int32
  fileprivate let encryption: Encryption
  fileprivate let capabilities: [String]
  fileprivate let act: @Sendable (_ command: String, _ number: Int) -> Act?
  fileprivate let state = Mutex(State())

  /// Listens.
  /// - Parameters:
  ///   - encryption: how connections are encrypted.
  ///   - capabilities: what it offers besides STARTTLS.
  ///   - act: what it does in place of its usual reply to a command, a connection (`connect`) or the dot (`.`); the
  ///     number counts such commands from 1, over all connections.
  public init(
    _ encryption: Encryption = .none,
    capabilities: [String] = [
      "PIPELINING", "8BITMIME", "SMTPUTF8", "SIZE 100000", "AUTH PLAIN LOGIN XOAUTH2",
    ],
    act: @escaping @Sendable (_ command: String, _ number: Int) -> Act? = { _, _ in nil }
  ) {
    self.encryption = encryption
    self.capabilities = capabilities
    self.act = act
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    port = bindToLoopback(listener)
    precondition(listen(listener, 128) == 0, "cannot listen on 127.0.0.1")
    self.listener = listener
    Thread.detachNewThread { [weak self] in
      while true {
        let descriptor = accept(listener, nil, nil)
        if descriptor < 0, errno == EINTR || errno == ECONNABORTED { continue }
        guard descriptor >= 0 else { break }
        self?.serve(descriptor)
      }
      Glibc.close(listener)
    }
  }

  deinit { stop() }

  /// Stops listening; connections go on.
  public func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

  /// The mails whose dot it read.
  public var mails: [Mail] { state.withLock { $0.mails } }

  /// The commands of each connection.
  public var commands: [[String]] { state.withLock { $0.commands } }

  private func serve(_ descriptor: Int32) {
    let number = state.withLock { state in
      state.commands.append([])
      return state.commands.count - 1
    }
    Thread.detachNewThread { [self] in
      let socket = PeerSocket(descriptor)
      if case .implicit(let fixture) = encryption, !socket.secure(fixture) { return }
      var session = MailSession(server: self, socket: socket, number: number)
      session.run()
      // What is still unread would turn the end into a RST.
      while !socket.read(4_096).isEmpty {}
    }
  }
}

/// One connection of a mail server.
private struct MailSession {
  let server: MailServer
  let socket: PeerSocket
  let number: Int
  private var unread: [UInt8] = []
  private var isEncrypted = false
  private var sender: String?
  private var recipient: String?

  init(server: MailServer, socket: PeerSocket, number: Int) {
    self.server = server
    self.socket = socket
    self.number = number
    if case .implicit = server.encryption { isEncrypted = true }
  }

  mutating func run() {
    guard answer("connect", "220 mail.example ESMTP\r\n") else { return }
    while let line = readLine() {
      server.state.withLock { $0.commands[number].append(line) }
      guard handle(line) else { return }
    }
  }

  /// Handles a command; returns whether the connection goes on.
  private mutating func handle(_ line: String) -> Bool {
    let verb = line.prefix { $0 != " " && $0 != ":" }.uppercased()
    switch verb {
    case "EHLO": return answer(line, hello)
    case "HELO": return answer(line, "250 mail.example\r\n")
    case "STARTTLS": return startTLS(line)
    case "AUTH": return logIn(line)
    case "MAIL":
      guard sender == nil else { return answer(line, "503 5.5.1 nested MAIL\r\n") }
      sender = line
      return answer(line, "250 2.1.0 Ok\r\n") { $0.sender = nil }
    case "RCPT":
      guard sender != nil else { return answer(line, "503 5.5.1 need MAIL\r\n") }
      recipient = line
      return answer(line, "250 2.1.5 Ok\r\n") { $0.recipient = nil }
    case "DATA":
      guard recipient != nil else { return answer(line, "503 5.5.1 need RCPT\r\n") }
      return takeMail(line)
    case "RSET":
      (sender, recipient) = (nil, nil)
      return answer(line, "250 2.0.0 Ok\r\n")
    case "QUIT":
      _ = answer(line, "221 2.0.0 Bye\r\n")
      socket.cut()
      return false
    default: return answer(line, "500 5.5.2 what?\r\n")
    }
  }

  private var hello: String {
    var lines = ["mail.example"] + server.capabilities
    if case .startTLS = server.encryption, !isEncrypted { lines.append("STARTTLS") }
    return lines.enumerated().map { index, line in
      "250\(index == lines.count - 1 ? " " : "-")\(line)\r\n"
    }.joined()
  }

  private mutating func startTLS(_ line: String) -> Bool {
    guard case .startTLS(let fixture) = server.encryption else {
      return answer(line, "502 5.5.1 not here\r\n")
    }
    var isRefused = false
    guard answer(line, "220 2.0.0 Go\r\n", instead: { _ in isRefused = true }) else { return false }
    guard !isRefused else { return true }
    isEncrypted = socket.secure(fixture)
    return isEncrypted
  }

  private mutating func logIn(_ line: String) -> Bool {
    let words = line.split(separator: " ").map(String.init)
    let initial = words.count > 2 ? words[2] : ""
    let isRight: Bool
    switch words.dropFirst().first {
    case "PLAIN": isRight = initial == "AHVzZXJAZXhhbXBsZS5jb20AcEBzcw=="
    case "LOGIN":
      guard
        initial == "dXNlckBleGFtcGxlLmNvbQ==" || ask("VXNlcm5hbWU6") == "dXNlckBleGFtcGxlLmNvbQ=="
      else { return answer(line, "535 5.7.8 no such user\r\n") }
      isRight = ask("UGFzc3dvcmQ6") == "cEBzcw=="
    case "XOAUTH2":
      isRight = initial == "dXNlcj11c2VyQGV4YW1wbGUuY29tAWF1dGg9QmVhcmVyIHlhMjkudG9rZW4BAQ=="
      if !isRight { _ = ask("eyJzdGF0dXMiOiI0MDEifQ==") }
    default: return answer(line, "504 5.5.4 unknown mechanism\r\n")
    }
    return answer(line, isRight ? "235 2.7.0 welcome\r\n" : "535 5.7.8 wrong\r\n")
  }

  private mutating func ask(_ challenge: String) -> String? {
    socket.write(Array("334 \(challenge)\r\n".utf8)) ? readLine() : nil
  }

  private mutating func takeMail(_ line: String) -> Bool {
    var isRefused = false
    guard answer(line, "354 go on\r\n", instead: { _ in isRefused = true }) else { return false }
    guard !isRefused else { return true }
    var lines: [String] = []
    while let text = readLine() {
      if text == "." {
        let mail = MailServer.Mail(
          sender: sender ?? "", recipient: recipient ?? "",
          data: lines.map { ($0.hasPrefix(".") ? String($0.dropFirst()) : $0) + "\r\n" }.joined(),
          connection: number)
        server.state.withLock { $0.mails.append(mail) }
        (sender, recipient) = (nil, nil)
        return answer(".", "250 2.0.0 Ok: queued as 4Tz\(number)\r\n")
      }
      lines.append(text)
    }
    return false
  }

  /// Replies as usual or as told; returns whether the connection goes on.
  private mutating func answer(
    _ command: String, _ usual: String, instead: (inout MailSession) -> Void = { _ in }
  ) -> Bool {
    let verb = command.prefix { $0 != " " && $0 != ":" }.uppercased()
    let count = server.state.withLock { state in
      state.counts[verb, default: 0] += 1
      return state.counts[verb]!
    }
    let act = server.act(command, count)
    switch act {
    case nil: return socket.write(Array(usual.utf8))
    case .wait(let signal)?: return signal.block() && socket.write(Array(usual.utf8))
    case .raise(let signal)?:
      signal.raise()
      return socket.write(Array(usual.utf8))
    case .write(let text)?:
      if !text.hasPrefix("2"), !text.hasPrefix("3") { instead(&self) }
      return socket.write(Array(text.utf8))
    case .dribble(let text)?:
      return text.utf8.allSatisfy { socket.write([$0]) }
    case .writeForever(let text)?:
      while socket.write(Array(text.utf8)) {}
      return false
    case .writeAndClose(let text)?:
      _ = socket.write(Array(text.utf8))
      socket.cut()
      return false
    case .close?:
      socket.notifyOfClosing()
      socket.cut()
      return false
    case .reset?:
      socket.reset()
      return false
    case .silence?:
      instead(&self)
      return true
    }
  }

  /// A line without its CR LF; a bare LF does not end it.
  private mutating func readLine() -> String? {
    while true {
      if let end = unread.firstRange(of: [0x0D, 0x0A]) {
        defer { unread.removeSubrange(..<end.upperBound) }
        return String(decoding: unread[..<end.lowerBound], as: UTF8.self)
      }
      let bytes = socket.read(65_536)
      guard !bytes.isEmpty else { return nil }
      unread += bytes
    }
  }
}
