/// A private RSA key that signs (RS256: RSASSA-PKCS1-v1_5 over SHA-256, RFC 8017 §8.2).
///
/// Shows nothing of the key. Usable from any thread.
public final class RSAKey: Sendable {
  private let key: RSAPrivateKey

  /// Reads a key in PEM, PKCS #1 or PKCS #8, without passphrase; nil when it is none.
  public init?(pem: String) {
    guard let key = RSAPrivateKey(pem: Array(pem.utf8)) else { return nil }
    self.key = key
  }

  /// The signature of `message`, as many bytes as the key's modulus has.
  public func signature(of message: [UInt8]) -> [UInt8] { key.signature(of: message) }
}
