/// Where HTTP requests go: a URL taken apart once, when settings are read.
public struct HTTPEndpoint: Sendable, Hashable {
  /// Whether TLS is spoken.
  public var isSecure: Bool
  /// A name, an IPv4 address, or an IPv6 address without brackets.
  public var host: String
  /// The port.
  public var port: UInt16
  /// Path and query as they stand in the request line, beginning with `/`.
  public var target: String

  /// Reads an absolute `http` or `https` URL; nil when it is none, names a user, or holds spaces,
  /// control characters or anything beyond ASCII. A fragment is dropped.
  public init?(_ url: String) {
    guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
      let separator = url.firstRange(of: "://")
    else { return nil }
    switch url[..<separator.lowerBound].lowercased() {
    case "https": isSecure = true
    case "http": isSecure = false
    default: return nil
    }
    let rest = url[separator.upperBound...].prefix { $0 != "#" }
    let authority = rest.prefix { $0 != "/" && $0 != "?" }
    guard !authority.contains("@"), !authority.contains("\\") else { return nil }
    let path = rest[authority.endIndex...]
    target = path.hasPrefix("/") ? String(path) : "/" + path

    let hostText: Substring
    let portText: Substring
    if authority.hasPrefix("[") {
      guard let close = authority.firstIndex(of: "]") else { return nil }
      hostText = authority[authority.index(after: authority.startIndex)..<close]
      portText = authority[authority.index(after: close)...]
    } else {
      hostText = authority.prefix { $0 != ":" }
      portText = authority[hostText.endIndex...]
    }
    guard !hostText.isEmpty else { return nil }
    host = hostText.lowercased()
    if portText.isEmpty {
      port = isSecure ? 443 : 80
    } else {
      guard portText.hasPrefix(":"), let number = UInt16(portText.dropFirst()), number > 0 else {
        return nil
      }
      port = number
    }
  }

  /// The same server, another path and query.
  public func with(target: String) -> HTTPEndpoint {
    var copy = self
    copy.target = target
    return copy
  }

  /// The value of the `Host` header.
  public var hostHeader: String {
    let name = host.contains(":") ? "[\(host)]" : host
    return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
  }
}

/// One HTTP request, whole.
public struct HTTPExchange: Sendable {
  /// Where it goes.
  public var endpoint: HTTPEndpoint
  /// The method, in capitals.
  public var method: String
  /// Headers but for `Host`, `Content-Length` and `Connection`, which the transport writes.
  public var headers: [(name: String, value: String)]
  /// The body; empty for none.
  public var body: [UInt8]

  /// A request; `POST` unless said otherwise.
  public init(
    _ endpoint: HTTPEndpoint, method: String = "POST",
    headers: [(name: String, value: String)] = [], body: [UInt8] = []
  ) {
    self.endpoint = endpoint
    self.method = method
    self.headers = headers
    self.body = body
  }
}

/// One HTTP response, whole.
public struct HTTPReply: Sendable {
  /// The status code.
  public var status: Int
  /// Headers in the order in which they came, names as they came.
  public var headers: [(name: String, value: String)]
  /// The body, without transfer coding.
  public var body: [UInt8]

  /// A response.
  public init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// The first header of that name, which is compared without regard to case.
  public func header(_ name: String) -> String? {
    headers.first { $0.name.count == name.count && $0.name.lowercased() == name.lowercased() }?
      .value
  }
}
