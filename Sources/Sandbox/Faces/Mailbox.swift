/// A mail address with the name that may stand before it: `Acme <noreply@example.com>`.
/// https://www.rfc-editor.org/rfc/rfc5322#section-3.4
struct Mailbox {
  /// The name, without quotes; nil for none.
  let name: String?
  /// The address.
  let address: String

  /// Reads one mailbox; nil when it is none, or more than one.
  init?(_ text: String) {
    guard !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
      return nil
    }
    guard text.hasSuffix(">") else {
      guard isMailAddress(text) else { return nil }
      (name, address) = (nil, text)
      return
    }
    guard let bracket = text.lastIndex(of: "<") else { return nil }
    let address = String(text[text.index(after: bracket)...].dropLast())
    guard isMailAddress(address), let name = Self.phrase(text[..<bracket]) else { return nil }
    self.name = name.isEmpty ? nil : name
    self.address = address
  }

  /// A display name: quoted, or without the characters that would need it.
  private static func phrase(_ text: Substring) -> String? {
    let trimmed = text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
    var inner = String(trimmed)
    guard inner.hasPrefix("\"") else {
      return inner.contains { "\"<>(),;:@[]\\".contains($0) } ? nil : inner
    }
    guard inner.count > 1, inner.hasSuffix("\"") else { return nil }
    inner = String(inner.dropFirst().dropLast())
    var name = ""
    var characters = inner.makeIterator()
    while let character = characters.next() {
      if character == "\"" { return nil }
      guard character == "\\" else {
        name.append(character)
        continue
      }
      guard let escaped = characters.next() else { return nil }
      name.append(escaped)
    }
    return name
  }
}
