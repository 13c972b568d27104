/// What a page of HTML says, for those who read mail as plain text.
///
/// Tags go, paragraphs and rows become lines, addresses of links stand behind their texts, entities become
/// characters. It is no parser of HTML: what it is given is a template of one's own.
struct PlainText {
  /// Elements whose content is not text.
  private static let silent = ["head", "style", "script", "title", "template"]
  /// Elements that begin and end a line.
  private static let blocks = [
    "p", "div", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article",
    "header", "footer", "blockquote", "center", "hr", "br", "li", "dt", "dd", "pre",
  ]
  private static let entities: [String: String] = [
    "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": " ", "copy": "©",
    "reg": "®", "hellip": "…", "ndash": "–", "mdash": "—", "lsquo": "‘", "rsquo": "’",
    "ldquo": "“", "rdquo": "”", "bull": "•", "middot": "·", "zwnj": "", "shy": "", "euro": "€",
  ]

  private var lines: [String] = [""]
  private var link: (address: String, line: Int, offset: Int)?

  /// The text of `html`, lines ended by line feeds.
  static func text(of html: String) -> String {
    var text = PlainText()
    text.read(html)
    let lines = text.lines.map { String($0.trimmed) }
    var kept: [String] = []
    for line in lines where !line.isEmpty || kept.last?.isEmpty == false { kept.append(line) }
    if kept.last?.isEmpty == true { kept.removeLast() }
    return kept.joined(separator: "\n") + "\n"
  }

  private mutating func read(_ html: String) {
    var rest = html[...]
    while !rest.isEmpty {
      let open = rest.firstIndex(of: "<") ?? rest.endIndex
      append(rest[..<open])
      rest = rest[open...]
      guard !rest.isEmpty else { return }
      if rest.hasPrefix("<!--") {
        rest = rest.firstRange(of: "-->").map { rest[$0.upperBound...] } ?? ""
        continue
      }
      guard Self.beginsTag(rest) else {
        append(rest.prefix(1))
        rest = rest.dropFirst()
        continue
      }
      guard let close = Self.endOfTag(rest) else { return append(rest) }
      let tag = rest[rest.index(after: rest.startIndex)..<close]
      rest = rest[rest.index(after: close)...]
      let name = tag.drop { $0 == "/" }.prefix { $0.isLetter || $0.isNumber }.lowercased()
      if Self.silent.contains(name), !tag.hasPrefix("/"), !tag.hasSuffix("/") {
        rest = Self.behind("</\(name)", in: rest)
      } else {
        meet(name, tag)
      }
    }
  }

  /// Whether the `<` that `text` begins with begins a tag.
  private static func beginsTag(_ text: Substring) -> Bool {
    let second = text.dropFirst().first
    return second?.isLetter == true || second == "/" || second == "!" || second == "?"
  }

  /// The `>` that ends a tag, which none in quotes does; nil when there is none.
  private static func endOfTag(_ text: Substring) -> Substring.Index? {
    var quote: Character?
    for index in text.indices.dropFirst() {
      let character = text[index]
      if let open = quote {
        if character == open { quote = nil }
      } else if character == "\"" || character == "'" {
        quote = character
      } else if character == ">" {
        return index
      }
    }
    return nil
  }

  /// What stands behind the end tag that begins with `marker`, in any case.
  private static func behind(_ marker: String, in text: Substring) -> Substring {
    var rest = text
    while let open = rest.firstIndex(of: "<") {
      rest = rest[open...]
      if rest.prefix(marker.count).lowercased() == marker {
        return rest.firstIndex(of: ">").map { rest[rest.index(after: $0)...] } ?? ""
      }
      rest = rest.dropFirst()
    }
    return ""
  }

  private mutating func meet(_ name: String, _ tag: Substring) {
    if name == "a" {
      tag.hasPrefix("/") ? endLink() : beginLink(tag)
    } else if name == "td" || name == "th" {
      append(" ")
    } else if Self.blocks.contains(name) {
      lines.append("")
      if name == "p" || name.hasPrefix("h") && name.count == 2 { lines.append("") }
      if name == "li", !tag.hasPrefix("/") { append("- ") }
    }
  }

  private mutating func beginLink(_ tag: Substring) {
    guard let start = tag.firstRange(of: "href=")?.upperBound, start < tag.endIndex else { return }
    let quote = tag[start]
    let address =
      quote == "\"" || quote == "'"
      ? tag[tag.index(after: start)...].prefix { $0 != quote }
      : tag[start...].prefix { !$0.isWhitespace }
    link = (Self.resolved(address), lines.count - 1, lines[lines.count - 1].count)
  }

  private mutating func endLink() {
    guard let link else { return }
    self.link = nil
    let shown =
      link.line == lines.count - 1 ? String(lines[link.line].dropFirst(link.offset).trimmed) : ""
    guard link.address.contains(":"), shown != link.address else { return }
    lines[lines.count - 1] += (lines[lines.count - 1].isEmpty ? "" : " ") + "(\(link.address))"
  }

  private mutating func append(_ text: Substring) {
    for character in Self.resolved(text) {
      if character.isWhitespace {
        if lines[lines.count - 1].last != " " { lines[lines.count - 1].append(" ") }
      } else {
        lines[lines.count - 1].append(character)
      }
    }
  }

  /// The text with its entities resolved; unknown ones stay as they are.
  private static func resolved(_ text: Substring) -> String {
    var result = ""
    var rest = text
    while let start = rest.firstIndex(of: "&") {
      result += rest[..<start]
      rest = rest[rest.index(after: start)...]
      let name = rest.prefix(32).prefix { $0 != ";" && $0 != "&" }
      if rest.dropFirst(name.count).first == ";", let value = value(of: String(name)) {
        result += value
        rest = rest.dropFirst(name.count + 1)
      } else {
        result += "&"
      }
    }
    return result + rest
  }

  private static func value(of entity: String) -> String? {
    guard entity.hasPrefix("#") else { return entities[entity] }
    let digits = entity.dropFirst()
    let number =
      digits.first == "x" || digits.first == "X"
      ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
    return number.flatMap(Unicode.Scalar.init).map { String(Character($0)) }
  }
}
