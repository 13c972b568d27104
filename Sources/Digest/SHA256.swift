import COpenSSL

/// The hash SHA-256 (FIPS 180-4).
public enum SHA256 {
  /// The 32 bytes of the digest.
  public static func digest(of message: [UInt8]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 32) { output, count in
      let isDone = EVP_Digest(
        message, message.count, output.baseAddress, nil, SHA256Algorithm.shared, nil)
      precondition(isDone == 1, "SHA-256 takes any message")
      count = 32
    }
  }
}
