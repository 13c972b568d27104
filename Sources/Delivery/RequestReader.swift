import JSON

/// Reads a record's value into a draft, field by field.
///
/// A field that is wrong does not end the reading, so that the event id is found wherever it stands;
/// the first such flaw is reported at the end. Only bytes that are not JSON end it at once.
struct RequestReader {
  var draft = RequestDraft()
  var json = JSONReader()
  private var flaw: RequestFlaw?

  /// Reads all of a record.
  mutating func read(_ value: Span<UInt8>?, headers: [RecordHeader]) throws(RequestFlaw) {
    let isStructured = headers.isEmpty ? false : readHeaders(headers)
    guard let value else {
      throw RequestFlaw(code: "decode.tombstone", "the value is null; a JSON object is wanted")
    }
    guard value.count <= Request.maximumValueBytes else {
      throw RequestFlaw(
        code: UndecodableRequest.oversize,
        "the value has \(value.count) bytes; at most \(Request.maximumValueBytes) are read")
    }
    do throws(JSONError) {
      json = JSONReader(offset: Self.frameBytes(of: value))
      let kind = try json.kind(in: value)
      if kind != .object {
        note(RequestFlaw(code: "decode.shape", "the value is \(kind.words); an object is wanted"))
        try json.skipValue(in: value)
      } else if isStructured {
        try readEvent(in: value)
      } else {
        try readFields(in: value)
      }
      try json.finish(in: value)
    } catch {
      throw RequestFlaw(error)
    }
    if let flaw { throw flaw }
  }

  /// The length of a schema registry's frame: a zero byte and four with the schema's id.
  ///
  /// Source: <https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/index.html#wire-format>
  private static func frameBytes(of value: Span<UInt8>) -> Int {
    value.count >= 5 && value[0] == 0 ? 5 : 0
  }

  /// Keeps the first flaw.
  mutating func note(_ flaw: RequestFlaw) {
    if self.flaw == nil { self.flaw = flaw }
  }

  /// Whether the next value is of a kind; if not, it is skipped, and noted unless it is null, which means absent.
  mutating func isNext(
    _ wanted: JSONReader.Kind, as field: String, in bytes: Span<UInt8>
  ) throws(JSONError) -> Bool {
    let kind = try json.kind(in: bytes)
    if kind == wanted { return true }
    if kind != .null { note(.field(field, "is \(kind.words); \(wanted.words) is wanted")) }
    try json.skipValue(in: bytes)
    return false
  }

  /// Reads a string; nil when it is absent or of another type.
  mutating func text(as field: String, in bytes: Span<UInt8>) throws(JSONError) -> String? {
    try isNext(.string, as: field, in: bytes) ? try json.string(in: bytes) : nil
  }
}

// MARK: - The request's fields

extension RequestReader {
  private enum Field: String, CaseIterable {
    case id
    case to
    case channel
    case usageType
    case type
    case payload
    case expiresAt
    case ttlSeconds
    case ip
    case supersede
    case metadata

    static let all = allCases
    static let names = JSONNames(allCases.map(\.rawValue))
  }

  private static let maximumUsageTypeBytes = 64
  private static let maximumIPCharacters = 64
  private static let maximumMetadataBytes = 1_024
  private static let timesToLive = 1...604_800

