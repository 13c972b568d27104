import Glibc
import Synchronization

/// Carries bytes between a port of its own and another one, until it is told not to.
final class Proxy: Sendable {
  /// What becomes of what comes in.
  enum Mode: Sendable {
    /// It goes on, both ways.
    case open
    /// Nothing goes on, and nobody is told: connections stay open.
    case silent
    /// The server's answer is read, and its client gets a RST instead.
    case resetInsteadOfAnswer
  }
  let port: UInt16
  private let target: UInt16
  private let listener: Int32
  private let mode = Mutex(Mode.open)
  private let isStopped = Atomic(false)

  init(to target: UInt16, port: UInt16 = 0) throws {
    let descriptor = socket(
      AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var yes: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    let isBound = withLoopbackAddress(port) { bind(descriptor, $0, $1) } == 0
    guard isBound, listen(descriptor, 512) == 0 else {
      throw Misfortune("cannot listen on port \(port)")
    }
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    _ = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
    }
    self.target = target
    self.port = UInt16(bigEndian: address.sin_port)
    listener = descriptor
    thread { [self] in accept() }
  }

  func set(_ new: Mode) { mode.withLock { $0 = new } }

  /// Stops; its port was free, and is again.
  func freedPort() -> UInt16 {
    stop()
    return port
  }

  func stop() {
    isStopped.store(true, ordering: .relaxed)
    shutdown(listener, Int32(SHUT_RDWR))
  }

  private func accept() {
    while !isStopped.load(ordering: .relaxed) {
      let client = Glibc.accept(listener, nil, nil)
      guard client >= 0 else { continue }
      _ = fcntl(client, F_SETFD, FD_CLOEXEC)
      thread { [self] in carry(client) }
    }
    close(listener)
  }

  private func carry(_ client: Int32) {
    let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    defer {
      close(client)
      close(server)
    }
    var yes: Int32 = 1
    for each in [client, server] {
      setsockopt(
        each, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
    }
    guard connectToLoopback(server, target) else { return }
    var bytes = [UInt8](repeating: 0, count: 65_536)
    while !isStopped.load(ordering: .relaxed) {
      let now = mode.withLock { $0 }
      if case .silent = now {
        usleep(20_000)
        continue
      }
      var ends = [
        pollfd(fd: client, events: Int16(POLLIN), revents: 0),
        pollfd(fd: server, events: Int16(POLLIN), revents: 0),
      ]
      guard poll(&ends, 2, 100) >= 0 else { return }
      for (from, to) in [(0, 1), (1, 0)] where ends[from].revents != 0 {
        if case .silent = mode.withLock({ $0 }) { continue }
        let count = recv(ends[from].fd, &bytes, bytes.count, 0)
        guard count > 0 else { return }
        if from == 1, case .resetInsteadOfAnswer = mode.withLock({ $0 }) {
          var now = linger(l_onoff: 1, l_linger: 0)
          setsockopt(client, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
          return
        }
        guard sendAll(bytes, count, to: ends[to].fd) else { return }
      }
    }
  }

  private func sendAll(_ bytes: [UInt8], _ count: Int, to descriptor: Int32) -> Bool {
    var sent = 0
    while sent < count {
      let step = bytes.withUnsafeBytes {
        send(descriptor, $0.baseAddress! + sent, count - sent, Int32(MSG_NOSIGNAL))
      }
      guard step > 0 else { return false }
      sent += step
    }
    return true
  }
}
