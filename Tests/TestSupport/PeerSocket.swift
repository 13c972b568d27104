import COpenSSL
import Glibc

/// The server's end of one connection, plain or TLS; blocking, for one thread.
final class PeerSocket {
  private let descriptor: Int32
  private var tls: OpaquePointer?
  private var isOpen = true

  init(_ descriptor: Int32) {
    self.descriptor = descriptor
    var patience = timeval(tv_sec: 30, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(
      descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    var yes: Int32 = 1
    setsockopt(
      descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
  }

  deinit {
    if let tls { SSL_free(tls) }
    if isOpen { close(descriptor) }
  }

  /// Shakes hands; returns false when the client refuses.
  func secure(_ fixture: TLSFixture) -> Bool {
    tls = SSL_new(fixture.context)
    SSL_set_fd(tls, descriptor)
    return SSL_accept(tls) == 1
  }

  /// At most `count` bytes; empty at the end, whatever it is.
  func read(_ count: Int) -> [UInt8] {
    guard isOpen else { return [] }
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, length in
      let got =
        if let tls { Int(SSL_read(tls, buffer.baseAddress, Int32(buffer.count))) } else {
          recv(descriptor, buffer.baseAddress, buffer.count, 0)
        }
      length = max(0, got)
    }
  }

  /// Writes all of it; returns false when the client is gone.
  func write(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBytes { bytes in
      var rest = UnsafeRawBufferPointer(rebasing: bytes[...])
      while !rest.isEmpty {
        let count =
          if let tls { Int(SSL_write(tls, rest.baseAddress, Int32(rest.count))) } else {
            send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
          }
        guard count > 0 else { return false }
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      }
      return true
    }
  }

  /// Says `close_notify` and leaves the socket open.
  func notifyOfClosing() {
    if let tls { SSL_shutdown(tls) }
  }

  /// Ends the sending direction (FIN), without a word of TLS, and leaves the rest open.
  func cut() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// Closes so that the client gets a RST.
  func reset() {
    var now = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
    close(descriptor)
    isOpen = false
  }

  /// Hands bytes on in both directions between the client and `port` until one of them closes.
  func relay(to port: UInt16) {
    guard let other = connectToLoopback(port) else { return }
    defer { close(other) }
    var ends = [
      pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: other, events: Int16(POLLIN), revents: 0),
    ]
    while poll(&ends, 2, 30_000) > 0 {
      for (from, to) in [(0, 1), (1, 0)] where ends[from].revents != 0 {
        var bytes = [UInt8](repeating: 0, count: 16_384)
        let count = recv(ends[from].fd, &bytes, bytes.count, 0)
        guard count > 0 else { return }
        guard send(ends[to].fd, bytes, count, Int32(MSG_NOSIGNAL)) == count else { return }
      }
    }
  }
}

/// An IPv4 address on 127.0.0.1.
func withLoopbackAddress<Result>(
  _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
) -> Result {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = port.bigEndian
  address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
  return withUnsafePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
  }
}

private func connectToLoopback(_ port: UInt16) -> Int32? {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  guard withLoopbackAddress(port, { connect(descriptor, $0, $1) }) == 0 else {
    close(descriptor)
    return nil
  }
  return descriptor
}
