import COpenSSL

/// A hash of OpenSSL's, called directly: what checks a signature shares no code with what signs.
enum OpenSSLHash: String {
  case md5 = "MD5"
  case sha1 = "SHA1"
  case sha256 = "SHA256"
  case sha512 = "SHA512"

  /// The digest of a message, 16–64 bytes.
  func digest(of message: [UInt8]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { output, count in
      let isDone = EVP_Q_digest(
        nil, rawValue, nil, message, message.count, output.baseAddress, &count)
      precondition(isDone == 1, "OpenSSL offers \(rawValue)")
    }
  }

  /// The message's authentication code under a key (HMAC, RFC 2104).
  func authenticationCode(of message: [UInt8], key: [UInt8]) -> [UInt8] {
    // HMAC pads its key with zeros, so one zero is the empty key, which OpenSSL would not take.
    let key = key.isEmpty ? [0] : key
    return [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { output, count in
      let isDone = EVP_Q_mac(
        nil, "HMAC", nil, rawValue, nil, key, key.count, message, message.count,
        output.baseAddress, output.count, &count)
      precondition(isDone != nil, "OpenSSL offers HMAC with \(rawValue)")
    }
  }

  func digest(of message: String) -> [UInt8] { digest(of: Array(message.utf8)) }

  func authenticationCode(of message: String, key: [UInt8]) -> [UInt8] {
    authenticationCode(of: Array(message.utf8), key: key)
  }

  func authenticationCode(of message: String, key: String) -> [UInt8] {
    authenticationCode(of: Array(message.utf8), key: Array(key.utf8))
  }
}
