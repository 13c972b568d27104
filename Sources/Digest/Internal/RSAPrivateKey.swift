import COpenSSL

/// OpenSSL's private RSA key.
// Never changed after it was read, and OpenSSL lets all threads sign with one key; freed by the last reference.
final class RSAPrivateKey: @unchecked Sendable {
  private let key: OpaquePointer

  /// Reads a key in PEM; nil when it is none, another kind of key, or has a passphrase.
  init?(pem: [UInt8]) {
    guard let file = BIO_new_mem_buf(pem, Int32(pem.count)) else { return nil }
    defer { BIO_free(file) }
    // An empty passphrase, as without any OpenSSL would ask for one on the terminal.
    var passphrase: [CChar] = [0]
    let read = passphrase.withUnsafeMutableBytes {
      PEM_read_bio_PrivateKey(file, nil, nil, $0.baseAddress)
    }
    guard let key = read else {
      ERR_clear_error()
      return nil
    }
    guard EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA else {
      EVP_PKEY_free(key)
      return nil
    }
    self.key = key
  }

  deinit { EVP_PKEY_free(key) }

  /// The signature of `message`.
  func signature(of message: [UInt8]) -> [UInt8] {
    let context = EVP_MD_CTX_new()
    defer { EVP_MD_CTX_free(context) }
    var length = Int(EVP_PKEY_get_size(key))
    return [UInt8](unsafeUninitializedCapacity: length) { output, count in
      let isDone =
        EVP_DigestSignInit(context, nil, EVP_sha256(), nil, key) == 1
        && EVP_DigestSign(context, output.baseAddress, &length, message, message.count) == 1
      precondition(isDone, "an RSA key signs any message")
      count = length
    }
  }
}
