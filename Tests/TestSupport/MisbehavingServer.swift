import Foundation
import Glibc
import Synchronization

/// A server on 127.0.0.1 that follows a script for each connection, to the byte and without a
/// clock, and remembers what it was sent.
public final class MisbehavingServer: Sendable {
  /// What a script can say.
  ///
  /// When it is over, the server reads until the client closes.
  public enum Step: Sendable {
    /// Starts without shaking hands; only as the first step of a TLS server.
    case withoutHandshake
    /// Reads up to and including an empty line.
    case readHead
    /// Reads a header and as much body as its `Content-Length` says.
    case readRequest
    /// Reads exactly so many bytes.
    case read(Int)
    /// Reads until the client closes.
    case readToEnd
    /// Writes bytes.
    case write([UInt8])
    /// Writes the same bytes over and over until the client is gone.
    case writeForever([UInt8])
    /// Waits until a test, or another connection, raises the signal.
    case wait(Signal)
    /// Raises a signal.
    case raise(Signal)
    /// Closes so that the client gets a RST.
    case reset
    /// `close_notify` (TLS), then FIN.
    case finish
    /// FIN without `close_notify`, as an attacker could send it.
    case cut
    /// `close_notify` alone.
    case closeNotify
    /// Hands bytes on to another port, both ways.
    case relay(UInt16)

    /// Writes a text.
    public static func write(_ text: String) -> Step { .write(Array(text.utf8)) }
  }
  /// What came in on one connection.
  public struct Log: Sendable {
    /// All bytes (without TLS).
    public var bytes: [UInt8] = []
    /// How many whole requests `readRequest` has read.
    public var requests = 0
    /// The bytes as text.
    public var text: String { String(decoding: bytes, as: UTF8.self) }
  }

  /// Where it listens.
  public let port: UInt16
  private let listener: Int32
  private let tls: TLSFixture?
  private let scripts: [[Step]]
  private let logs = Mutex<[Log]>([])

  /// Listens and follows `scripts`: the first for the first connection, the last for all others.
  public init(tls: TLSFixture? = nil, _ scripts: [[Step]]) {
    self.tls = tls
    self.scripts = scripts
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
      close(listener)
    }
  }

  deinit { stop() }

  /// Stops listening; connections go on by their scripts.
  public func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

  /// What came in, connection by connection.
  public var connections: [Log] { logs.withLock { $0 } }

  /// How many whole requests came in on all connections.
  public var requests: Int { connections.reduce(0) { $0 + $1.requests } }

  private func serve(_ descriptor: Int32) {
    let number = logs.withLock { logs in
      logs.append(Log())
      return logs.count - 1
    }
    Thread.detachNewThread { [self] in
      let socket = PeerSocket(descriptor)
      var script = scripts[min(number, scripts.count - 1)][...]
      if case .withoutHandshake? = script.first {
        script = script.dropFirst()
      } else if let tls, !socket.secure(tls) {
        return
      }
      var run = ScriptRun(socket: socket) { change in
        self.logs.withLock { change(&$0[number]) }
      }
      run.follow(script)
    }
  }
}

/// One connection on its way through its script.
private struct ScriptRun {
  let socket: PeerSocket
  let note: ((inout MisbehavingServer.Log) -> Void) -> Void
  /// What was read past the step that wanted it.
  private var surplus: [UInt8] = []

  init(
    socket: PeerSocket, note: @escaping ((inout MisbehavingServer.Log) -> Void) -> Void
  ) {
    self.socket = socket
    self.note = note
  }

  mutating func follow(_ script: ArraySlice<MisbehavingServer.Step>) {
    for step in script where !perform(step) { return }
    while readMore() {}
  }

  /// Does one step; returns whether the script goes on.
  private mutating func perform(_ step: MisbehavingServer.Step) -> Bool {
    switch step {
    case .withoutHandshake: return true
    case .readHead: return readHead() != nil
    case .readRequest: return readRequest()
    case .read(let count): return take(count)
    case .write(let bytes): return socket.write(bytes)
    case .writeForever(let bytes):
      while socket.write(bytes) {}
      return false
    case .wait(let signal): return signal.block()
    case .raise(let signal):
      signal.raise()
      return true
    case .readToEnd:
      while readMore() {}
      return true
    case .reset:
      socket.reset()
      return true
    case .finish:
      socket.notifyOfClosing()
      socket.cut()
      return true
    case .cut:
      socket.cut()
      return true
    case .closeNotify:
      socket.notifyOfClosing()
      return true
    case .relay(let port):
      socket.relay(to: port)
      return false
    }
  }

  private mutating func readMore() -> Bool {
    let bytes = socket.read(65_536)
    surplus += bytes
    note { $0.bytes += bytes }
    return !bytes.isEmpty
  }

  private mutating func take(_ count: Int) -> Bool {
    while surplus.count < count { guard readMore() else { return false } }
    surplus.removeFirst(count)
    return true
  }

  private mutating func readHead() -> String? {
    while true {
      if let end = surplus.firstRange(of: Array("\r\n\r\n".utf8)) {
        defer { surplus.removeSubrange(..<end.upperBound) }
        return String(decoding: surplus[..<end.upperBound], as: UTF8.self)
      }
      guard readMore() else { return nil }
    }
  }

  private mutating func readRequest() -> Bool {
    guard let head = readHead() else { return false }
    let length = head.lowercased().split(separator: "\r\n")
      .first { $0.hasPrefix("content-length:") }
      .flatMap { Int($0.drop { $0 != ":" }.dropFirst().drop { $0 == " " }) }
    guard take(length ?? 0) else { return false }
    note { $0.requests += 1 }
    return true
  }
}
