/// A short name for what the configuration's files hold: FNV-1a, 64 bits.
///
/// http://www.isthe.com/chongo/tech/comp/fnv/
struct Fingerprint {
  private var state: UInt64 = 0xCBF2_9CE4_8422_2325

  /// Takes a file in; its length keeps two files apart from one that holds both.
  mutating func add(_ bytes: [UInt8]) {
    for byte in bytes { mix(byte) }
    withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { for byte in $0 { mix(byte) } }
  }

  /// Sixteen hexadecimal digits.
  var text: String {
    let digits = String(state, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  private mutating func mix(_ byte: UInt8) {
    state = (state ^ UInt64(byte)) &* 0x100_0000_01B3
  }
}
