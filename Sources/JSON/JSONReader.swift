/// Reads JSON (RFC 8259) piece by piece, as the caller asks for it, out of bytes that it never copies.
///
/// The reader holds a position only; every call is given the same bytes. It is strict: UTF-8 without
/// byte order mark, no raw control characters, no lone surrogates, no trailing comma, numbers by the
/// grammar, also in what is skipped. Skipping uses no stack, so depth cannot overflow it.
/// After an error the position means nothing.
///
///     var json = JSONReader()
///     try json.beginObject(in: bytes)
///     while let name = try json.nextName(in: bytes) { try json.skipValue(in: bytes) }
///     try json.finish(in: bytes)
///
/// Source: <https://www.rfc-editor.org/rfc/rfc8259>
public struct JSONReader: Sendable {
  /// How many containers may be inside one another.
  public static let maximumDepth = 128

  /// The next byte to be read.
  public private(set) var offset: Int
  private var depth = 0
  /// Whether a container was just opened, so that no comma is due.
  private var isFirst = false

  /// A reader that begins at `offset`.
  public init(offset: Int = 0) { self.offset = offset }

  /// The kinds of value.
  public enum Kind: Sendable {
    case object
    case array
    case string
    case number
    case bool
    case null
  }

  /// What the next value is, by its first byte; the reader then stands on it.
  public mutating func kind(in bytes: Span<UInt8>) throws(JSONError) -> Kind {
    skipWhitespace(in: bytes)
    switch try next(in: bytes) {
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): return .number
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
    case UInt8(ascii: "n"): return .null
    default: throw JSONError(.unexpectedByte, at: offset)
    }
  }

  /// Makes sure that nothing but white space follows.
  public mutating func finish(in bytes: Span<UInt8>) throws(JSONError) {
    skipWhitespace(in: bytes)
    guard offset == bytes.count else { throw JSONError(.trailingBytes, at: offset) }
  }
}

// MARK: - Containers

extension JSONReader {
  /// Reads `{`; its members follow by ``nextName(in:)``.
  public mutating func beginObject(in bytes: Span<UInt8>) throws(JSONError) {
    try open(.object, in: bytes)
  }

  /// Reads the next member's name, after which its value is due; nil at the end of the object.
  public mutating func nextName(in bytes: Span<UInt8>) throws(JSONError) -> JSONText? {
    guard try advance(to: UInt8(ascii: "}"), in: bytes) else { return nil }
    let name = try quoted(in: bytes)
    skipWhitespace(in: bytes)
    try take(UInt8(ascii: ":"), in: bytes)
    return name
  }

  /// Reads `[`; its elements follow by ``nextElement(in:)``.
  public mutating func beginArray(in bytes: Span<UInt8>) throws(JSONError) {
    try open(.array, in: bytes)
  }

  /// Moves to the next element, whose value is then due; false at the end of the array.
  public mutating func nextElement(in bytes: Span<UInt8>) throws(JSONError) -> Bool {
    try advance(to: UInt8(ascii: "]"), in: bytes)
  }

  /// Reads past a value of any kind, all of which is checked; only repeated names are not looked for.
  public mutating func skipValue(in bytes: Span<UInt8>) throws(JSONError) {
    let outside = depth
    // A bit for each container that is open: 1 for an object. The innermost is the lowest.
    var containers: UInt128 = 0
    repeat {
      switch try kind(in: bytes) {
      case .object:
        try beginObject(in: bytes)
        containers = containers << 1 | 1
      case .array:
        try beginArray(in: bytes)
        containers <<= 1
      case .string: _ = try quoted(in: bytes)
      case .number: _ = try number(in: bytes)
      case .bool: _ = try bool(in: bytes)
      case .null: try null(in: bytes)
      }
      while depth > outside {
        let isObject = containers & 1 == 1
        let hasMore = isObject ? try nextName(in: bytes) != nil : try nextElement(in: bytes)
        if hasMore { break }
        containers >>= 1
      }
    } while depth > outside
  }

