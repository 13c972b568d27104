internal import JSON

/// The texts and numbers of a few members of a reply that is a JSON object, read without building the rest.
struct ReplyFields: Sendable {
  /// The members that a driver asks for, made ready once.
  struct Names: Sendable {
    fileprivate let texts: [String]
    fileprivate let ready: JSONNames

    /// Names of at most 16 bytes each.
    init(_ names: String...) {
      texts = names
      ready = JSONNames(names)
    }
  }

  private let values: [(name: String, text: String)]

  /// Reads the whole body; nil when it is not one JSON object.
  /// - Parameters:
  ///   - names: the members that are asked for.
  ///   - body: the reply's body.
  init?(_ names: Names, in body: [UInt8]) {
    guard let values = try? Self.read(names, in: body.span) else { return nil }
    self.values = values
  }

  /// The value of a member, a number in the words of the reply; nil when it is missing or anything else.
  subscript(name: String) -> String? { values.first { $0.name == name }?.text }

  private static func read(
    _ names: Names, in bytes: Span<UInt8>
  ) throws(JSONError) -> [(name: String, text: String)] {
    var values: [(name: String, text: String)] = []
    var json = JSONReader()
    var members = JSONMembers(names.ready)
    try json.beginObject(in: bytes)
    while let member = try members.next(from: &json, in: bytes) {
      let kind = try json.kind(in: bytes)
      switch (member.index, kind) {
      case (let index?, .string):
        values.append((names.texts[index], try json.string(in: bytes)))
      case (let index?, .number):
        values.append((names.texts[index], try json.numberText(in: bytes)))
      default: try json.skipValue(in: bytes)
      }
    }
    try json.finish(in: bytes)
    return values
  }
}
