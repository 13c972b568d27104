import Foundation

/// What a person reads of a mail: subject, text and HTML.
/// https://www.rfc-editor.org/rfc/rfc2045 https://www.rfc-editor.org/rfc/rfc2046
struct MailReader {
  /// How deep parts may lie in parts, and how many there may be.
  private static let depthLimit = 8
  private static let partLimit = 64

  private(set) var subject: String?
  private(set) var sender: String?
  private(set) var messageID: String?
  private(set) var text: String?
  private(set) var html: String?
  private var parts = 0

  /// Reads a mail; what cannot be read is left out.
  init(_ bytes: [UInt8]) {
    let header = MailHeader(bytes)
    subject = header["Subject"]
    sender = header["From"]
    messageID = header["Message-ID"]
    read(header, depth: 0)
  }

  /// The text part, else what can be read of the HTML.
  var readableText: String { text ?? html.map(Self.withoutTags) ?? "" }

  private mutating func read(_ header: MailHeader, depth: Int) {
    parts += 1
    guard depth < Self.depthLimit, parts <= Self.partLimit else { return }
    let (declared, parameters) = header.structured("Content-Type")
    let type = declared.isEmpty ? "text/plain" : declared
    if type.hasPrefix("multipart/"), let boundary = parameters["boundary"], !boundary.isEmpty {
      for part in Self.split(header.body, boundary: boundary) {
        read(MailHeader(part), depth: depth + 1)
      }
      return
    }
    guard header.structured("Content-Disposition").value != "attachment" else { return }
    let bytes = TransferCoding.decoded(
      header.body, coding: header.structured("Content-Transfer-Encoding").value)
    let content = TransferCoding.text(bytes, charset: parameters["charset"] ?? "utf-8")
      .replacing("\r\n", with: "\n")
    if type == "text/plain", text == nil { text = content }
    if type == "text/html", html == nil { html = content }
  }

  /// What stands between lines `--boundary`; the line break before such a line belongs to it.
  private static func split(_ body: ArraySlice<UInt8>, boundary: String) -> [ArraySlice<UInt8>] {
    let mark = Array("--\(boundary)".utf8)
    var parts: [ArraySlice<UInt8>] = []
    var begin: Int?
    var line = body.startIndex
    while line < body.endIndex, parts.count < partLimit {
      let end = body[line...].firstIndex(of: 10) ?? body.endIndex
      if body[line..<end].starts(with: mark) {
        if let begin {
          var last = max(begin, line - 1)
          if last > begin, body[last - 1] == 13 { last -= 1 }
          parts.append(body[begin..<last])
        }
        let isLast = body[line..<end].dropFirst(mark.count).starts(with: Array("--".utf8))
        begin = isLast ? nil : min(end + 1, body.endIndex)
        if isLast { break }
      }
      line = end + 1
    }
    // A last part without its closing line is still a part.
    if let begin, begin < body.endIndex { parts.append(body[begin...]) }
    return parts
  }

  /// The text between tags, without style and script; enough to find a code and for a preview.
  static func withoutTags(_ html: String) -> String {
    var text = ""
    var rest = html[...]
    while let open = rest.firstIndex(of: "<") {
      text += rest[..<open]
      rest = rest[open...]
      let tag = rest.prefix(12).lowercased()
      if let name = ["style", "script", "head"].first(where: { tag.hasPrefix("<\($0)") }),
        let end = rest.range(of: "</\(name)", options: .caseInsensitive)
      {
        rest = rest[end.upperBound...]
      }
      guard let close = rest.firstIndex(of: ">") else {
        rest = ""
        break
      }
      let isBreak = [
        "<br", "<p", "</p", "<div", "</div", "<tr", "</tr", "<h", "</h", "<td", "</td",
      ]
      .contains(where: tag.hasPrefix)
      text += isBreak ? "\n" : ""
      rest = rest[rest.index(after: close)...]
    }
    text += rest
    for (entity, character) in [
      ("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"),
      ("&amp;", "&"),
    ] {
      text = text.replacing(entity, with: character)
    }
    return text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty }.joined(separator: "\n")
  }
}
