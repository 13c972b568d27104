/// Base64 with the usual alphabet, strict: padded, without white space, unused bits zero.
///
/// Source: <https://www.rfc-editor.org/rfc/rfc4648#section-4>
enum Base64 {
  /// The bytes that a text stands for; nil when it is not Base64.
  static func decode(_ text: String) -> [UInt8]? {
    let characters = text.utf8
    guard characters.count % 4 == 0 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(characters.count / 4 * 3)
    let padding = characters.suffix(2).count { $0 == UInt8(ascii: "=") }
    var bits: UInt32 = 0
    var held = 0
    for character in characters.dropLast(padding) {
      guard let value = sextet(character) else { return nil }
      bits = (bits << 6 | value) & 0xFFFF
      held += 6
      if held >= 8 {
        held -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> held))
      }
    }
    return bits & (1 << held - 1) == 0 ? bytes : nil
  }

  private static func sextet(_ character: UInt8) -> UInt32? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
