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
  /// control characters or anything beyond ASCII.
  ///
  /// A fragment is dropped.
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
///
/// The header is kept as the bytes that came; text is made of it only when somebody asks, which
/// for most replies nobody does.
public struct HTTPReply: Sendable {
  /// The status code.
  public var status: Int
  /// The body, without transfer coding.
  public var body: [UInt8]
  /// Lines of `name: value`, each ended by CR LF.
  private let fieldLines: [UInt8]

  /// A response.
  public init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
    let lines = headers.map { "\($0.name): \($0.value)\r\n" }.joined()
    self.init(status: status, fieldLines: Array(lines.utf8), body: body)
  }

  /// A response whose header was checked already.
  /// - Parameters:
  ///   - status: the status code.
  ///   - fieldLines: lines of a name, a colon and a value, each ended by CR LF; no folded lines.
  ///   - body: the body, without transfer coding.
  public init(status: Int, fieldLines: [UInt8], body: [UInt8]) {
    self.status = status
    self.fieldLines = fieldLines
    self.body = body
  }

  /// Headers in the order in which they came, names as they came; read anew at each call.
  public var headers: [(name: String, value: String)] {
    var found: [(name: String, value: String)] = []
    visitFields { name, value in
      found.append((String(decoding: name, as: UTF8.self), Self.text(of: value)))
      return true
    }
    return found
  }

  /// The first header of that name, which is compared without regard to case.
  public func header(_ name: String) -> String? {
    var found: String?
    visitFields { candidate, value in
      guard candidate.count == name.utf8.count,
        zip(candidate, name.utf8).allSatisfy({ Self.lowercased($0) == Self.lowercased($1) })
      else { return true }
      found = Self.text(of: value)
      return false
    }
    return found
  }

  /// Calls `visit` with each name and value until it returns false.
  private func visitFields(_ visit: (ArraySlice<UInt8>, ArraySlice<UInt8>) -> Bool) {
    for line in fieldLines.split(separator: UInt8(ascii: "\n")) {
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
      guard visit(line[..<colon], line[(colon + 1)...]) else { return }
    }
  }

  /// The value without the white space around it and the line's CR.
  private static func text(of value: ArraySlice<UInt8>) -> String {
    let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
    guard let last = value.lastIndex(where: { !isBlank($0) }) else { return "" }
    return String(decoding: value[...last].drop(while: isBlank), as: UTF8.self)
  }

  private static func lowercased(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }
}
