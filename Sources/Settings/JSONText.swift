/// What JSON allows and libyaml does not.
///
/// YAML 1.2 takes JSON in as it is; libyaml refuses characters beyond U+FFFF that are written as two
/// escapes, as many JSON writers do.
enum JSONText {
  /// The text with each escaped surrogate pair written as one YAML escape.
  ///
  /// `\uD83D\uDE00` becomes `\U0001F600`; lone surrogates stay, to be refused.
  static func asYAML(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var rest = bytes[...]
    while let byte = rest.first {
      if byte != UInt8(ascii: "\\") {
        result.append(byte)
        rest = rest.dropFirst()
      } else if let scalar = surrogatePair(rest) {
        let digits = String(scalar, radix: 16)
        result += Array("\\U\(String(repeating: "0", count: 8 - digits.count))\(digits)".utf8)
        rest = rest.dropFirst(12)
      } else {
        // An escaped backslash is taken whole: its second half begins no escape.
        result += rest.prefix(2)
        rest = rest.dropFirst(2)
      }
    }
    return result
  }

  private static func surrogatePair(_ text: ArraySlice<UInt8>) -> UInt32? {
    guard let high = codeUnit(text), UTF16.isLeadSurrogate(high),
      let low = codeUnit(text.dropFirst(6)), UTF16.isTrailSurrogate(low)
    else { return nil }
    return 0x1_0000 + (UInt32(high & 0x3FF) << 10) + UInt32(low & 0x3FF)
  }

  /// The value of the `\uXXXX` that the text begins with.
  private static func codeUnit(_ text: ArraySlice<UInt8>) -> UInt16? {
    guard text.starts(with: "\\u".utf8), text.count >= 6 else { return nil }
    return UInt16(String(decoding: text.dropFirst(2).prefix(4), as: UTF8.self), radix: 16)
  }
}
