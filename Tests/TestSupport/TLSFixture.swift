import COpenSSL
import Foundation
import Glibc

/// A key and a certificate made for one test, which nobody trusts but who is given ``file``.
///
/// Unchecked: OpenSSL's objects are only read after `init`, and counted by OpenSSL itself.
public final class TLSFixture: @unchecked Sendable {
  /// The certificate (PEM), to be trusted.
  public let file: String
  let context: OpaquePointer
  private let key: OpaquePointer

  /// A certificate signed by its own key.
  /// - Parameters:
  ///   - name: the DNS name that it is for.
  ///   - isLoopback: whether it is for 127.0.0.1 too.
  ///   - validSeconds: when it is valid, in seconds from now.
  public init(
    name: String = "localhost", isLoopback: Bool = true,
    validSeconds: ClosedRange<Int> = -3_600...86_400
  ) {
    key = Self.makeKey()
    let certificate = X509_new()
    defer { X509_free(certificate) }
    X509_set_version(certificate, 2)
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), Int.random(in: 1...(1 << 40)))
    X509_gmtime_adj(X509_getm_notBefore(certificate), validSeconds.lowerBound)
    X509_gmtime_adj(X509_getm_notAfter(certificate), validSeconds.upperBound)
    X509_set_pubkey(certificate, key)
    let subject = X509_get_subject_name(certificate)
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, name, -1, -1, 0)
    X509_set_issuer_name(certificate, subject)
    Self.addNames(to: certificate, name: name, isLoopback: isLoopback)
    precondition(X509_sign(certificate, key, nil) > 0, "the certificate cannot be signed")
    context = SSL_CTX_new(TLS_server_method())
    precondition(SSL_CTX_use_certificate(context, certificate) == 1, "no certificate")
    precondition(SSL_CTX_use_PrivateKey(context, key) == 1, "no key")
    file = Self.write(certificate)
  }

  deinit {
    SSL_CTX_free(context)
    EVP_PKEY_free(key)
    unlink(file)
  }

  private static func makeKey() -> OpaquePointer {
    var key: OpaquePointer?
    let maker = EVP_PKEY_CTX_new_id(EVP_PKEY_ED25519, nil)
    defer { EVP_PKEY_CTX_free(maker) }
    EVP_PKEY_keygen_init(maker)
    EVP_PKEY_keygen(maker, &key)
    guard let key else { preconditionFailure("no key can be made") }
    return key
  }

  /// Adds the subject's alternative names, written as DER: `[2]` is a DNS name, `[7]` an address
  /// (https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.6).
  private static func addNames(to certificate: OpaquePointer?, name: String, isLoopback: Bool) {
    var names = [0x82, UInt8(name.utf8.count)] + Array(name.utf8)
    if isLoopback { names += [0x87, 4, 127, 0, 0, 1] }
    let sequence = [0x30, UInt8(names.count)] + names
    let octets = ASN1_OCTET_STRING_new()
    defer { ASN1_OCTET_STRING_free(octets) }
    ASN1_OCTET_STRING_set(octets, sequence, Int32(sequence.count))
    let addition = X509_EXTENSION_create_by_NID(nil, NID_subject_alt_name, 0, octets)
    defer { X509_EXTENSION_free(addition) }
    X509_add_ext(certificate, addition, -1)
  }

  private static func write(_ certificate: OpaquePointer?) -> String {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("certificate-\(UUID().uuidString).pem").path
    guard let output = BIO_new_file(path, "w") else { preconditionFailure("no temporary file") }
    PEM_write_bio_X509(output, certificate)
    BIO_free(output)
    return path
  }
}
