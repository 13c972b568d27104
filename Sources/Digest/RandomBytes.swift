import COpenSSL

/// Bytes that nobody can foretell, from OpenSSL's generator; safe for keys and nonces.
///
/// - Parameter count: how many, from 0.
/// - Returns: `count` bytes.
public func randomBytes(_ count: Int) -> [UInt8] {
  [UInt8](unsafeUninitializedCapacity: count) { output, initialized in
    // Without entropy nothing that is signed or counted unique could be trusted.
    guard RAND_bytes(output.baseAddress, Int32(count)) == 1 else {
      fatalError("OpenSSL has no random bytes")
    }
    initialized = count
  }
}
