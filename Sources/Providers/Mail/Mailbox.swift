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

/// A mail address, perhaps with a name.
struct Mailbox: Sendable, Hashable {
  /// The name for people.
  var name: String?
  /// The address.
  var address: MailAddress

  /// A mailbox.
  init(name: String?, address: MailAddress) {
    self.name = name
    self.address = address
  }

  /// Reads `a@b`, `Name <a@b>` or `"Name, quoted" <a@b>`; nil for anything else.
  init?(_ text: String) {
    let text = text.trimmed
    guard text.last == ">", let open = text.lastIndex(of: "<") else {
      guard let address = MailAddress(String(text)) else { return nil }
      self.init(name: nil, address: address)
      return
    }
    let inside = text[text.index(after: open)...].dropLast().trimmed
    guard let address = MailAddress(String(inside)) else { return nil }
    var name = text[..<open].trimmed
    if name.count >= 2, name.first == "\"", name.last == "\"" {
      name = name.dropFirst().dropLast()
      self.init(name: Self.unescaped(name), address: address)
    } else {
      self.init(name: name.isEmpty ? nil : String(name), address: address)
    }
  }

  /// Reads mailboxes with commas between; nil when one of them is none.
  static func list(_ text: String) -> [Mailbox]? {
    var parts: [String] = [""]
    var isQuoted = false
    var isEscaped = false
    for character in text {
      if character == "\"", !isEscaped { isQuoted.toggle() }
      isEscaped = character == "\\" && isQuoted && !isEscaped
      if character == ",", !isQuoted {
        parts.append("")
      } else {
        parts[parts.count - 1].append(character)
      }
    }
    let mailboxes = parts.compactMap { Mailbox($0) }
    return mailboxes.count == parts.count ? mailboxes : nil
  }

  private static func unescaped(_ text: Substring) -> String {
    var result = ""
    var rest = text
    while let character = rest.popFirst() {
      result.append(character == "\\" ? rest.popFirst() ?? character : character)
    }
    return result
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

extension StringProtocol {
  /// The text without spaces and tabs around it.
  var trimmed: SubSequence {
    let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    guard let last = lastIndex(where: { !isBlank($0) }) else { return self[endIndex...] }
    return self[...last].drop(while: isBlank)
  }
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
