extension Span<UInt8> {
  /// The first index from `start` on whose byte needs an escape in a JSON string: a quote, a backslash or
  /// a control character; `count` when there is none.
  func endOfPlainText(from start: Int) -> Int {
    var index = start
    while index + 8 <= count, !Self.holdsSpecial(eight(at: index)) { index += 8 }
    while index < count, !Self.isSpecial(self[index]) { index += 1 }
    return index
  }

  /// As ``endOfPlainText(from:)``, but bytes beyond ASCII end the run too.
  func endOfPlainASCII(from start: Int) -> Int {
    var index = start
    while index + 8 <= count {
      let block = eight(at: index)
      guard !Self.holdsSpecial(block), block & Self.tops == 0 else { break }
      index += 8
    }
    while index < count, !Self.isSpecial(self[index]), self[index] < 0x80 { index += 1 }
    return index
  }

  private static var ones: UInt64 { 0x0101_0101_0101_0101 }
  private static var tops: UInt64 { 0x8080_8080_8080_8080 }

  /// Any eight bytes make a number, so loading them is safe; the bounds are checked.
  private func eight(at index: Int) -> UInt64 {
    unsafe bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
  }

  private static func isSpecial(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
  }

  /// Whether one of eight bytes is special; a borrow may only reach bytes above one that is.
  private static func holdsSpecial(_ block: UInt64) -> Bool {
    let quote = block ^ (ones &* UInt64(UInt8(ascii: "\"")))
    let backslash = block ^ (ones &* UInt64(UInt8(ascii: "\\")))
    let isControl = (block &- ones &* 0x20) & ~block
    let isQuote = (quote &- ones) & ~quote
    let isBackslash = (backslash &- ones) & ~backslash
    return (isControl | isQuote | isBackslash) & tops != 0
  }
}
