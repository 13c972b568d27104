import JSON

// Source: <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md>
// and <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md>

extension RequestReader {
  private enum Attribute: String, CaseIterable {
    case specversion
    case id
    case source
    case type
    case data
    case base64 = "data_base64"

    static let all = allCases
    static let names = JSONNames(allCases.map(\.rawValue))
  }

  /// Reads what headers say about a CloudEvent: its id in binary mode.
  /// - Returns: whether the value is the whole event (structured mode).
  mutating func readHeaders(_ headers: [RecordHeader]) -> Bool {
    if let type = headers.last(where: \.isContentType)?.text,
      type.prefix(while: { $0 != ";" }).filter({ !$0.isWhitespace }).lowercased()
        == "application/cloudevents+json"
    {
      return true
    }
    guard headers.contains(where: { $0.name.hasPrefix("ce_") }) else { return false }
    checkID(headers.last { $0.name == "ce_id" }?.text)
    checkVersion(headers.last { $0.name == "ce_specversion" }?.text)
    return false
  }

  /// Reads a whole event, in whose data the request is; the reader stands on it.
  mutating func readEvent(in bytes: Span<UInt8>) throws(JSONError) {
    var found: Set<Attribute> = []
    try json.beginObject(in: bytes)
    var members = JSONMembers(Attribute.names)
    while let member = try members.next(from: &json, in: bytes) {
      guard let index = member.index, try json.kind(in: bytes) != .null else {
        try json.skipValue(in: bytes)
        continue
      }
      let attribute = Attribute.all[index]
      found.insert(attribute)
      switch attribute {
      case .id: checkID(try attributeText(in: bytes))
      case .specversion: checkVersion(try attributeText(in: bytes))
      case .source, .type:
        if try attributeText(in: bytes)?.isEmpty != false { noteMissing(attribute) }
      case .data: try readData(in: bytes)
      case .base64: try readEncodedData(in: bytes)
      }
    }
    for attribute in [Attribute.specversion, .id, .source, .type] where !found.contains(attribute) {
      noteMissing(attribute)
    }
    if found.isDisjoint(with: [.data, .base64]) { noteMissing(.data) }
    if found.isSuperset(of: [.data, .base64]) {
      note(.cloudEvent("data", "stands twice, as data and as data_base64"))
    }
  }

  private mutating func noteMissing(_ attribute: Attribute) {
    note(.cloudEvent(attribute.rawValue, "is missing or empty"))
  }

  /// Reads a string; nil when it is something else.
  private mutating func attributeText(in bytes: Span<UInt8>) throws(JSONError) -> String? {
    if try json.kind(in: bytes) == .string { return try json.string(in: bytes) }
    try json.skipValue(in: bytes)
    return nil
  }

  private mutating func readData(in bytes: Span<UInt8>) throws(JSONError) {
    let kind = try json.kind(in: bytes)
    if kind == .object { return try readFields(in: bytes) }
    note(.cloudEvent("data", "is \(kind.words); an object is wanted"))
    try json.skipValue(in: bytes)
  }

  private mutating func readEncodedData(in bytes: Span<UInt8>) throws(JSONError) {
    guard let text = try attributeText(in: bytes), let data = Base64.decode(text) else {
      return note(.cloudEvent("data_base64", "is not Base64"))
    }
    let outer = json
    json = JSONReader()
    try readData(in: data.span)
    try json.finish(in: data.span)
    json = outer
  }

  private mutating func checkID(_ id: String?) {
    let flaw = RequestFlaw.cloudEvent(
      "id", "must have 1 to 128 characters, none of them a control character")
    draft.envelopeID = checkedID(id ?? "", else: flaw)
  }

  private mutating func checkVersion(_ version: String?) {
    if version?.hasPrefix("1.") != true {
      note(.cloudEvent("specversion", "must be 1.0 or another of version 1"))
    }
  }
}

extension RecordHeader {
  /// Whether it is `content-type`, in any case.
  fileprivate var isContentType: Bool {
    name.utf8.count == 12 && name.lowercased() == "content-type"
  }
}