  /// Reads the object that the producer wrote; the reader stands on it.
  mutating func readFields(in bytes: Span<UInt8>) throws(JSONError) {
    try json.beginObject(in: bytes)
    var members = JSONMembers(Field.names)
    while let member = try members.next(from: &json, in: bytes) {
      guard let index = member.index else {
        try json.skipValue(in: bytes)
        continue
      }
      let field = Field.all[index]
      switch field {
      case .id:
        if let id = try text(as: "id", in: bytes) { draft.id = checkedID(id, else: RequestFlaw.id) }
      case .to: draft.to = try text(as: "to", in: bytes)
      case .channel: try readChannel(in: bytes)
      case .usageType: draft.usageType = try usageType(as: "usageType", in: bytes)
      case .type: draft.alias = try usageType(as: "type", in: bytes)
      case .payload: try readPayload(in: bytes)
      case .expiresAt: try readExpiry(in: bytes)
      case .ttlSeconds: try readTimeToLive(in: bytes)
      case .ip: try readIP(in: bytes)
      case .supersede:
        if try isNext(.bool, as: "supersede", in: bytes) {
          draft.supersede = try json.bool(in: bytes)
        }
      case .metadata: try readMetadata(in: bytes)
      }
    }
  }

  /// An event id that can be one: 1 to 128 characters (Unicode scalars), none a control character.
  mutating func checkedID(_ id: String, else flaw: RequestFlaw) -> String? {
    if !id.isEmpty, !id.isLonger(than: 128), !id.hasControlCharacters { return id }
    note(flaw)
    return nil
  }

  private mutating func readChannel(in bytes: Span<UInt8>) throws(JSONError) {
    guard let name = try text(as: "channel", in: bytes) else { return }
    draft.channel = Channel(rawValue: name)
    if draft.channel == nil { note(.field("channel", "is unknown; sms or email is wanted")) }
  }

  private mutating func usageType(
    as field: String, in bytes: Span<UInt8>
  ) throws(JSONError) -> UsageType? {
    guard let name = try text(as: field, in: bytes) else { return nil }
    if (1...Self.maximumUsageTypeBytes).contains(name.utf8.count), !name.hasControlCharacters {
      return UsageType(rawValue: name)
    }
    let wanted = "1 to \(Self.maximumUsageTypeBytes) bytes without control characters are wanted"
    note(.field(field, "is no name; \(wanted)"))
    return nil
  }

  private mutating func readExpiry(in bytes: Span<UInt8>) throws(JSONError) {
    guard let text = try text(as: "expiresAt", in: bytes) else { return }
    draft.expiresAt = Timestamp(rfc3339: text)
    if draft.expiresAt == nil {
      note(.field("expiresAt", "is no date of RFC 3339, such as 2026-01-31T23:59:59Z"))
    }
  }

  private mutating func readTimeToLive(in bytes: Span<UInt8>) throws(JSONError) {
    guard try isNext(.number, as: "ttlSeconds", in: bytes) else { return }
    if let seconds = try json.integer(in: bytes), Self.timesToLive.contains(seconds) {
      draft.timeToLive = .seconds(seconds)
    } else {
      let (least, most) = (Self.timesToLive.lowerBound, Self.timesToLive.upperBound)
      note(.field("ttlSeconds", "must be a whole number from \(least) to \(most)"))
    }
  }

  private mutating func readIP(in bytes: Span<UInt8>) throws(JSONError) {
    guard let ip = try text(as: "ip", in: bytes) else { return }
    if !ip.isLonger(than: Self.maximumIPCharacters), !ip.hasControlCharacters {
      draft.ip = ip
    } else {
      let most = Self.maximumIPCharacters
      note(.field("ip", "must have at most \(most) characters and no control characters"))
    }
  }

  private mutating func readMetadata(in bytes: Span<UInt8>) throws(JSONError) {
    guard try isNext(.object, as: "metadata", in: bytes) else { return }
    let start = json.offset
    try json.skipValue(in: bytes)
    if json.offset - start <= Self.maximumMetadataBytes {
      draft.metadata = [UInt8](copying: start..<json.offset, of: bytes)
    } else {
      note(.field("metadata", "must have at most \(Self.maximumMetadataBytes) bytes"))
    }
  }
}

// MARK: - Payload

extension RequestReader {
  private enum PayloadField: String, CaseIterable {
    case code
    case link
    case locale
    case uiLocales
    case application

    static let all = allCases
    static let names = JSONNames(allCases.map(\.rawValue))
  }