  /// Reads past a value and hands out its bytes as they stand.
  public mutating func rawValue(in bytes: Span<UInt8>) throws(JSONError) -> [UInt8] {
    skipWhitespace(in: bytes)
    let start = offset
    try skipValue(in: bytes)
    return [UInt8](copying: start..<offset, of: bytes)
  }

  private mutating func open(_ wanted: Kind, in bytes: Span<UInt8>) throws(JSONError) {
    try expect(wanted, in: bytes)
    guard depth < Self.maximumDepth else { throw JSONError(.tooDeep, at: offset) }
    offset += 1
    depth += 1
    isFirst = true
  }

  private mutating func advance(to end: UInt8, in bytes: Span<UInt8>) throws(JSONError) -> Bool {
    skipWhitespace(in: bytes)
    if try next(in: bytes) == end {
      offset += 1
      depth -= 1
      isFirst = false
      return false
    }
    if !isFirst {
      try take(UInt8(ascii: ","), in: bytes)
      skipWhitespace(in: bytes)
    }
    isFirst = false
    return true
  }
}

// MARK: - Scalars

extension JSONReader {
  /// Reads a string.
  public mutating func string(in bytes: Span<UInt8>) throws(JSONError) -> String {
    try text(in: bytes).string(in: bytes)
  }

  /// Reads a string without decoding it.
  public mutating func text(in bytes: Span<UInt8>) throws(JSONError) -> JSONText {
    try expect(.string, in: bytes)
    return try quoted(in: bytes)
  }

  /// Reads a number that is written without fraction and exponent; nil for any other and for one that does not fit.
  public mutating func integer(in bytes: Span<UInt8>) throws(JSONError) -> Int? {
    let digits = try number(in: bytes)
    var value = 0
    let isNegative = bytes[digits.lowerBound] == UInt8(ascii: "-")
    for index in (isNegative ? digits.lowerBound + 1 : digits.lowerBound)..<digits.upperBound {
      let digit = Int(bytes[index]) - Int(UInt8(ascii: "0"))
      guard (0...9).contains(digit) else { return nil }
      let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = shifted.addingReportingOverflow(isNegative ? -digit : digit)
      if overflow || carry { return nil }
      value = sum
    }
    return value
  }

  /// Reads a number of any size, in the words of the text.
  public mutating func numberText(in bytes: Span<UInt8>) throws(JSONError) -> String {
    let place = try number(in: bytes)
    return JSONText(start: place.lowerBound, end: place.upperBound, isEscaped: false)
      .string(in: bytes)
  }

  /// Reads `true` or `false`.
  public mutating func bool(in bytes: Span<UInt8>) throws(JSONError) -> Bool {
    try expect(.bool, in: bytes)
    if bytes[offset] == UInt8(ascii: "t") {
      try take("true", in: bytes)
      return true
    }
    try take("false", in: bytes)
    return false
  }

  /// Reads `null`.
  public mutating func null(in bytes: Span<UInt8>) throws(JSONError) {
    try expect(.null, in: bytes)
    try take("null", in: bytes)
  }

  private mutating func quoted(in bytes: Span<UInt8>) throws(JSONError) -> JSONText {
    try take(UInt8(ascii: "\""), in: bytes)
    let start = offset
    var index = start
    var isEscaped = false
    while index < bytes.count {
      let byte = bytes[index]
      switch byte {
      case UInt8(ascii: "\""):
        offset = index + 1
        return JSONText(start: start, end: index, isEscaped: isEscaped)
      case UInt8(ascii: "\\"):
        index = try JSONEscape(in: bytes, at: index).end
        isEscaped = true
      case 0x20..<0x80: index = bytes.endOfPlainASCII(from: index + 1)
      case 0x80...: index = try endOfSequence(at: index, in: bytes)
      default: throw JSONError(.controlCharacter, at: index)
      }
    }
    throw JSONError(.unexpectedEnd, at: bytes.count)
  }

