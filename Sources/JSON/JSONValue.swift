/// A JSON value as a tree, for what is not known beforehand: templates, sandbox, tests.
public indirect enum JSONValue: Sendable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A number in the words of the text, so that nothing of it is lost.
  case number(String)
  /// A string.
  case string(String)
  /// An array.
  case array([JSONValue])
  /// An object, in the order of the text; no name stands twice.
  case object([(String, JSONValue)])

  /// Reads a whole JSON text.
  /// - Throws: what is wrong with it, a repeated name or too much depth included.
  public init(parsing bytes: Span<UInt8>) throws(JSONError) {
    var json = JSONReader()
    self = try JSONValue(from: &json, in: bytes)
    try json.finish(in: bytes)
  }

  /// Reads a whole JSON text.
  /// - Throws: what is wrong with it, a repeated name or too much depth included.
  public init(parsing bytes: [UInt8]) throws(JSONError) { try self.init(parsing: bytes.span) }

  /// Reads the next value; ``JSONReader/maximumDepth`` bounds the recursion.
  public init(from json: inout JSONReader, in bytes: Span<UInt8>) throws(JSONError) {
    switch try json.kind(in: bytes) {
    case .null:
      try json.null(in: bytes)
      self = .null
    case .bool: self = .bool(try json.bool(in: bytes))
    case .number: self = .number(try json.numberText(in: bytes))
    case .string: self = .string(try json.string(in: bytes))
    case .array:
      var elements: [JSONValue] = []
      try json.beginArray(in: bytes)
      while try json.nextElement(in: bytes) {
        elements.append(try JSONValue(from: &json, in: bytes))
      }
      self = .array(elements)
    case .object:
      var object: [(String, JSONValue)] = []
      var members = JSONMembers(JSONNames([]))
      try json.beginObject(in: bytes)
      while let member = try members.next(from: &json, in: bytes) {
        object.append((member.name.string(in: bytes), try JSONValue(from: &json, in: bytes)))
      }
      self = .object(object)
    }
  }

  /// The member of that name; nil when there is none or this is no object.
  public subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.0 == name }?.1
  }

  /// The text of a string; nil for anything else.
  public var string: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  /// Writes the value without white space.
  public func write(to writer: inout JSONWriter) {
    switch self {
    case .null: writer.null()
    case .bool(let value): writer.bool(value)
    case .number(let text): writer.raw(text)
    case .string(let text): writer.string(text)
    case .array(let elements):
      writer.beginArray()
      for element in elements { element.write(to: &writer) }
      writer.endArray()
    case .object(let members):
      writer.beginObject()
      for (name, value) in members {
        writer.key(text: name)
        value.write(to: &writer)
      }
      writer.endObject()
    }
  }
}

extension JSONValue: Equatable {
  /// Whether both say the same, names in the same order, numbers in the same words.
  public static func == (left: JSONValue, right: JSONValue) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let left), .bool(let right)): left == right
    case (.number(let left), .number(let right)), (.string(let left), .string(let right)):
      left.utf8.elementsEqual(right.utf8)
    case (.array(let left), .array(let right)): left == right
    case (.object(let left), .object(let right)):
      left.elementsEqual(right) { $0.0.utf8.elementsEqual($1.0.utf8) && $0.1 == $1.1 }
    default: false
    }
  }
}
