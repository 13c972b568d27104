/// A body of `application/x-www-form-urlencoded`, built field by field.
///
/// [The encoding](https://url.spec.whatwg.org/#urlencoded-serializing) keeps letters, digits and `*-._`, writes a space
/// as `+` and every other byte of the UTF-8 text as `%` and two digits.
struct FormBody: Sendable {
  /// What has been written.
  private(set) var bytes: [UInt8] = []

  /// An empty form with room for `capacity` bytes.
  init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

  /// Adds a field.
  mutating func append(_ name: String, _ value: String) {
    if !bytes.isEmpty { bytes.append(UInt8(ascii: "&")) }
    encode(name)
    bytes.append(UInt8(ascii: "="))
    encode(value)
  }

  private mutating func encode(_ text: String) {
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "*"), UInt8(ascii: "-"),
        UInt8(ascii: "."), UInt8(ascii: "_"):
        bytes.append(byte)
      case UInt8(ascii: " "): bytes.append(UInt8(ascii: "+"))
      default:
        bytes.append(UInt8(ascii: "%"))
        bytes.append(Self.hexDigit(byte >> 4))
        bytes.append(Self.hexDigit(byte & 15))
      }
    }
  }

  private static func hexDigit(_ nibble: UInt8) -> UInt8 {
    nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "A") + nibble - 10
  }
}
