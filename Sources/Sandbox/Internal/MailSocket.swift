import COpenSSL
import Glibc

/// One client's connection, plain or TLS; blocking, for one thread.
final class MailSocket {
  /// How long a client may be silent, or not read, in seconds.
  static let patience = 60

  /// `POLLRDHUP` of Linux, which Glibc's module leaves out: the other side has closed.
  private static let hangUp: Int16 = 0x2000

  private let descriptor: Int32
  private var tls: OpaquePointer?
  private var buffer: [UInt8] = []
  /// How far `buffer` was searched for the end of a line.
  private var searched = 0

  /// A connection; the descriptor stays its owner's to close.
  init(_ descriptor: Int32) {
    self.descriptor = descriptor
    var patience = timeval(tv_sec: Self.patience, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(
        descriptor, SOL_SOCKET, option, &patience, socklen_t(MemoryLayout<timeval>.size))
    }
    var yes: Int32 = 1
    setsockopt(
      descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
  }

  deinit {
    if let tls { SSL_free(tls) }
  }

  enum Line {
    case line([UInt8])
    case tooLong
    /// The client was silent for too long.
    case silent
    case end
  }

  /// The next line without its CR LF; a line is tooLong when `limit` bytes have no end.
  func nextLine(limit: Int) -> Line {
    while true {
      if let end = lineEnd() {
        let line = Array(buffer[..<end])
        buffer.removeFirst(end + 2)
        searched = 0
        return line.count <= limit ? .line(line) : .tooLong
      }
      if buffer.count > limit + 1 { return .tooLong }
      switch read() {
      case ..<0: return .silent
      case 0: return .end
      default: break
      }
    }
  }

  private func lineEnd() -> Int? {
    var index = searched
    while index + 1 < buffer.count {
      if buffer[index] == 13, buffer[index + 1] == 10 { return index }
      index += 1
    }
    searched = max(0, buffer.count - 1)
    return nil
  }

  /// Reads more; 0 at the end, -1 after a silence.
  private func read() -> Int {
    var piece = [UInt8](repeating: 0, count: 16_384)
    let count =
      if let tls { Int(SSL_read(tls, &piece, Int32(piece.count))) } else {
        recv(descriptor, &piece, piece.count, 0)
      }
    if count > 0 {
      buffer += piece.prefix(count)
      return count
    }
    return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? -1 : 0
  }

  /// Writes all of a reply; false when the client is gone or does not read.
  func write(_ text: String) -> Bool {
    var rest = Array((text + "\r\n").utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { bytes in
        if let tls {
          Int(SSL_write(tls, bytes.baseAddress, Int32(bytes.count)))
        } else {
          send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
        }
      }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// Shakes hands; false when the client refuses.
  ///
  /// What came in plain text behind `STARTTLS` is forgotten: it may be another's
  /// (https://www.rfc-editor.org/rfc/rfc3207#section-4.2).
  func secure(_ identity: TLSIdentity) -> Bool {
    buffer = []
    searched = 0
    tls = SSL_new(identity.context)
    SSL_set_fd(tls, descriptor)
    return SSL_accept(tls) == 1
  }

  /// Waits, and no longer than the client does; false when it left.
  func wait(_ duration: Duration) -> Bool {
    let milliseconds = duration / .milliseconds(1)
    var ends = pollfd(fd: descriptor, events: Self.hangUp, revents: 0)
    return poll(&ends, 1, Int32(min(milliseconds, 600_000))) == 0
  }

  /// Reads nothing and says nothing until the client leaves or the server stops.
  func hang() {
    var ends = pollfd(fd: descriptor, events: Self.hangUp, revents: 0)
    _ = poll(&ends, 1, -1)
  }

  /// Tells the other side of a TLS connection that this is its end.
  func finish() {
    if let tls { SSL_shutdown(tls) }
  }
}
