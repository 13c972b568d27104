import Glibc

/// Metrics in Prometheus' text format.
struct Metrics {
  private let lines: [Substring]

  init(_ text: String) { lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") } }

  /// The sum of all series of a name whose labels hold all these texts.
  func sum(_ name: String, _ labels: String...) -> Double {
    lines.reduce(0) { sum, line in
      let series = line.prefix { $0 != " " }
      guard series.prefix(while: { $0 != "{" }) == name,
        labels.allSatisfy({ series.contains($0) }), let value = line.split(separator: " ").last
      else { return sum }
      return sum + (Double(value) ?? 0)
    }
  }

  /// Whether there are any.
  var isEmpty: Bool { lines.isEmpty }
}

/// Asks a server on this machine, on a connection of its own; nil when no whole answer comes within 3 s.
func httpGet(_ path: String, port: UInt16) -> (status: Int, body: String)? {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
  defer { close(descriptor) }
  var patience = timeval(tv_sec: 3, tv_usec: 0)
  setsockopt(
    descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
  guard connectToLoopback(descriptor, port) else { return nil }
  let request = Array(
    "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".utf8)
  guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
    return nil
  }
  var answer: [UInt8] = []
  var piece = [UInt8](repeating: 0, count: 65_536)
  while true {
    let count = recv(descriptor, &piece, piece.count, 0)
    if count == 0 { break }
    guard count > 0 else { return nil }
    answer += piece.prefix(count)
  }
  guard let head = answer.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
  let words = String(decoding: answer[..<head.lowerBound], as: UTF8.self).split(separator: " ")
  return (
    words.count > 1 ? Int(words[1]) ?? 0 : 0,
    String(decoding: answer[head.upperBound...], as: UTF8.self)
  )
}

/// Connects a socket to a port of this machine.
func connectToLoopback(_ descriptor: Int32, _ port: UInt16) -> Bool {
  withLoopbackAddress(port) { connect(descriptor, $0, $1) } == 0
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
