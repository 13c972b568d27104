import Foundation

/// The header of a mail or of one of its parts, and where the body begins.
///
/// Written from the RFCs and from nothing of ours, so that a wrong mail cannot look right.
struct MailHeader {
  private(set) var fields: [(name: String, value: String)] = []
  /// The bytes behind the empty line.
  private(set) var body: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { self.init(bytes[...]) }

  /// Reads a header; what is no field is left out.
  init(_ bytes: ArraySlice<UInt8>) {
    var rest = bytes
    while let end = rest.firstIndex(of: 10) {
      var line = rest[rest.startIndex..<end]
      if line.last == 13 { line.removeLast() }
      rest = rest[(end + 1)...]
      if line.isEmpty { break }
      let text = String(decoding: line, as: UTF8.self)
      if let first = text.first, first == " " || first == "\t" {
        // A folded line goes on with the one before. https://www.rfc-editor.org/rfc/rfc5322#section-2.2.3
        if !fields.isEmpty { fields[fields.count - 1].value += text }
      } else if let colon = text.firstIndex(of: ":") {
        let value = text[text.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
        fields.append((String(text[..<colon]), String(value)))
      }
    }
    body = rest
  }

  /// All values of a field, as they stand.
  func all(_ name: String) -> [String] {
    fields.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
  }

  /// The first value of a field, its encoded words decoded and its line breaks gone.
  subscript(name: String) -> String? {
    all(name).first.map { EncodedWords.decoded($0).filter { !$0.isNewline } }
  }

  /// A structured field such as `text/html; charset="utf-8"`: value in lower case, and parameters.
  func structured(_ name: String) -> (value: String, parameters: [String: String]) {
    guard let text = all(name).first else { return ("", [:]) }
    var parts = Self.split(text, at: ";").map { $0.trimmingCharacters(in: .whitespaces) }
    let value = parts.removeFirst().lowercased()
    var parameters: [String: String] = [:]
    for part in parts {
      guard let equals = part.firstIndex(of: "=") else { continue }
      var content = String(part[part.index(after: equals)...])
      if content.hasPrefix("\""), content.hasSuffix("\""), content.count > 1 {
        content = String(content.dropFirst().dropLast()).replacing("\\\"", with: "\"")
      }
      parameters[part[..<equals].lowercased()] = content
    }
    return (value, parameters)
  }

  /// Parts between separators that do not stand in quotes.
  private static func split(_ text: String, at separator: Character) -> [String] {
    var parts = [""]
    var isQuoted = false
    for character in text {
      if character == "\"" { isQuoted.toggle() }
      if character == separator, !isQuoted {
        parts.append("")
      } else {
        parts[parts.count - 1].append(character)
      }
    }
    return parts
  }
}

/// Words of a header that are not ASCII: `=?utf-8?Q?K=C3=B8d?=`.
/// https://www.rfc-editor.org/rfc/rfc2047
enum EncodedWords {
  static func decoded(_ text: String) -> String {
    var result = ""
    var rest = text[...]
    var wasEncoded = false
    while let start = rest.firstRange(of: "=?") {
      let before = rest[..<start.lowerBound]
      guard let (word, end) = word(in: rest[start.upperBound...]) else {
        result += rest[..<start.upperBound]
        rest = rest[start.upperBound...]
        wasEncoded = false
        continue
      }
      // White space between two encoded words is not part of the text.
      if !(wasEncoded && before.allSatisfy { $0 == " " || $0 == "\t" }) { result += before }
      result += word
      rest = rest[end...]
      wasEncoded = true
    }
    return result + rest
  }

  /// Reads `charset?Q?text?=`.
  private static func word(in text: Substring) -> (String, Substring.Index)? {
    let fields = text.split(separator: "?", maxSplits: 3, omittingEmptySubsequences: false)
    guard fields.count == 4, fields[3].first == "=" else { return nil }
    let charset = String(fields[0].prefix { $0 != "*" })
    let bytes: [UInt8]
    switch fields[1].uppercased() {
    case "B":
      guard let data = Data(base64Encoded: String(fields[2])) else { return nil }
      bytes = Array(data)
    case "Q":
      bytes = TransferCoding.quotedPrintable(Array(fields[2].replacing("_", with: " ").utf8)[...])
    default: return nil
    }
    return (
      TransferCoding.text(bytes, charset: charset), fields[3].index(after: fields[3].startIndex)
    )
  }
}
