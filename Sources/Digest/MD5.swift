import COpenSSL

/// The hash MD5 (RFC 1321), which protects nothing any more: only where a provider still signs with it.
public enum MD5 {
  /// The 16 bytes of the digest.
  public static func digest(of message: [UInt8]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 16) { output, count in
      let isDone = EVP_Digest(message, message.count, output.baseAddress, nil, EVP_md5(), nil)
      precondition(isDone == 1, "MD5 takes any message")
      count = 16
    }
  }
}
