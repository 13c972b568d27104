internal import Digest

/// Text in headers: folded, and in ASCII ([RFC 5322 §2.2.3](https://www.rfc-editor.org/rfc/rfc5322#section-2.2.3),
/// [RFC 2047](https://www.rfc-editor.org/rfc/rfc2047)).
enum HeaderText {
  /// How long a line should be at most.
  static let width = 76

  /// The value of a header that is any text, such as `Subject`, from behind `name: ` on.
  ///
  /// Stands as it is when it is printable ASCII that can be folded at its spaces; else as encoded words.
  static func unstructured(_ text: String, name: String) -> String {
    isPlain(text, from: name.utf8.count + 2)
      ? folded(text, from: name.utf8.count + 2) : encoded(text, from: name.utf8.count + 2)
  }

  /// A display name: as it is, quoted, or as encoded words.
  /// - Parameters:
  ///   - text: the name.
  ///   - column: where in its line it begins.
  /// - Returns: the name as a header has it, perhaps on several lines.
  static func phrase(_ text: String, from column: Int) -> String {
    let fitsLine = text.utf8.count + column < width
    if fitsLine, isPlain(text, from: column) {
      let isWords = text.unicodeScalars.allSatisfy { $0 == " " || $0.isAtomText }
      return isWords ? text : quoted(text)
    }
    return encoded(text, from: column)
  }

  /// Whether it can stand as it is: printable ASCII, no long words, no spaces that folding could lose, and
  /// nothing that looks like an encoded word.
  private static func isPlain(_ text: String, from column: Int) -> Bool {
    text.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !text.contains("=?")
      && text.utf8.first != 0x20 && text.utf8.last != 0x20
      && text.utf8.split(separator: 0x20).allSatisfy { $0.count < width - column }
  }

  /// Breaks lines before single spaces.
  private static func folded(_ text: String, from start: Int) -> String {
    var result = ""
    var column = start
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
      let length = word.utf8.count + 1
      let mayBreak = !result.isEmpty && !word.isEmpty && result.utf8.last != 0x20
      if mayBreak, column + length > width {
        result += "\r\n"
        column = 0
      }
      if column != start || !result.isEmpty { result += " " }
      result += word
      column += length
    }
    return result
  }

  /// Encoded words in Base64, each on a line of its own, none splitting a character.
  private static func encoded(_ text: String, from start: Int) -> String {
    let (opening, closing) = ("=?utf-8?B?", "?=")
    var words: [String] = []
    var chunk: [UInt8] = []
    var column = start
    func limit() -> Int {
      max(4, (width - column - opening.utf8.count - closing.utf8.count) / 4 * 3)
    }
    func close() {
      words.append(opening + chunk.base64 + closing)
      chunk = []
      column = 1
    }
    for scalar in text.unicodeScalars {
      let bytes = UTF8.encode(scalar).map(Array.init) ?? []
      if chunk.count + bytes.count > limit(), !chunk.isEmpty { close() }
      chunk += bytes
    }
    if !chunk.isEmpty { close() }
    return words.joined(separator: "\r\n ")
  }
}