  private static let applicationNames = JSONNames(["id"])
  /// How many of a user's languages are tried; a bound, since each costs a look-up.
  private static let maximumLocales = 16

  private mutating func readPayload(in bytes: Span<UInt8>) throws(JSONError) {
    guard try isNext(.object, as: "payload", in: bytes) else { return }
    let start = json.offset
    try json.beginObject(in: bytes)
    var members = JSONMembers(PayloadField.names)
    while let member = try members.next(from: &json, in: bytes) {
      switch member.index.map({ PayloadField.all[$0] }) {
      case .code: draft.payload.code = try text(as: "payload.code", in: bytes)
      case .link: draft.payload.link = try text(as: "payload.link", in: bytes)
      case .locale: draft.payload.locale = try text(as: "payload.locale", in: bytes)
      case .uiLocales: draft.payload.uiLocales = try locales(in: bytes)
      case .application: try readApplication(in: bytes)
      case nil: try json.skipValue(in: bytes)
      }
    }
    draft.payload.json = [UInt8](copying: start..<json.offset, of: bytes)
  }

  /// Language tags, in a string with spaces between or in an array.
  private mutating func locales(in bytes: Span<UInt8>) throws(JSONError) -> [String] {
    let field = "payload.uiLocales"
    guard try json.kind(in: bytes) == .array else {
      let list = try text(as: field, in: bytes) ?? ""
      return list.split(separator: " ").prefix(Self.maximumLocales).map(String.init)
    }
    var locales: [String] = []
    try json.beginArray(in: bytes)
    while try json.nextElement(in: bytes) {
      if try json.kind(in: bytes) != .string {
        note(.field(field, "holds something else than strings"))
        try json.skipValue(in: bytes)
      } else if locales.count < Self.maximumLocales {
        locales.append(try json.string(in: bytes))
      } else {
        try json.skipValue(in: bytes)
      }
    }
    return locales
  }

  /// Reads `application.id`; an application that is no object is left to the templates.
  private mutating func readApplication(in bytes: Span<UInt8>) throws(JSONError) {
    guard try json.kind(in: bytes) == .object else { return try json.skipValue(in: bytes) }
    try json.beginObject(in: bytes)
    var members = JSONMembers(Self.applicationNames)
    while let member = try members.next(from: &json, in: bytes) {
      if member.index == nil {
        try json.skipValue(in: bytes)
      } else {
        draft.payload.applicationID = try text(as: "payload.application.id", in: bytes)
      }
    }
  }
}

extension RequestFlaw {
  fileprivate static let id = field(
    "id", "must have 1 to 128 characters, none of them a control character")

  fileprivate init(_ error: JSONError) {
    let code =
      switch error.kind {
      case .invalidUTF8: "decode.utf8"
      case .duplicateName: "decode.duplicate"
      default: "decode.json"
      }
    self.init(code: code, "the value is no JSON: \(error)")
  }
}

extension JSONReader.Kind {
  /// The kind in words, with its article.
  var words: String {
    switch self {
    case .object: "an object"
    case .array: "an array"
    case .string: "a string"
    case .number: "a number"
    case .bool: "a boolean"
    case .null: "null"
    }
  }
}

extension String {
  /// Whether a control character is in it (category Cc: U+0000–U+001F, U+007F–U+009F).
  var hasControlCharacters: Bool {
    let bytes = utf8Span.span
    var last: UInt8 = 0
    for index in bytes.indices {
      // U+0080–U+009F are C2 80–C2 9F.
      let byte = bytes[index]
      if byte < 0x20 || byte == 0x7F || (last == 0xC2 && byte < 0xA0) { return true }
      last = byte
    }
    return false
  }

  /// Whether it has more characters (Unicode scalars) than that.
  fileprivate func isLonger(than count: Int) -> Bool {
    utf8.count > count && unicodeScalars.count > count
  }
}
