/// A language tag such as `zh-Hant-TW`, compared without regard to case.
///
/// Tags come from browsers and settings: `_` is read as `-`, nothing else is mended.
/// [RFC 5646](https://www.rfc-editor.org/rfc/rfc5646) says what tags are.
struct LocaleTag: Hashable, Sendable {
  /// The tag in lower case.
  let text: String

  /// Reads a tag: one to eight letters, then subtags of one to eight letters and digits; nil for anything else.
  init?(_ text: String) {
    let subtags = text.lowercased().split(omittingEmptySubsequences: false) {
      $0 == "-" || $0 == "_"
    }
    guard
      subtags.allSatisfy({ (1...8).contains($0.utf8.count) && $0.utf8.allSatisfy(isAlphanumeric) }),
      subtags[0].allSatisfy(\.isLetter)
    else { return nil }
    self.text = subtags.joined(separator: "-")
  }

  private init(lowercased text: Substring) { self.text = String(text) }

  /// The tag itself, then ever shorter ones: `zh-hant-tw`, `zh-hant`, `zh`.
  ///
  /// The order of [RFC 4647 §3.4](https://www.rfc-editor.org/rfc/rfc4647#section-3.4): a single letter or digit
  /// goes with the subtag that it introduces.
  var fallbacks: [LocaleTag] {
    var chain = [self]
    var rest = text[...]
    while let hyphen = rest.lastIndex(of: "-") {
      rest = rest[..<hyphen]
      if rest.dropLast().last == "-" { rest = rest.dropLast(2) }
      chain.append(LocaleTag(lowercased: rest))
    }
    return chain
  }
}

private func isAlphanumeric(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
  default: false
  }
}
