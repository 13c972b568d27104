import Glibc

/// A blocking HTTP/1.1 client for one loopback port: what is written, goes out as it stands.
public final class LoopbackConnection {
  /// One answer, whole.
  public struct Answer: Sendable {
    /// The status code.
    public var status: Int
    /// Header names in lower case, and values.
    public var headers: [String: String]
    /// The body.
    public var body: String
  }
  /// The connection ended, or was silent for too long, before the answer was whole.
  public struct NoAnswer: Error {
    /// What had come until then.
    public var received: String
  }

  private let descriptor: Int32
  private var buffer: [UInt8] = []

  /// Opens a connection; nil when nobody listens.
  /// - Parameters:
  ///   - host: an IPv4 address.
  ///   - port: where.
  ///   - patience: how long a read waits, in seconds.
  public init?(host: String = "127.0.0.1", port: UInt16, patience: Int = 20) {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var limit = timeval(tv_sec: patience, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = inet_addr(host)
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else {
      close(descriptor)
      return nil
    }
  }

  deinit { close(descriptor) }

  /// Sends a request and waits for its answer.
  /// - Throws: ``NoAnswer``.
  public func request(
    _ method: String, _ target: String, headers: [String: String] = [:], body: String = ""
  ) throws(NoAnswer) -> Answer {
    send(method, target, headers: headers, body: body)
    return try answer(isHead: method == "HEAD")
  }

  /// Sends a request.
  public func send(
    _ method: String, _ target: String, headers: [String: String] = [:], body: String = ""
  ) {
    var text = "\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    for (name, value) in headers { text += "\(name): \(value)\r\n" }
    if !body.isEmpty { text += "Content-Length: \(body.utf8.count)\r\n" }
    sendRaw(text + "\r\n" + body)
  }

  /// Sends text as it is; what the other side does not take is left out.
  public func sendRaw(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  /// Waits for the answer to a request that was sent.
  /// - Parameter isHead: whether it has no body, whatever its length says.
  /// - Returns: the answer.
  /// - Throws: ``NoAnswer``.
  public func answer(isHead: Bool = false) throws(NoAnswer) -> Answer {
    let blank = Array("\r\n\r\n".utf8)
    var headEnd = buffer.firstRange(of: blank)
    while headEnd == nil {
      try readMore()
      headEnd = buffer.firstRange(of: blank)
    }
    let end = headEnd!.upperBound
    let lines = String(decoding: buffer[..<end], as: UTF8.self).split(separator: "\r\n")
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let halves = line.split(separator: ":", maxSplits: 1)
      guard halves.count == 2 else { continue }
      headers[halves[0].lowercased()] = String(halves[1].drop { $0 == " " })
    }
    let length = isHead ? 0 : Int(headers["content-length"] ?? "0") ?? 0
    while buffer.count < end + length { try readMore() }
    let body = String(decoding: buffer[end..<end + length], as: UTF8.self)
    buffer.removeFirst(end + length)
    return Answer(
      status: Int(lines[0].split(separator: " ")[1]) ?? 0, headers: headers, body: body)
  }

  /// Waits until a text has come, and takes all up to its end: for bodies that have no end.
  /// - Returns: what came, the text included.
  /// - Throws: ``NoAnswer``.
  public func received(until text: String) throws(NoAnswer) -> String {
    let wanted = Array(text.utf8)
    while true {
      if let range = buffer.firstRange(of: wanted) {
        let taken = String(decoding: buffer[..<range.upperBound], as: UTF8.self)
        buffer.removeFirst(range.upperBound)
        return taken
      }
      try readMore()
    }
  }

  private func readMore() throws(NoAnswer) {
    var piece = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &piece, piece.count, 0)
    guard count > 0 else { throw NoAnswer(received: String(decoding: buffer, as: UTF8.self)) }
    buffer += piece.prefix(count)
  }
}
