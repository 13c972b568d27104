import Foundation

/// How bodies are wrapped for transport, and texts in bytes.
enum TransferCoding {
  /// The bytes that a body stands for; as they are when the coding is unknown.
  static func decoded(_ body: ArraySlice<UInt8>, coding: String) -> [UInt8] {
    switch coding {
    case "base64":
      let options = Data.Base64DecodingOptions.ignoreUnknownCharacters
      return Data(base64Encoded: Data(body), options: options).map(Array.init) ?? Array(body)
    case "quoted-printable": return quotedPrintable(body)
    default: return Array(body)
    }
  }

  /// The bytes that quoted-printable stands for.
  ///
  /// Source: <https://www.rfc-editor.org/rfc/rfc2045#section-6.7>
  static func quotedPrintable(_ body: ArraySlice<UInt8>) -> [UInt8] {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(body.count)
    var index = body.startIndex
    while index < body.endIndex {
      guard body[index] == UInt8(ascii: "=") else {
        decoded.append(body[index])
        index += 1
        continue
      }
      let next = body[(index + 1)...]
      if next.starts(with: [13, 10]) {
        index += 3
      } else if next.first == 10 {
        index += 2
      } else if next.count >= 2,
        let high = Character(Unicode.Scalar(next[index + 1])).hexDigitValue,
        let low = Character(Unicode.Scalar(next[index + 2])).hexDigitValue
      {
        decoded.append(UInt8(high << 4 | low))
        index += 3
      } else {
        // A lone sign is shown as it stands.
        decoded.append(body[index])
        index += 1
      }
    }
    return decoded
  }

  /// The text in bytes of a charset; of one that is not known, as UTF-8 with replacements.
  static func text(_ bytes: [UInt8], charset: String) -> String {
    let encoding: String.Encoding? =
      switch charset.lowercased() {
      case "iso-8859-1", "latin1": .isoLatin1
      case "windows-1252": .windowsCP1252
      case "iso-8859-2": .isoLatin2
      case "utf-16": .utf16
      default: nil
      }
    if let encoding, let text = String(bytes: bytes, encoding: encoding) { return text }
    return String(decoding: bytes, as: UTF8.self)
  }
}
