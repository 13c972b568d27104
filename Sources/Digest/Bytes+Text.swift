extension [UInt8] {
  /// The bytes as lower-case hexadecimal digits, two each.
  public var hex: String {
    String(unsafeUninitializedCapacity: 2 * count) { output in
      for (index, byte) in enumerated() {
        output[2 * index] = hexDigit(byte >> 4)
        output[2 * index + 1] = hexDigit(byte & 15)
      }
      return 2 * count
    }
  }

  /// The bytes in base64 with padding (RFC 4648 §4).
  public var base64: String {
    let length = (count + 2) / 3 * 4
    return String(unsafeUninitializedCapacity: length) { output in
      for (group, start) in stride(from: 0, to: count, by: 3).enumerated() {
        let present = Swift.min(3, count - start)
        var bits: UInt32 = 0
        for offset in 0..<3 {
          bits = bits << 8 | (offset < present ? UInt32(self[start + offset]) : 0)
        }
        for place in 0..<4 {
          let sextet = UInt8(bits >> (18 - 6 * UInt32(place)) & 63)
          output[4 * group + place] = place <= present ? base64Digit(sextet) : UInt8(ascii: "=")
        }
      }
      return length
    }
  }
}

private func hexDigit(_ nibble: UInt8) -> UInt8 {
  nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
}

private func base64Digit(_ sextet: UInt8) -> UInt8 {
  switch sextet {
  case 0..<26: UInt8(ascii: "A") + sextet
  case 26..<52: UInt8(ascii: "a") + sextet - 26
  case 52..<62: UInt8(ascii: "0") + sextet - 52
  case 62: UInt8(ascii: "+")
  default: UInt8(ascii: "/")
  }
}
