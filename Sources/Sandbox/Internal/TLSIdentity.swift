import COpenSSL
import Glibc

/// A key and a certificate made at start, which nobody trusts but who is given its PEM.
///
/// Unchecked: OpenSSL's context is only read after `init`, and counts its own users.
final class TLSIdentity: @unchecked Sendable {
  /// The certificate, to be trusted.
  let pem: String
  let context: OpaquePointer

  /// A certificate for `localhost`, both loopback addresses and `host`, for a year.
  /// - Returns: nil when OpenSSL cannot make one.
  init?(host: String) {
    guard let key = Self.makeKey() else { return nil }
    defer { EVP_PKEY_free(key) }
    guard let certificate = Self.makeCertificate(key, host: host) else { return nil }
    defer { X509_free(certificate) }
    guard let pem = Self.pem(of: certificate), let context = SSL_CTX_new(TLS_server_method()) else {
      return nil
    }
    guard SSL_CTX_use_certificate(context, certificate) == 1,
      SSL_CTX_use_PrivateKey(context, key) == 1
    else {
      SSL_CTX_free(context)
      return nil
    }
    self.pem = pem
    self.context = context
  }

  deinit { SSL_CTX_free(context) }

  /// P-256: every client takes it, which cannot be said of Ed25519.
  private static func makeKey() -> OpaquePointer? {
    let maker = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, nil)
    defer { EVP_PKEY_CTX_free(maker) }
    var key: OpaquePointer?
    guard EVP_PKEY_keygen_init(maker) == 1,
      EVP_PKEY_CTX_set_ec_paramgen_curve_nid(maker, NID_X9_62_prime256v1) == 1,
      EVP_PKEY_keygen(maker, &key) == 1
    else { return nil }
    return key
  }

  private static func makeCertificate(_ key: OpaquePointer, host: String) -> OpaquePointer? {
    guard let certificate = X509_new() else { return nil }
    X509_set_version(certificate, 2)
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), Int.random(in: 1...(1 << 40)))
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3_600)
    X509_gmtime_adj(X509_getm_notAfter(certificate), 366 * 86_400)
    X509_set_pubkey(certificate, key)
    let subject = X509_get_subject_name(certificate)
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, "otp-worker sandbox", -1, -1, 0)
    X509_set_issuer_name(certificate, subject)
    addNames(to: certificate, host: host)
    guard X509_sign(certificate, key, EVP_sha256()) > 0 else {
      X509_free(certificate)
      return nil
    }
    return certificate
  }

  /// Adds the subject's alternative names, written as DER: `[2]` is a DNS name, `[7]` an address
  /// (https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.6).
  private static func addNames(to certificate: OpaquePointer, host: String) {
    func name(_ text: String) -> [UInt8] { [0x82, UInt8(text.utf8.count)] + Array(text.utf8) }
    var names = name("localhost") + [0x87, 4, 127, 0, 0, 1]
    names += [0x87, 16] + [UInt8](repeating: 0, count: 15) + [1]
    var four = in_addr()
    if inet_pton(AF_INET, host, &four) == 1 {
      names += [0x87, 4] + withUnsafeBytes(of: &four) { Array($0) }
    }
    // Short enough for a length of one byte.
    let sequence = [0x30, UInt8(names.count)] + names
    let octets = ASN1_OCTET_STRING_new()
    defer { ASN1_OCTET_STRING_free(octets) }
    ASN1_OCTET_STRING_set(octets, sequence, Int32(sequence.count))
    let addition = X509_EXTENSION_create_by_NID(nil, NID_subject_alt_name, 0, octets)
    defer { X509_EXTENSION_free(addition) }
    X509_add_ext(certificate, addition, -1)
  }

  private static func pem(of certificate: OpaquePointer) -> String? {
    guard let output = BIO_new(BIO_s_mem()) else { return nil }
    defer { BIO_free(output) }
    guard PEM_write_bio_X509(output, certificate) == 1 else { return nil }
    var bytes = [UInt8](repeating: 0, count: 8_192)
    let count = BIO_read(output, &bytes, Int32(bytes.count))
    return count > 0 ? String(decoding: bytes.prefix(Int(count)), as: UTF8.self) : nil
  }
}
