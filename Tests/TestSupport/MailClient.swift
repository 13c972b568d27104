import COpenSSL
import Glibc

/// A blocking SMTP client for one loopback port: what is written, goes out as it stands.
public final class MailClient {
  private let descriptor: Int32
  private var tls: OpaquePointer?
  private var context: OpaquePointer?
  private var buffer: [UInt8] = []

  /// Opens a connection; nil when nobody listens.
  public init?(port: UInt16, patience: Int = 20) {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var limit = timeval(tv_sec: patience, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    guard withLoopbackAddress(port, { connect(descriptor, $0, $1) }) == 0 else {
      close(descriptor)
      return nil
    }
  }

  deinit {
    if let tls { SSL_free(tls) }
    if let context { SSL_CTX_free(context) }
    close(descriptor)
  }

  /// Writes a line, or several with CR LF between them, and waits for one reply.
  /// - Returns: the reply, its lines separated by LF; nil when the connection ended.
  public func say(_ line: String) -> String? {
    write(line + "\r\n")
    return reply()
  }

  /// Writes text as it is.
  public func write(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { bytes in
        if let tls {
          Int(SSL_write(tls, bytes.baseAddress, Int32(bytes.count)))
        } else {
          send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
        }
      }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  /// Waits for the next reply; nil when the connection ended, or was silent for too long.
  public func reply() -> String? {
    var lines: [String] = []
    while let line = nextLine() {
      lines.append(line)
      if line.count < 4 || line[line.index(line.startIndex, offsetBy: 3)] == " " {
        return lines.joined(separator: "\n")
      }
    }
    return nil
  }

  /// Shakes hands, trusting nobody but `certificate`, for `name`.
  /// - Returns: whether the server is the one.
  public func secure(trusting certificate: String, name: String = "localhost") -> Bool {
    context = SSL_CTX_new(TLS_client_method())
    let input = BIO_new_mem_buf(certificate, Int32(certificate.utf8.count))
    defer { BIO_free(input) }
    let trusted = PEM_read_bio_X509(input, nil, nil, nil)
    defer { X509_free(trusted) }
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), trusted)
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
    tls = SSL_new(context)
    SSL_set1_host(tls, name)
    SSL_set_fd(tls, descriptor)
    return SSL_connect(tls) == 1
  }

  private func nextLine() -> String? {
    while true {
      if let end = buffer.firstRange(of: [13, 10]) {
        defer { buffer.removeFirst(end.upperBound) }
        return String(decoding: buffer[..<end.lowerBound], as: UTF8.self)
      }
      var piece = [UInt8](repeating: 0, count: 4_096)
      let count =
        if let tls { Int(SSL_read(tls, &piece, Int32(piece.count))) } else {
          recv(descriptor, &piece, piece.count, 0)
        }
      guard count > 0 else { return nil }
      buffer += piece.prefix(count)
    }
  }
}
