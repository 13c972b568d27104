import COpenSSL

/// Whether both are the same, in a time that tells nothing of where they differ; only the lengths may be told apart.
public func isEqualInConstantTime(_ left: [UInt8], _ right: [UInt8]) -> Bool {
  left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
}
