import Providers

extension HTTPExchange: PooledExchange {
  /// Why the request must not be written, nil when it may.
  ///
  /// Nothing in it may change the request's shape. Values are held to printable ASCII: who reads
  /// other bytes as what is anybody's guess.
  var complaint: String? {
    guard method.isToken else {
      return "the method is no token"
    }
    guard endpoint.target.utf8.first == UInt8(ascii: "/"), endpoint.target.isVisible else {
      return "the target is no path of printable ASCII"
    }
    guard !endpoint.host.isEmpty, endpoint.host.isVisible else {
      return "the host is no name"
    }
    for (name, value) in headers {
      guard name.isToken else {
        return "the name of a header is no token"
      }
      guard value.isFieldValue else {
        return "the header \(name) holds something beyond printable ASCII"
      }
      guard !Self.isOurs(name) else { return "the header \(name) is the transport's to write" }
    }
    return nil
  }

  /// Writes the whole request.
  /// - Parameters:
  ///   - buffer: what it is written into, in place of what it held.
  ///   - host: the lines that all requests to this server share.
  func write(into buffer: inout OutgoingBuffer, host: [UInt8]) {
    buffer.clear()
    buffer.append(method)
    buffer.append(" ")
    buffer.append(endpoint.target)
    buffer.append(" HTTP/1.1\r\n")
    buffer.append(host)
    for (name, value) in headers {
      buffer.append(name)
      buffer.append(": ")
      buffer.append(value)
      buffer.append("\r\n")
    }
    if !body.isEmpty || Self.methodsWithBody.contains(method) {
      buffer.append("Content-Length: ")
      buffer.append(String(body.count))
      buffer.append("\r\n")
    }
    buffer.append("\r\n")
    buffer.append(body)
  }

  /// Methods whose requests say `Content-Length: 0` when there is no body
  /// (https://www.rfc-editor.org/rfc/rfc9110#name-content-length).
  private static let methodsWithBody: [String] = ["POST", "PUT", "PATCH"]

  /// Headers that decide where a message ends or what becomes of the connection.
  private static func isOurs(_ name: String) -> Bool {
    switch name.utf8.count {
    case 4, 6, 7, 10, 14, 17: break
    default: return false
    }
    return switch name.lowercased() {
    case "host", "expect", "upgrade", "connection", "content-length", "transfer-encoding": true
    default: false
    }
  }
}

extension String {
  /// Whether it is a token (https://www.rfc-editor.org/rfc/rfc9110#name-tokens).
  fileprivate var isToken: Bool {
    !isEmpty && utf8Span.span.holdsOnly { $0.isTokenCharacter }
  }

  /// Whether it is ASCII that leaves ink.
  fileprivate var isVisible: Bool { utf8Span.span.holdsOnly { $0 &- 0x21 < 0x5E } }

  /// Whether it is printable ASCII, spaces and tabs.
  fileprivate var isFieldValue: Bool {
    utf8Span.span.holdsOnly { $0 &- 0x20 < 0x5F || $0 == 0x09 }
  }
}

extension Span<UInt8> {
  /// A loop by hand: this looks at every byte of every request.
  @inline(__always)
  fileprivate func holdsOnly(_ isAllowed: (UInt8) -> Bool) -> Bool {
    for index in indices where !isAllowed(self[index]) { return false }
    return true
  }
}
