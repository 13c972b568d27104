import Foundation
import Glibc
import HTTPServer
import JSON

extension OutgoingResponse {
  /// A JSON object whose members `write` writes.
  static func json(
    status: Int, headers: [(name: String, value: String)] = [],
    members write: (inout JSONWriter) -> Void
  ) -> OutgoingResponse {
    var json = JSONWriter(capacity: 256)
    json.beginObject()
    write(&json)
    json.endObject()
    return OutgoingResponse(
      status: status, type: "application/json", headers: headers, body: json.bytes)
  }
}

extension JSONWriter {
  mutating func member(_ name: String, _ text: String?) {
    key(text: name)
    if let text { string(text) } else { null() }
  }

  mutating func member(_ name: String, _ number: Int) {
    key(text: name)
    integer(number)
  }

  mutating func member(_ name: String, flag: Bool) {
    key(text: name)
    bool(flag)
  }

  /// A member that is an object, whose members `write` writes.
  mutating func member(_ name: String, object write: (inout JSONWriter) -> Void) {
    key(text: name)
    object(write)
  }

  /// A member that is an array, whose elements `write` writes.
  mutating func member(_ name: String, array write: (inout JSONWriter) -> Void) {
    key(text: name)
    beginArray()
    write(&self)
    endArray()
  }

  mutating func object(_ write: (inout JSONWriter) -> Void) {
    beginObject()
    write(&self)
    endObject()
  }

  mutating func member(_ name: String, orNull number: Int?) {
    key(text: name)
    if let number { integer(number) } else { null() }
  }
}

extension IncomingRequest {
  /// The form's names and values; of a name that stands twice the first.
  var formFields: [String: String]? {
    form.map { Dictionary($0.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first }) }
  }

  /// The token of `Authorization: Bearer`; nil when there is none.
  var bearerToken: String? {
    guard let header = header("Authorization"), header.lowercased().hasPrefix("bearer ") else {
      return nil
    }
    return String(header.dropFirst(7))
  }

  /// User and password of `Authorization: Basic`; nil when there are none.
  var basicCredentials: (user: String, password: String)? {
    guard let header = header("Authorization"), header.lowercased().hasPrefix("basic "),
      let data = Data(base64Encoded: String(header.dropFirst(6))),
      let text = String(data: data, encoding: .utf8), let colon = text.firstIndex(of: ":")
    else { return nil }
    return (String(text[..<colon]), String(text[text.index(after: colon)...]))
  }
}

/// Whether a number is `+` and 7–15 digits, the first not zero.
/// https://www.itu.int/rec/T-REC-E.164
func isE164(_ number: String) -> Bool {
  let digits = number.utf8.dropFirst()
  return number.utf8.first == UInt8(ascii: "+") && (7...15).contains(digits.count)
    && digits.first != UInt8(ascii: "0")
    && digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
}

/// Whether a text is an address as mail servers take it: one `@`, a domain with a dot, no white space.
/// https://www.rfc-editor.org/rfc/rfc5321#section-4.1.2
func isMailAddress(_ text: String) -> Bool {
  let halves = text.split(separator: "@", omittingEmptySubsequences: false)
  guard halves.count == 2, !halves[0].isEmpty, text.utf8.count <= 254 else { return false }
  let labels = halves[1].split(separator: ".", omittingEmptySubsequences: false)
  return labels.count > 1 && labels.allSatisfy { !$0.isEmpty }
    && !text.unicodeScalars.contains {
      $0.value <= 0x20 || $0.value == 0x7F || "<>()\",;:".unicodeScalars.contains($0)
    }
}

/// Whether a number is 7–15 digits without `+`, the first not zero.
func isBareE164(_ number: String) -> Bool { isE164("+" + number) }

/// Whether a text is of ASCII letters and digits only.
func isAlphanumeric(_ text: String) -> Bool {
  text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
}

/// Whether a text is of ASCII digits only.
func isDigits(_ text: String) -> Bool { text.allSatisfy { $0.isASCII && $0.isNumber } }

/// Whether a text is an absolute URL of HTTP with a host.
func isWebAddress(_ text: String) -> Bool {
  guard let url = URL(string: text), let host = url.host() else { return false }
  return ["http", "https"].contains(url.scheme?.lowercased()) && !host.isEmpty
}

/// A new UUID in lower case.
func makeUUID() -> String { UUID().uuidString.lowercased() }

/// `count` random hexadecimal digits.
func randomHex(_ count: Int) -> String {
  String((0..<count).map { _ in "0123456789abcdef".randomElement()! })
}

/// The time now as mail writes it: `Sat, 21 Nov 2026 10:31:00 +0000`.
/// https://www.rfc-editor.org/rfc/rfc2822#section-3.3
func mailDate() -> String {
  var now = time(nil)
  var parts = tm()
  gmtime_r(&now, &parts)
  var bytes = [UInt8](repeating: 0, count: 64)
  let count = bytes.withUnsafeMutableBytes {
    strftime($0.baseAddress, $0.count, "%a, %d %b %Y %H:%M:%S +0000", &parts)
  }
  return String(decoding: bytes.prefix(count), as: UTF8.self)
}
