import Providers

extension HTTPExchange {
  /// Why the request must not be written, nil when it may.
  ///
  /// Nothing in it may change the request's shape. Values are held to printable ASCII: who reads
  /// other bytes as what is anybody's guess.
  var complaint: String? {
    guard !method.isEmpty, method.utf8.allSatisfy(\.isTokenCharacter) else {
      return "the method is no token"
    }
    guard endpoint.target.utf8.first == UInt8(ascii: "/"),
      endpoint.target.utf8.allSatisfy(\.isVisible)
    else { return "the target is no path of printable ASCII" }
    guard !endpoint.host.isEmpty, endpoint.host.utf8.allSatisfy(\.isVisible) else {
      return "the host is no name"
    }
    for (name, value) in headers {
      guard !name.isEmpty, name.utf8.allSatisfy(\.isTokenCharacter) else {
        return "the name of a header is no token"
      }
      guard value.utf8.allSatisfy({ $0.isVisible || $0 == 0x20 || $0 == 0x09 }) else {
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

extension UInt8 {
  /// Whether it is ASCII that leaves ink.
  fileprivate var isVisible: Bool { self > 0x20 && self < 0x7F }
}
