/// A string of a JSON text: where it stands, checked but not yet decoded.
///
/// Reading one allocates nothing, so names and unwanted values cost no more than their scan.
public struct JSONText: Sendable {
  /// The first byte after the opening quote.
  let start: Int
  /// The closing quote.
  let end: Int
  /// Whether there are escapes to undo.
  let isEscaped: Bool

  /// The characters, escapes undone; `bytes` is the JSON text that it was read from.
  public func string(in bytes: Span<UInt8>) -> String {
    if !isEscaped, let valid = try? UTF8Span(validating: bytes.extracting(start..<end)) {
      return String(copying: valid)
    }
    return String(decoding: decoded(in: bytes), as: UTF8.self)
  }

  /// Whether both have the same characters, scalar by scalar.
  func isEqual(to other: JSONText, in bytes: Span<UInt8>) -> Bool {
    if isEscaped || other.isEscaped { return decoded(in: bytes) == other.decoded(in: bytes) }
    guard end - start == other.end - other.start else { return false }
    for index in 0..<(end - start) where bytes[start + index] != bytes[other.start + index] {
      return false
    }
    return true
  }

  /// The characters as UTF-8, escapes undone.
  func decoded(in bytes: Span<UInt8>) -> [UInt8] {
    guard isEscaped else { return [UInt8](copying: start..<end, of: bytes) }
    var decoded: [UInt8] = []
    decoded.reserveCapacity(end - start)
    var index = start
    while index < end {
      if bytes[index] == UInt8(ascii: "\\"), let escape = try? JSONEscape(in: bytes, at: index) {
        decoded.append(contentsOf: escape.scalar.utf8)
        index = escape.end
      } else {
        decoded.append(bytes[index])
        index += 1
      }
    }
    return decoded
  }
}

/// One escape of a string: the character that it stands for and where it ends.
struct JSONEscape {
  let scalar: Unicode.Scalar
  let end: Int

  /// Reads the escape whose backslash stands at `index`; a surrogate pair is one escape.
  init(in bytes: Span<UInt8>, at index: Int) throws(JSONError) {
    guard index + 1 < bytes.count else { throw JSONError(.unexpectedEnd, at: bytes.count) }
    let simple: Unicode.Scalar? =
      switch bytes[index + 1] {
      case UInt8(ascii: "\""): "\""
      case UInt8(ascii: "\\"): "\\"
      case UInt8(ascii: "/"): "/"
      case UInt8(ascii: "b"): "\u{8}"
      case UInt8(ascii: "f"): "\u{C}"
      case UInt8(ascii: "n"): "\n"
      case UInt8(ascii: "r"): "\r"
      case UInt8(ascii: "t"): "\t"
      default: nil
      }
    if let simple {
      (scalar, end) = (simple, index + 2)
      return
    }
    let unit = try Self.unit(in: bytes, at: index)
    if let plain = Unicode.Scalar(unit) {
      (scalar, end) = (plain, index + 6)
      return
    }
    guard unit < 0xDC00, index + 7 < bytes.count, bytes[index + 6] == UInt8(ascii: "\\"),
      bytes[index + 7] == UInt8(ascii: "u")
    else { throw JSONError(.loneSurrogate, at: index) }
    let low = try Self.unit(in: bytes, at: index + 6)
    guard (0xDC00...0xDFFF).contains(low),
      let pair = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
    else { throw JSONError(.loneSurrogate, at: index) }
    (scalar, end) = (pair, index + 12)
  }

  /// The number in `\uXXXX`.
  private static func unit(in bytes: Span<UInt8>, at index: Int) throws(JSONError) -> UInt32 {
    guard bytes[index + 1] == UInt8(ascii: "u") else { throw JSONError(.invalidEscape, at: index) }
    var unit: UInt32 = 0
    for place in (index + 2)..<(index + 6) {
      guard place < bytes.count else { throw JSONError(.unexpectedEnd, at: bytes.count) }
      let digit: UInt8 =
        switch bytes[place] {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): bytes[place] - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): bytes[place] - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): bytes[place] - UInt8(ascii: "A") + 10
        default: throw JSONError(.invalidEscape, at: index)
        }
      unit = unit << 4 | UInt32(digit)
    }
    return unit
  }
}
