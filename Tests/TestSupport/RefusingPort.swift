import Glibc

/// A port of 127.0.0.1 that refuses connections, and that nobody else can get meanwhile.
public final class RefusingPort: Sendable {
  /// The port.
  public let number: UInt16
  private let descriptor: Int32

  /// Takes a port without listening on it.
  public init() {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    number = bindToLoopback(descriptor)
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }
}

/// Binds a socket to a free port of 127.0.0.1, which is returned.
func bindToLoopback(_ descriptor: Int32) -> UInt16 {
  let isBound = withLoopbackAddress(0) { bind(descriptor, $0, $1) } == 0
  precondition(isBound, "cannot bind to 127.0.0.1")
  var address = sockaddr_in()
  var length = socklen_t(MemoryLayout<sockaddr_in>.size)
  withUnsafeMutablePointer(to: &address) {
    _ = $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      getsockname(descriptor, $0, &length)
    }
  }
  return UInt16(bigEndian: address.sin_port)
}
