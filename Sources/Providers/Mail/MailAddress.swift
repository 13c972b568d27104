/// A mail address, taken apart and put together again so that it can stand in an envelope and a header.
///
/// [RFC 5321 §4.1.2](https://www.rfc-editor.org/rfc/rfc5321#section-4.1.2), with the letters of other scripts that
/// [RFC 6531](https://www.rfc-editor.org/rfc/rfc6531) adds.
struct MailAddress: Sendable, Hashable {
  /// What stands before the `@`: words with dots between, or quoted.
  let localPart: String
  /// A domain or an address literal such as `[192.0.2.1]`; in ASCII where the domain has such a form.
  let domain: String

  /// Both parts, as commands and headers have them.
  var text: String { "\(localPart)@\(domain)" }

  /// Reads an address; nil when it is none or could be read as anything else.
  ///
  /// The domain becomes ASCII when the local part is: then every server can take it.
  init?(_ text: String) {
    guard text.utf8.count <= 320, let at = text.lastIndex(of: "@"),
      let localPart = Self.localPart(text[..<at]),
      let domain = Self.domain(text[text.index(after: at)...])
    else { return nil }
    self.localPart = localPart
    let isPlain = localPart.utf8.allSatisfy { $0 < 0x80 }
    self.domain = isPlain ? Punycode.asciiDomain(domain) ?? domain : domain
  }

  private static func localPart(_ text: Substring) -> String? {
    guard !text.isEmpty, text.unicodeScalars.allSatisfy({ isPrintable($0) && $0 != " " }) else {
      return nil
    }
    let words = text.unicodeScalars.split(separator: ".", omittingEmptySubsequences: false)
    if words.allSatisfy({ !$0.isEmpty && $0.allSatisfy(\.isAtomText) }) { return String(text) }
    if let content = quotedContent(text) { return quoted(content) }
    return quoted(String(text))
  }

  /// What stands between quotes, without backslashes; nil when `text` is no quoted text.
  private static func quotedContent(_ text: Substring) -> String? {
    guard text.utf8.count >= 2, text.first == "\"", text.last == "\"" else { return nil }
    var content = ""
    var rest = text.dropFirst().dropLast().unicodeScalars[...]
    while let scalar = rest.popFirst() {
      if scalar == "\"" { return nil }
      guard scalar == "\\" else {
        content.unicodeScalars.append(scalar)
        continue
      }
      guard let escaped = rest.popFirst() else { return nil }
      content.unicodeScalars.append(escaped)
    }
    return content
  }

  private static func domain(_ text: Substring) -> String? {
    if text.hasPrefix("["), text.hasSuffix("]") {
      let literal = text.dropFirst().dropLast()
      let isLiteral =
        !literal.isEmpty
        && literal.utf8.allSatisfy { $0.isLetterOrDigit || $0 == 0x2E || $0 == 0x3A }
      return isLiteral ? String(text) : nil
    }
    let labels = text.unicodeScalars.split(separator: ".", omittingEmptySubsequences: false)
    let isDomain = labels.allSatisfy { label in
      (1...63).contains(label.count)
        && label.allSatisfy { scalar in
          if scalar.isASCII { return scalar == "-" || scalar == "_" || scalar.isAtomLetterOrDigit }
          return isPrintable(scalar)
        }
    }
    return isDomain && text.utf8.count <= 255 ? String(text) : nil
  }

  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: false
    default: scalar == " " || !scalar.properties.isWhitespace
    }
  }
}

/// `text` in quotes, with backslashes before what would end it ([RFC 5322 §3.2.4](https://www.rfc-editor.org/rfc/rfc5322#section-3.2.4)).
func quoted(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    if scalar == "\"" || scalar == "\\" { result.unicodeScalars.append("\\") }
    result.unicodeScalars.append(scalar)
  }
  return result + "\""
}

extension UInt8 {
  /// Whether it is an ASCII letter or digit.
  var isLetterOrDigit: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }
}

extension Unicode.Scalar {
  /// Whether it is an ASCII letter or digit.
  var isAtomLetterOrDigit: Bool { isASCII && UInt8(ascii: self).isLetterOrDigit }

  /// Whether it may stand in a word without quotes ([RFC 5322 §3.2.3](https://www.rfc-editor.org/rfc/rfc5322#section-3.2.3)), or is not ASCII.
  var isAtomText: Bool {
    if !isASCII || isAtomLetterOrDigit { return true }
    return "!#$%&'*+-/=?^_`{|}~".unicodeScalars.contains(self)
  }
}
