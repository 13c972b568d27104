import COpenSSL

/// OpenSSL's SHA-256, looked up once: the look-up costs more than the digest of a short message.
enum SHA256Algorithm {
  // Never changed and never freed; OpenSSL lets all threads use a fetched algorithm.
  nonisolated(unsafe) static let shared: OpaquePointer = {
    guard let algorithm = EVP_MD_fetch(nil, "SHA256", nil) else {
      fatalError("OpenSSL offers no SHA-256")
    }
    return algorithm
  }()
}
