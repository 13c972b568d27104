/// A text with every byte escaped that RFC 3986 does not leave as it is, as signatures want it:
/// a space is `%20`, a star `%2A`, a tilde stays.
func percentEncoded(_ text: String) -> String {
  var encoded = ""
  for byte in text.utf8 {
    let scalar = Unicode.Scalar(byte)
    switch scalar {
    case "A"..."Z", "a"..."z", "0"..."9", "-", "_", ".", "~": encoded.unicodeScalars.append(scalar)
    default:
      let digits = String(byte, radix: 16, uppercase: true)
      encoded += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
    }
  }
  return encoded
}
