import Delivery

/// Reads a YAML text into nodes that know where they stand.
///
/// A configuration needs little of YAML: what makes a file mean something else than it seems
/// (aliases, tags, a key given twice) is refused.
enum YAMLDocument {
  /// Mappings and lists may stand this deep in each other.
  static let maximumDepth = 64

  /// The nodes of `bytes`, or nil when the text cannot be read to its end; and all that is wrong.
  ///
  /// Positions get the name `file`; `path` is the full key of the whole, for problems.
  static func parse(
    _ bytes: [UInt8], file: String, path: String = ""
  ) -> (root: SettingNode?, problems: [SettingProblem]) {
    if let complaint = encodingComplaint(bytes) {
      let start = SourcePosition(file: file, line: 1, column: 1)
      return (nil, [SettingProblem(at: start, key: "", complaint)])
    }
    var composer = YAMLComposer(bytes, file: file, path: path)
    do {
      let root = try composer.document()
      return (root, composer.problems)
    } catch {
      return (nil, composer.problems + [error])
    }
  }

  private static func encodingComplaint(_ bytes: [UInt8]) -> String? {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      return "begins with a byte order mark; save the file as UTF-8 without one"
    }
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      return "is UTF-16; save the file as UTF-8"
    }
    return nil
  }
}

/// Turns events into nodes; `problems` are those that let the reading go on.
private struct YAMLComposer: ~Copyable {
  private(set) var problems: [SettingProblem] = []
  private var events: YAMLEvents
  private let bytes: [UInt8]
  private let file: String
  /// Keys from the root to here: only joined when there is a problem to tell.
  private var path: [String]

  init(_ bytes: [UInt8], file: String, path: String) {
    events = YAMLEvents(bytes)
    self.bytes = bytes
    self.file = file
    self.path = path.isEmpty ? [] : [path]
  }

  mutating func document() throws(SettingProblem) -> SettingNode {
    _ = try next()
    let start = try next()
    guard case .documentStart = start.kind else {
      throw SettingProblem(at: position(YAMLMark(line: 1, column: 1)), key: "", "is empty")
    }
    let root = try node(from: next(), depth: 0)
    _ = try next()
    let end = try next()
    if case .documentStart = end.kind {
      report(at: end.mark, "a second document begins here; a file holds one")
    }
    return root
  }

  private mutating func node(
    from event: YAMLEvent, depth: Int
  ) throws(SettingProblem) -> SettingNode {
    guard depth <= YAMLDocument.maximumDepth else {
      throw problem(
        at: event.mark, "stands deeper than \(YAMLDocument.maximumDepth) mappings and lists")
    }
    refuseAnchorsAndTags(event)
    let value: SettingNode.Value
    switch event.kind {
    case .scalar(let text, let isPlain):
      if text.utf8.contains(0) { report(at: event.mark, "must not hold a NUL character") }
      value = isPlain ? PlainScalar.value(of: text) : .string(text)
    case .sequenceStart: value = .array(try elements(depth: depth))
    case .mappingStart: value = .object(try members(depth: depth))
    default:
      report(
        at: event.mark, "aliases (a word after *) are not supported; write the value here again")
      value = .null
    }
    return SettingNode(value, at: position(event.mark))
  }

  private mutating func elements(depth: Int) throws(SettingProblem) -> [SettingNode] {
    var elements: [SettingNode] = []
    while true {
      let event = try next()
      if case .sequenceEnd = event.kind { return elements }
      path.append("\(elements.count)")
      elements.append(try node(from: event, depth: depth + 1))
      path.removeLast()
    }
  }

  private mutating func members(depth: Int) throws(SettingProblem) -> [SettingMember] {
    var members: [SettingMember] = []
    var lines: [String: Int] = [:]
    while true {
      let event = try next()
      if case .mappingEnd = event.kind { return members }
      let key = try key(from: event)
      path.append(key)
      let node = try node(from: next(), depth: depth + 1)
      if let first = lines[key] {
        report(at: event.mark, "is given twice; the first time on line \(first)")
      } else {
        lines[key] = event.mark.line
        members.append(SettingMember(key: key, at: position(event.mark), node: node))
      }
      path.removeLast()
    }
  }

  private mutating func key(from event: YAMLEvent) throws(SettingProblem) -> String {
    guard case .scalar(let text, _) = event.kind else {
      throw problem(at: event.mark, "a key must be a word, not an alias, a mapping or a list")
    }
    refuseAnchorsAndTags(event)
    return text
  }

  private mutating func refuseAnchorsAndTags(_ event: YAMLEvent) {
    if event.hasAnchor {
      report(at: event.mark, "anchors (a word after &) are not supported; write the value out")
    }
    if event.hasTag {
      report(
        at: event.mark,
        "tags (a word after !) are not supported; quotes make a value text, text that begins with ! needs them"
      )
    }
  }

  private mutating func next() throws(SettingProblem) -> YAMLEvent {
    do {
      return try events.next()
    } catch {
      throw SettingProblem(
        at: position(error.mark), key: "", "is not YAML: \(error.message)\(hint(at: error.mark))")
    }
  }

  private mutating func report(at mark: YAMLMark, _ message: String) {
    problems.append(problem(at: mark, message))
  }

  private func problem(at mark: YAMLMark, _ message: String) -> SettingProblem {
    SettingProblem(at: position(mark), key: path.joined(separator: "."), message)
  }

  private func position(_ mark: YAMLMark) -> SourcePosition {
    SourcePosition(file: file, line: mark.line, column: mark.column)
  }

  /// The way out of the two mistakes that libyaml's words do not explain.
  private func hint(at mark: YAMLMark) -> String {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    guard lines.indices.contains(mark.line - 1) else { return "" }
    let line = String(decoding: lines[mark.line - 1], as: UTF8.self).unicodeScalars
    if line.dropFirst(mark.column - 1).first == "\t" {
      return "; a tab stands here: indent with spaces"
    }
    if String(line).contains("${") {
      return "; inside { } or [ ] put \"${…}\" in quotes"
    }
    return ""
  }
}
