import Digest

/// Checks the `sig` of Vonage's signed requests.
/// https://developer.vonage.com/en/getting-started/concepts/signing-messages
struct VonageSignature {
  /// How an account signs.
  enum Method: String, CaseIterable {
    /// The MD5 hash of the parameters and the secret: what an account has until it chooses.
    case md5hash
    case md5
    case sha1
    case sha256
    case sha512

    func signature(of text: String, secret: String) -> String {
      switch self {
      case .md5hash: OpenSSLHash.md5.digest(of: text + secret).hex
      case .md5: OpenSSLHash.md5.authenticationCode(of: text, key: secret).hex
      case .sha1: OpenSSLHash.sha1.authenticationCode(of: text, key: secret).hex
      case .sha256: OpenSSLHash.sha256.authenticationCode(of: text, key: secret).hex
      case .sha512: OpenSSLHash.sha512.authenticationCode(of: text, key: secret).hex
      }
    }
  }

  /// How far a request's time may be off, in seconds.
  static let tolerance = 300
  let secret: String
  let methods: [Method]

  /// Whether the parameters carry a timestamp of about now and a signature in one of the ways.
  func isValid(_ fields: [String: String], now: Int) -> Bool {
    guard let given = fields["sig"]?.lowercased(), let stamp = fields["timestamp"], isDigits(stamp),
      let time = Int(stamp),
      abs(time - now) <= Self.tolerance
    else { return false }
    let text = Self.text(of: fields)
    return methods.contains { isSame($0.signature(of: text, secret: secret), given) }
  }

  /// What is signed: `&name=value` sorted by name, without the signs that would part them in values.
  static func text(of fields: [String: String]) -> String {
    fields.filter { $0.key != "sig" }
      .sorted { Array($0.key.utf8).lexicographicallyPrecedes(Array($1.key.utf8)) }
      .map { field in
        var value = String.UnicodeScalarView()
        value.append(
          contentsOf: field.value.unicodeScalars.map { "&=".unicodeScalars.contains($0) ? "_" : $0 }
        )
        return "&\(field.key)=\(String(value))"
      }.joined()
  }
}
