internal import Digest

/// A part of a mail in lines of at most 76 bytes of ASCII, whatever its text holds
/// ([RFC 2045 §6](https://www.rfc-editor.org/rfc/rfc2045#section-6)).
enum MailBody {
  /// How long a line is at most.
  private static let width = 76

  /// The text in the shorter of both encodings, and the encoding's name.
  ///
  /// Line breaks of any kind become CR LF.
  static func encoded(_ text: String) -> (encoding: String, bytes: [UInt8]) {
    let lines = normalised(text)
    let escaped = lines.count { !isLiteral($0) && $0 != 0x0D && $0 != 0x0A }
    // Three bytes for one against four for three: Base64 wins from one byte in six on.
    return escaped * 6 > lines.count
      ? ("base64", base64(lines)) : ("quoted-printable", quotedPrintable(lines))
  }

  /// The text with every line ended by CR LF, the last too.
  static func normalised(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count + 64)
    var last: UInt8 = 0
    for byte in text.utf8 {
      switch byte {
      case 0x0A where last == 0x0D: break
      case 0x0A, 0x0D: bytes += [0x0D, 0x0A]
      default: bytes.append(byte)
      }
      last = byte
    }
    if bytes.last != 0x0A { bytes += [0x0D, 0x0A] }
    return bytes
  }

  private static func isLiteral(_ byte: UInt8) -> Bool {
    (0x20...0x7E).contains(byte) && byte != UInt8(ascii: "=") || byte == 0x09
  }

  /// Quoted-printable (§6.7) of lines that end in CR LF.
  static func quotedPrintable(_ lines: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(lines.count * 5 / 4)
    var column = 0
    for (index, byte) in lines.enumerated() {
      if byte == 0x0D || byte == 0x0A {
        output.append(byte)
        column = 0
        continue
      }
      let endsLine = index + 1 < lines.count && lines[index + 1] == 0x0D
      let isBlank = byte == 0x20 || byte == 0x09
      let length = isLiteral(byte) && !(endsLine && isBlank) ? 1 : 3
      // The last place is the soft break's, but for what ends the line.
      if column + length > (endsLine ? width : width - 1) {
        output += [UInt8(ascii: "="), 0x0D, 0x0A]
        column = 0
      }
      if length == 1 {
        output.append(byte)
      } else {
        output += [UInt8(ascii: "="), hexDigit(byte >> 4), hexDigit(byte & 15)]
      }
      column += length
    }
    return output
  }

  /// Base64 (§6.8), lines ended by CR LF.
  private static func base64(_ bytes: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count * 3 / 2)
    for start in stride(from: 0, to: bytes.count, by: 57) {
      output += Array(bytes[start..<min(start + 57, bytes.count)]).base64.utf8
      output += [0x0D, 0x0A]
    }
    return output
  }

  private static func hexDigit(_ nibble: UInt8) -> UInt8 {
    nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "A") + nibble - 10
  }
}
