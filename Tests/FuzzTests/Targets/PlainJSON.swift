import JSON

/// A second reader of JSON (RFC 8259), as plain as can be and without care for speed, to compare with.
///
/// Strict in the same places: no byte order mark, no name twice, no lone surrogate, 128 containers inside one another.
struct PlainJSON {
  struct Refused: Error {}

  private var rest: ArraySlice<UInt8>
  private var depth = 0

  /// Reads a whole text.
  static func read(_ bytes: [UInt8]) throws(Refused) -> JSONValue {
    var reader = PlainJSON(rest: bytes[...])
    let value = try reader.value()
    guard reader.rest.isEmpty else { throw Refused() }
    return value
  }

  private init(rest: ArraySlice<UInt8>) { self.rest = rest }

  /// A value and the white space around it.
  private mutating func value() throws(Refused) -> JSONValue {
    skipSpace()
    defer { skipSpace() }
    if skip("null") { return .null }
    if skip("true") { return .bool(true) }
    if skip("false") { return .bool(false) }
    if skip("\"") { return .string(try string()) }
    if skip("[") { return .array(try inside { (reader) throws(Refused) in try reader.elements() }) }
    if skip("{") { return .object(try inside { (reader) throws(Refused) in try reader.members() }) }
    return .number(try number())
  }

  private mutating func inside<Parts>(
    _ read: (inout PlainJSON) throws(Refused) -> Parts
  ) throws(Refused) -> Parts {
    depth += 1
    guard depth <= 128 else { throw Refused() }
    let parts = try read(&self)
    depth -= 1
    return parts
  }

  private mutating func elements() throws(Refused) -> [JSONValue] {
    skipSpace()
    if skip("]") { return [] }
    var elements: [JSONValue] = []
    repeat { elements.append(try value()) } while skip(",")
    guard skip("]") else { throw Refused() }
    return elements
  }

  private mutating func members() throws(Refused) -> [(String, JSONValue)] {
    skipSpace()
    if skip("}") { return [] }
    var members: [(String, JSONValue)] = []
    var names: Set<[UInt8]> = []
    repeat {
      skipSpace()
      guard skip("\"") else { throw Refused() }
      let name = try string()
      skipSpace()
      guard names.insert(Array(name.utf8)).inserted, skip(":") else { throw Refused() }
      members.append((name, try value()))
    } while skip(",")
    guard skip("}") else { throw Refused() }
    return members
  }

  private mutating func number() throws(Refused) -> String {
    let text = rest.prefix { "+-.eE0123456789".utf8.contains($0) }
    rest = rest.dropFirst(text.count)
    var digits = text
    if digits.first == UInt8(ascii: "-") { digits.removeFirst() }
    let leading = digits.first
    let whole = Self.takeDigits(&digits)
    guard whole == 1 || whole > 1 && leading != UInt8(ascii: "0") else { throw Refused() }
    if digits.first == UInt8(ascii: ".") {
      digits.removeFirst()
      guard Self.takeDigits(&digits) > 0 else { throw Refused() }
    }
    if digits.first == UInt8(ascii: "e") || digits.first == UInt8(ascii: "E") {
      digits.removeFirst()
      if digits.first == UInt8(ascii: "+") || digits.first == UInt8(ascii: "-") {
        digits.removeFirst()
      }
      guard Self.takeDigits(&digits) > 0 else { throw Refused() }
    }
    guard digits.isEmpty else { throw Refused() }
    return String(decoding: text, as: UTF8.self)
  }

  private static func takeDigits(_ bytes: inout ArraySlice<UInt8>) -> Int {
    let count = bytes.prefix { "0123456789".utf8.contains($0) }.count
    bytes = bytes.dropFirst(count)
    return count
  }

  /// What follows an opening quote; by UTF-16, in which escapes are written.
  private mutating func string() throws(Refused) -> String {
    var units: [UInt16] = []
    while true {
      let plain = rest.prefix { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
      guard let text = String(validating: plain, as: UTF8.self) else { throw Refused() }
      units += Array(text.utf16)
      rest = rest.dropFirst(plain.count)
      if skip("\"") { break }
      guard skip("\\") else { throw Refused() }
      units.append(try escape())
    }
    guard let text = String(validating: units, as: UTF16.self) else { throw Refused() }
    return text
  }

  private mutating func escape() throws(Refused) -> UInt16 {
    if skip("u") {
      let digits = String(decoding: rest.prefix(4), as: UTF8.self)
      rest = rest.dropFirst(4)
      guard digits.utf8.count == 4, digits.allSatisfy(\.isHexDigit), digits.first != "+",
        let unit = UInt16(digits, radix: 16)
      else { throw Refused() }
      return unit
    }
    let meanings: [(StaticString, UInt16)] = [
      ("\"", 0x22), ("\\", 0x5C), ("/", 0x2F), ("b", 8), ("f", 12), ("n", 10), ("r", 13), ("t", 9),
    ]
    for (letter, unit) in meanings where skip(letter) { return unit }
    throw Refused()
  }

  private mutating func skipSpace() {
    rest = rest.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
  }

  private mutating func skip(_ word: StaticString) -> Bool {
    let bytes = word.withUTF8Buffer { Array($0) }
    guard rest.starts(with: bytes) else { return false }
    rest = rest.dropFirst(bytes.count)
    return true
  }
}
