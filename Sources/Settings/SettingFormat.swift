import Delivery
import Providers

/// What the text of a setting may be, and what it becomes.
struct SettingFormat<Value: Sendable>: Sendable {
  /// Completes `must be …`.
  var name: String
  /// The value, nil when the text is none.
  var read: @Sendable (String) -> Value?

  /// The same where nothing is a value too.
  var optional: SettingFormat<Value?> {
    SettingFormat<Value?>(name: name) { [read] text in read(text).map(Optional.some) }
  }

  /// The same, made into something else.
  func map<Other: Sendable>(
    _ transform: @escaping @Sendable (Value) -> Other
  ) -> SettingFormat<Other> {
    SettingFormat<Other>(name: name) { [read] text in read(text).map(transform) }
  }
}

extension SettingFormat where Value == String {
  /// Any text on one line.
  static let text = SettingFormat(name: "text on one line, not empty") { text in
    text.isEmpty || text.unicodeScalars.contains { $0.properties.generalCategory == .control }
      ? nil : text
  }

  /// A topic's name (Kafka: `Topic.validate`).
  static let topic = SettingFormat(
    name: "a topic's name (at most 249 letters, digits, . _ -)"
  ) { text in
    (1...249).contains(text.utf8.count) && text != "." && text != ".." && text.isPlainName
      ? text : nil
  }

  /// A language tag (https://www.rfc-editor.org/rfc/rfc5646).
  static let languageTag = SettingFormat(name: "a language tag such as en or zh-Hant-TW") { text in
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    let isTag =
      (2...8).contains(parts[0].count) && parts[0].allSatisfy { $0.isASCII && $0.isLetter }
      && parts.allSatisfy { part in
        (1...8).contains(part.count)
          && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
      }
    return isTag ? text : nil
  }
}

extension SettingFormat where Value == Secret {
  /// A key, long enough not to be guessed.
  static let hashKey = SettingFormat(name: "a text of at least 16 bytes") { text in
    text.utf8.count >= 16 ? Secret(text) : nil
  }

  /// A proxy's URL, which may name a user (https://curl.se/libcurl/c/CURLOPT_PROXY.html).
  static let proxy = SettingFormat(
    name: "a URL that begins with http://, https://, socks5:// or socks5h:// and has no path"
  ) { text in
    for scheme in ["http://", "https://", "socks5://", "socks5h://"] where text.hasPrefix(scheme) {
      let rest = text.dropFirst(scheme.count)
      let server = rest.lastIndex(of: "@").map { rest[rest.index(after: $0)...] } ?? rest
      let isServer = HTTPEndpoint("http://\(server)")?.target == "/"
      return isServer && !text.contains { $0.isWhitespace } ? Secret(text) : nil
    }
    return nil
  }
}

extension SettingFormat where Value == Bool {
  /// `true` or `false`.
  static let flag = SettingFormat(name: "true or false") { text in Bool(text) }
}

extension SettingFormat where Value == Int {
  /// A whole number in a range.
  static func wholeNumber(_ range: ClosedRange<Int>) -> SettingFormat {
    SettingFormat(name: "a whole number from \(range.lowerBound) to \(range.upperBound)") { text in
      Int(text).flatMap { range.contains($0) ? $0 : nil }
    }
  }
}

extension SettingFormat where Value == Double {
  /// A number above zero, with or without decimals.
  static func positiveNumber(upTo most: Int) -> SettingFormat {
    SettingFormat(name: "a number above 0 up to \(most), such as 10 or 0.5") { text in
      let isDecimal =
        text.utf8.count <= 16 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2E }
      guard isDecimal, let number = Double(text), number > 0, number <= Double(most) else {
        return nil
      }
      return number
    }
  }
}

extension SettingFormat where Value == Duration {
  /// A duration in a range.
  static func duration(_ range: ClosedRange<Duration>) -> SettingFormat {
    let bounds =
      "\(DurationText.text(of: range.lowerBound)) to \(DurationText.text(of: range.upperBound))"
    return SettingFormat(name: "a duration from \(bounds), such as 500ms, 30s, 10m, 24h or 7d") {
      text in
      DurationText.duration(of: text).flatMap { range.contains($0) ? $0 : nil }
    }
  }
}

extension SettingFormat where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
  /// One of a few words.
  static var choice: SettingFormat {
    let words = Value.allCases.map(\.rawValue).joined(separator: ", ")
    return SettingFormat(name: "one of \(words)") { text in Value(rawValue: text) }
  }
}

extension String {
  /// Whether there are only ASCII letters, digits, dots, underscores and hyphens in it.
  var isPlainName: Bool {
    utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "-"):
        true
      default: false
      }
    }
  }
}
