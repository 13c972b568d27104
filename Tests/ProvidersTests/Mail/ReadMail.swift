import Foundation
import Testing

/// A mail read back, by other means than those that wrote it.
struct ReadMail {
  /// Names and values, unfolded and with encoded words decoded.
  let headers: [(name: String, value: String)]
  /// The types and texts of the mail's parts; one where it has only one.
  let parts: [(type: String, text: String)]

  init(_ bytes: [UInt8]) throws {
    let text = String(decoding: bytes, as: UTF8.self)
    let (head, body) = try Self.halves(text)
    headers = Self.headers(head)
    let type = headers.first { $0.name.lowercased() == "content-type" }?.value ?? ""
    guard type.hasPrefix("multipart/alternative") else {
      parts = [(type, try Self.decoded(body, headers))]
      return
    }
    let boundary = type.components(separatedBy: "boundary=\"")[1].prefix { $0 != "\"" }
    let pieces = ("\r\n" + body).components(separatedBy: "\r\n--\(boundary)")
    #expect(pieces.first == "" && pieces.last == "--\r\n")
    parts = try pieces.dropFirst().dropLast().map { piece in
      let (head, body) = try Self.halves(String(piece.dropFirst()))
      let headers = Self.headers(head)
      let type = headers.first { $0.name == "Content-Type" }?.value ?? ""
      return (type, try Self.decoded(body + "\r\n", headers))
    }
  }

  /// The value of the only header of that name; nil when there is none or more than one.
  func header(_ name: String) -> String? {
    let found = headers.filter { $0.name.lowercased() == name.lowercased() }
    return found.count == 1 ? found[0].value : nil
  }

  private static func halves(_ text: String) throws -> (String, String) {
    let end = try #require(text.range(of: "\r\n\r\n"))
    return (String(text[..<end.lowerBound]), String(text[end.upperBound...]))
  }

  private static func headers(_ text: String) -> [(name: String, value: String)] {
    text.replacingOccurrences(of: "\r\n ", with: " ").components(separatedBy: "\r\n").map { line in
      let colon = line.firstIndex(of: ":") ?? line.endIndex
      let value = line[colon...].dropFirst().trimmingCharacters(in: .whitespaces)
      return (String(line[..<colon]), words(value))
    }
  }

  /// Decodes encoded words; spaces between two of them are not the text's (RFC 2047 §6.2).
  private static func words(_ value: String) -> String {
    let pattern = /=\?utf-8\?B\?([A-Za-z0-9+\/=]*)\?=/
    return value.replacing(/\?= =\?utf-8\?B\?/, with: "?==?utf-8?B?").replacing(pattern) { match in
      String(decoding: Data(base64Encoded: String(match.1)) ?? Data(), as: UTF8.self)
    }
  }

  private static func decoded(
    _ body: String, _ headers: [(name: String, value: String)]
  ) throws -> String {
    let encoding = headers.first { $0.name == "Content-Transfer-Encoding" }?.value
    if encoding == "base64" {
      let data = try #require(Data(base64Encoded: body.replacingOccurrences(of: "\r\n", with: "")))
      return String(decoding: data, as: UTF8.self)
    }
    #expect(encoding == "quoted-printable")
    var bytes: [UInt8] = []
    var rest = Array(body.replacingOccurrences(of: "=\r\n", with: "").utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "=") else {
        bytes.append(byte)
        continue
      }
      bytes.append(try #require(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)))
      rest = rest.dropFirst(2)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
