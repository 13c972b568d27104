import Glibc

/// A bound and listening TCP socket, and the port it got.
public struct ListeningSocket: Sendable {
  /// The socket, which does not block; whoever takes it closes it.
  public let descriptor: Int32
  /// The port that is listened on, also when any free one was asked for.
  public let port: UInt16

  /// Binds to `host` and `port`.
  /// - Parameters:
  ///   - host: an IPv4 or IPv6 address, or `localhost`.
  ///   - port: 0 takes a free one.
  /// - Throws: what kept it from listening.
  public init(host: String, port: UInt16) throws(ListenerError) {
    var address = try Self.address(host: host, port: port)
    let family = Int32(address.ss_family)
    let type = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
    let descriptor = socket(family, Int32(type), 0)
    guard descriptor >= 0 else { throw .system(code: errno) }
    do throws(ListenerError) {
      try Self.bindAndListen(descriptor, to: &address, host: host, port: port)
    } catch {
      close(descriptor)
      throw error
    }
    self.descriptor = descriptor
    self.port = Self.boundPort(of: descriptor)
  }

  private static func bindAndListen(
    _ descriptor: Int32, to address: inout sockaddr_storage, host: String, port: UInt16
  ) throws(ListenerError) {
    // Without it a restart has to wait until old connections have left TIME_WAIT.
    var on: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
    let isIPv6 = Int32(address.ss_family) == AF_INET6
    let length = isIPv6 ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size
    let bound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(length))
      }
    }
    guard bound == 0, listen(descriptor, SOMAXCONN) == 0 else {
      throw refusal(errno, host: host, port: port)
    }
  }

  private static func refusal(_ code: Int32, host: String, port: UInt16) -> ListenerError {
    switch code {
    case EADDRINUSE: .portInUse(host: host, port: port)
    case EADDRNOTAVAIL: .addressNotOurs(host: host)
    case EACCES: .notPermitted(port: port)
    default: .system(code: code)
    }
  }

  private static func address(host: String, port: UInt16) throws(ListenerError) -> sockaddr_storage
  {
    let literal = host == "localhost" ? "127.0.0.1" : host
    var storage = sockaddr_storage()
    var four = sockaddr_in()
    var six = sockaddr_in6()
    if inet_pton(AF_INET, literal, &four.sin_addr) == 1 {
      four.sin_family = sa_family_t(AF_INET)
      four.sin_port = port.bigEndian
      withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: four, as: sockaddr_in.self) }
    } else if inet_pton(AF_INET6, literal, &six.sin6_addr) == 1 {
      six.sin6_family = sa_family_t(AF_INET6)
      six.sin6_port = port.bigEndian
      withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: six, as: sockaddr_in6.self) }
    } else {
      throw .notAnAddress(host: host)
    }
    return storage
  }

  private static func boundPort(of descriptor: Int32) -> UInt16 {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = getsockname(descriptor, $0, &length)
      }
    }
    // The port stands at the same place in both families.
    return withUnsafeBytes(of: &storage) {
      UInt16(bigEndian: $0.load(fromByteOffset: 2, as: UInt16.self))
    }
  }
}
