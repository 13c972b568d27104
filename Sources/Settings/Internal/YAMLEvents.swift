import CYAML

/// A piece of YAML syntax as libyaml reports it.
struct YAMLEvent {
  enum Kind {
    case streamStart
    case streamEnd
    case documentStart
    case documentEnd
    case alias
    case scalar(text: String, isPlain: Bool)
    case sequenceStart
    case sequenceEnd
    case mappingStart
    case mappingEnd
  }
  var kind: Kind
  var mark: YAMLMark
  var hasAnchor = false
  var hasTag = false
}

/// Where something stands in a text; both numbers begin at 1.
struct YAMLMark: Equatable {
  var line: Int
  var column: Int
}

/// What libyaml could not read.
struct YAMLSyntaxError: Error {
  var message: String
  var mark: YAMLMark
}

/// The events of a YAML text, one after the other (https://pyyaml.org/wiki/LibYAML).
///
/// The parser keeps the addresses of itself and of its input, so both are allocated here and live
/// as long as this value.
struct YAMLEvents: ~Copyable {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let input: UnsafeMutableBufferPointer<UInt8>

  init(_ bytes: [UInt8]) {
    input = .allocate(capacity: bytes.count)
    _ = input.initialize(fromContentsOf: bytes)
    parser = .allocate(capacity: 1)
    precondition(yaml_parser_initialize(parser) == 1, "out of memory")
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, input.baseAddress, input.count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
    input.deallocate()
  }

  /// The next event; after `streamEnd` or an error there is none to ask for.
  mutating func next() throws(YAMLSyntaxError) -> YAMLEvent {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else { throw syntaxError() }
    defer { yaml_event_delete(&event) }
    return Self.copy(event)
  }

  private static func copy(_ event: yaml_event_t) -> YAMLEvent {
    let mark = YAMLMark(line: event.start_mark.line + 1, column: event.start_mark.column + 1)
    switch event.type {
    case YAML_STREAM_START_EVENT: return YAMLEvent(kind: .streamStart, mark: mark)
    case YAML_DOCUMENT_START_EVENT: return YAMLEvent(kind: .documentStart, mark: mark)
    case YAML_DOCUMENT_END_EVENT: return YAMLEvent(kind: .documentEnd, mark: mark)
    case YAML_ALIAS_EVENT: return YAMLEvent(kind: .alias, mark: mark)
    case YAML_SEQUENCE_END_EVENT: return YAMLEvent(kind: .sequenceEnd, mark: mark)
    case YAML_MAPPING_END_EVENT: return YAMLEvent(kind: .mappingEnd, mark: mark)
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      let text = String(
        decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
      return YAMLEvent(
        kind: .scalar(text: text, isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE), mark: mark,
        hasAnchor: scalar.anchor != nil, hasTag: scalar.tag != nil)
    case YAML_SEQUENCE_START_EVENT:
      let start = event.data.sequence_start
      return YAMLEvent(
        kind: .sequenceStart, mark: mark, hasAnchor: start.anchor != nil, hasTag: start.tag != nil)
    case YAML_MAPPING_START_EVENT:
      let start = event.data.mapping_start
      return YAMLEvent(
        kind: .mappingStart, mark: mark, hasAnchor: start.anchor != nil, hasTag: start.tag != nil)
    default:
      return YAMLEvent(kind: .streamEnd, mark: mark)
    }
  }

  private func syntaxError() -> YAMLSyntaxError {
    var message = parser.pointee.problem.map { String(cString: $0) } ?? "cannot be read"
    guard parser.pointee.error != YAML_READER_ERROR else {
      return YAMLSyntaxError(message: message, mark: mark(atByte: parser.pointee.problem_offset))
    }
    let problem = parser.pointee.problem_mark
    let context = parser.pointee.context_mark
    if let what = parser.pointee.context {
      message += ", \(String(cString: what))"
      if context.line != problem.line { message += " that began on line \(context.line + 1)" }
    }
    return YAMLSyntaxError(
      message: message, mark: YAMLMark(line: problem.line + 1, column: problem.column + 1))
  }

  /// The reader, which looks for bytes that are no YAML text, tells offsets only.
  private func mark(atByte offset: Int) -> YAMLMark {
    let before = input.prefix(offset)
    let newline = UInt8(ascii: "\n")
    let lineStart = before.lastIndex(of: newline).map { $0 + 1 } ?? 0
    return YAMLMark(
      line: before.count { $0 == newline } + 1,
      column: String(decoding: before[lineStart...], as: UTF8.self).unicodeScalars.count + 1)
  }
}