  /// Where the character of two to four bytes at `index` ends.
  ///
  /// Source: Unicode 16, table 3-7, well-formed UTF-8 byte sequences
  private func endOfSequence(at index: Int, in bytes: Span<UInt8>) throws(JSONError) -> Int {
    let (length, second): (Int, ClosedRange<UInt8>) =
      switch bytes[index] {
      case 0xC2...0xDF: (2, 0x80...0xBF)
      case 0xE0: (3, 0xA0...0xBF)
      case 0xED: (3, 0x80...0x9F)
      case 0xE1...0xEF: (3, 0x80...0xBF)
      case 0xF0: (4, 0x90...0xBF)
      case 0xF1...0xF3: (4, 0x80...0xBF)
      case 0xF4: (4, 0x80...0x8F)
      default: throw JSONError(.invalidUTF8, at: index)
      }
    guard index + length <= bytes.count, second.contains(bytes[index + 1]) else {
      throw JSONError(.invalidUTF8, at: index)
    }
    for place in (index + 2)..<(index + length) where bytes[place] & 0xC0 != 0x80 {
      throw JSONError(.invalidUTF8, at: index)
    }
    return index + length
  }

  /// Reads a number by the grammar; says where it stands.
  private mutating func number(in bytes: Span<UInt8>) throws(JSONError) -> Range<Int> {
    try expect(.number, in: bytes)
    let start = offset
    if bytes[offset] == UInt8(ascii: "-") { offset += 1 }
    let leading = offset
    try digits(in: bytes)
    if bytes[leading] == UInt8(ascii: "0"), offset > leading + 1 {
      throw JSONError(.invalidNumber, at: start)
    }
    if offset < bytes.count, bytes[offset] == UInt8(ascii: ".") {
      offset += 1
      try digits(in: bytes)
    }
    if offset < bytes.count, bytes[offset] | 0x20 == UInt8(ascii: "e") {
      offset += 1
      if offset < bytes.count,
        bytes[offset] == UInt8(ascii: "+") || bytes[offset] == UInt8(ascii: "-")
      {
        offset += 1
      }
      try digits(in: bytes)
    }
    return start..<offset
  }

  /// Reads one digit or more.
  private mutating func digits(in bytes: Span<UInt8>) throws(JSONError) {
    let start = offset
    while offset < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[offset]) {
      offset += 1
    }
    guard offset > start else { throw JSONError(.invalidNumber, at: offset) }
  }
}

// MARK: - Bytes

extension JSONReader {
  private mutating func skipWhitespace(in bytes: Span<UInt8>) {
    while offset < bytes.count {
      switch bytes[offset] {
      case 0x20, 0x09, 0x0A, 0x0D: offset += 1
      default: return
      }
    }
  }

  private func next(in bytes: Span<UInt8>) throws(JSONError) -> UInt8 {
    guard offset < bytes.count else { throw JSONError(.unexpectedEnd, at: bytes.count) }
    return bytes[offset]
  }

  private mutating func expect(_ wanted: Kind, in bytes: Span<UInt8>) throws(JSONError) {
    guard try kind(in: bytes) == wanted else { throw JSONError(.unexpectedKind, at: offset) }
  }

  private mutating func take(_ byte: UInt8, in bytes: Span<UInt8>) throws(JSONError) {
    guard try next(in: bytes) == byte else { throw JSONError(.unexpectedByte, at: offset) }
    offset += 1
  }

  private mutating func take(_ word: String, in bytes: Span<UInt8>) throws(JSONError) {
    for byte in word.utf8 { try take(byte, in: bytes) }
  }
}

extension [UInt8] {
  /// A copy of some bytes of a span.
  public init(copying range: Range<Int>, of bytes: Span<UInt8>) {
    self.init(capacity: range.count) { copy in
      for index in range { copy.append(bytes[index]) }
    }
  }
}
