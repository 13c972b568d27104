import COpenSSL

/// A keyed `EVP_MAC_CTX`, used again and again: only the first initialisation takes the key.
struct HMACContext: ~Copyable {
  private let context: OpaquePointer

  /// - Parameters:
  ///   - key: the secret.
  ///   - digest: the hash by OpenSSL's name.
  init(key: [UInt8], digest: String) {
    guard let algorithm = EVP_MAC_fetch(nil, "HMAC", nil), let context = EVP_MAC_CTX_new(algorithm)
    else { fatalError("OpenSSL offers no HMAC") }
    EVP_MAC_free(algorithm)  // The context holds a reference of its own.
    self.context = context
    // An HMAC pads its key with zeros, so one zero byte is the empty key, which OpenSSL reads as "the key from before".
    let key = key.isEmpty ? [0] : key
    // OpenSSL keeps both pointers until it is given the parameters: a literal would be gone by then.
    var digest = Array(digest.utf8CString)
    let isReady = "digest".withCString { name in
      digest.withUnsafeMutableBufferPointer { digest in
        let parameters = [
          OSSL_PARAM_construct_utf8_string(name, digest.baseAddress, 0), OSSL_PARAM_construct_end(),
        ]
        return EVP_MAC_init(context, key, key.count, parameters)
      }
    }
    guard isReady == 1 else { fatalError("OpenSSL offers no HMAC of that hash") }
  }

  deinit { EVP_MAC_CTX_free(context) }

  /// The code of `message`.
  mutating func authenticate(_ message: UnsafeRawBufferPointer) -> [UInt8] {
    let bytes = message.assumingMemoryBound(to: UInt8.self)
    return [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { output, count in
      let isDone =
        EVP_MAC_init(context, nil, 0, nil) == 1
        && EVP_MAC_update(context, bytes.baseAddress, bytes.count) == 1
        && EVP_MAC_final(context, output.baseAddress, &count, output.count) == 1
      precondition(isDone, "a keyed HMAC context takes any message")
    }
  }
}
