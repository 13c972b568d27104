/// Appends JSON without white space to bytes; commas come by themselves.
///
/// Names and nesting are the caller's business: nothing checks that an object is closed.
public struct JSONWriter: Sendable {
  /// What has been written.
  public private(set) var bytes: [UInt8] = []
  /// Whether a value stands before the place where the next one goes.
  private var needsComma = false

  /// An empty writer with room for `capacity` bytes.
  public init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

  /// Writes `{`.
  public mutating func beginObject() { open(UInt8(ascii: "{")) }
  /// Writes `}`.
  public mutating func endObject() { close(UInt8(ascii: "}")) }
  /// Writes `[`.
  public mutating func beginArray() { open(UInt8(ascii: "[")) }
  /// Writes `]`.
  public mutating func endArray() { close(UInt8(ascii: "]")) }

  /// Writes a member's name, which must need no escape; its value must follow.
  public mutating func key(_ name: StaticString) {
    bytes.append(addingCapacity: name.utf8CodeUnitCount + 4) { room in
      if needsComma { room.append(UInt8(ascii: ",")) }
      room.append(UInt8(ascii: "\""))
      unsafe room.append(
        copying: Span(_unsafeStart: name.utf8Start, count: name.utf8CodeUnitCount))
      room.append(UInt8(ascii: "\""))
      room.append(UInt8(ascii: ":"))
    }
    needsComma = false
  }

  /// Writes a member's name that is not known beforehand; its value must follow.
  public mutating func key(text name: String) {
    string(name)
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  /// Writes a string.
  public mutating func string(_ text: String) { quote(text.utf8Span.span) }

  /// Writes a string that is given as UTF-8.
  public mutating func string(utf8: Span<UInt8>) { quote(utf8) }

  /// Writes a whole number.
  public mutating func integer(_ value: Int) { integer(Int64(value)) }

  /// Writes a whole number.
  public mutating func integer(_ value: Int64) {
    beginValue()
    bytes.append(addingCapacity: 20) { room in
      if value < 0 { room.append(UInt8(ascii: "-")) }
      var rest = value.magnitude
      var power: UInt64 = 1
      while rest / power >= 10 { power *= 10 }
      while power > 0 {
        room.append(UInt8(ascii: "0") + UInt8(rest / power))
        rest %= power
        power /= 10
      }
    }
  }

  /// Writes `true` or `false`.
  public mutating func bool(_ value: Bool) { raw(value ? "true" : "false") }
  /// Writes `null`.
  public mutating func null() { raw("null") }

  /// Writes a value that is JSON already.
  public mutating func raw(_ json: [UInt8]) {
    beginValue()
    bytes.append(contentsOf: json)
  }

  /// Writes a value that is JSON already.
  public mutating func raw(_ json: String) {
    beginValue()
    bytes.append(contentsOf: json.utf8)
  }

  private mutating func open(_ bracket: UInt8) {
    beginValue()
    bytes.append(bracket)
    needsComma = false
  }

  private mutating func close(_ bracket: UInt8) {
    bytes.append(bracket)
    needsComma = true
  }

  private mutating func beginValue() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
  }

  /// Writes a string.
  ///
  /// Room is made once and bytes are copied up to the first that needs an escape, which few strings have.
  private mutating func quote(_ utf8: Span<UInt8>) {
    let plain = utf8.endOfPlainText(from: 0)
    bytes.append(addingCapacity: utf8.count + 3) { room in
      if needsComma { room.append(UInt8(ascii: ",")) }
      room.append(UInt8(ascii: "\""))
      room.append(copying: utf8.extracting(first: plain))
      if plain == utf8.count { room.append(UInt8(ascii: "\"")) }
    }
    needsComma = true
    guard plain < utf8.count else { return }
    for index in plain..<utf8.count { appendEscaped(utf8[index]) }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func appendEscaped(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""): bytes.append(contentsOf: #"\""#.utf8)
    case UInt8(ascii: "\\"): bytes.append(contentsOf: #"\\"#.utf8)
    case UInt8(ascii: "\n"): bytes.append(contentsOf: #"\n"#.utf8)
    case UInt8(ascii: "\r"): bytes.append(contentsOf: #"\r"#.utf8)
    case UInt8(ascii: "\t"): bytes.append(contentsOf: #"\t"#.utf8)
    case ..<0x20:
      bytes.append(contentsOf: #"\u00"#.utf8)
      bytes.append(Self.hexDigit(byte >> 4))
      bytes.append(Self.hexDigit(byte & 15))
    default: bytes.append(byte)
    }
  }

  private static func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }
}

extension OutputSpan<UInt8> {
  /// Appends all of `span`; there must be room.
  fileprivate mutating func append(copying span: Span<UInt8>) {
    unsafe span.withUnsafeBufferPointer { source in
      unsafe withUnsafeMutableBufferPointer { room, count in
        let rest = unsafe UnsafeMutableBufferPointer(rebasing: room[count...])
        count += unsafe rest.update(fromContentsOf: source)
      }
    }
  }
}
