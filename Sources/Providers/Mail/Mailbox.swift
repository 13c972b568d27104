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

extension StringProtocol {
  /// The text without spaces and tabs around it.
  var trimmed: SubSequence {
    let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    guard let last = lastIndex(where: { !isBlank($0) }) else { return self[endIndex...] }
    return self[...last].drop(while: isBlank)
  }
}
