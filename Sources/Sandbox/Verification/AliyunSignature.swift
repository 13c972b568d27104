import Foundation
import HTTPServer

/// Checks requests in Aliyun's RPC style, signed with HMAC-SHA1.
/// https://www.alibabacloud.com/help/en/sdk/product-overview/rpc-mechanism
final class AliyunSignature: Sendable {
  /// What can be wrong, named as Aliyun names it.
  enum Problem: Error, Equatable {
    /// A parameter that every request has is missing.
    case missing(String)
    /// A parameter that every request has is of another value than there can be.
    case unsupported(String)
    case timeFormat
    case expired
    case unknownKey
    case wrong
    case replayed

    /// Aliyun's code for it.
    var code: String {
      switch self {
      case .missing(let name): "Missing\(name)"
      case .unsupported(let name): "Unsupported\(name)"
      case .timeFormat: "InvalidTimeStamp.Format"
      case .expired: "InvalidTimeStamp.Expired"
      case .unknownKey: "InvalidAccessKeyId.NotFound"
      case .wrong: "SignatureDoesNotMatch"
      case .replayed: "SignatureNonceUsed"
      }
    }
  }

  /// How far a request's time may be off, in seconds.
  static let tolerance = 900
  private let key: StandInKey
  private let nonces = NonceBook()

  /// Checks for one access key.
  init(key: StandInKey) { self.key = key }

  /// Checks a request.
  /// - Parameters:
  ///   - fields: all of its parameters, `Signature` too.
  ///   - method: of HTTP, in capitals.
  ///   - now: seconds since 1970.
  /// - Throws: what is wrong with it first.
  func verify(_ fields: [String: String], method: String, now: Int) throws(Problem) {
    for name in ["AccessKeyId", "Signature", "SignatureNonce", "Timestamp"]
    where fields[name]?.isEmpty ?? true {
      throw .missing(name)
    }
    if fields["SignatureMethod"] != "HMAC-SHA1" { throw .unsupported("SignatureMethod") }
    if fields["SignatureVersion"] != "1.0" { throw .unsupported("SignatureVersion") }
    guard let time = UTCTime.seconds(extended: fields["Timestamp"] ?? "") else { throw .timeFormat }
    if abs(time - now) > Self.tolerance { throw .expired }
    if fields["AccessKeyId"] != key.id { throw .unknownKey }
    let expected = Self.signature(fields, method: method, secret: key.secret)
    guard isSame(fields["Signature"] ?? "", expected) else { throw .wrong }
    // Only of requests that were really the account's.
    let isNew = nonces.isNew(
      fields["SignatureNonce"] ?? "", now: now, lifetime: 2 * Self.tolerance)
    if !isNew { throw .replayed }
  }

  /// The signature that the parameters should have, in base64.
  static func signature(_ fields: [String: String], method: String, secret: String) -> String {
    let query = fields.filter { $0.key != "Signature" }
      .sorted { Array($0.key.utf8).lexicographicallyPrecedes(Array($1.key.utf8)) }
      .map { "\(percentEncoded($0.key))=\(percentEncoded($0.value))" }.joined(separator: "&")
    let text = "\(method)&%2F&\(percentEncoded(query))"
    return Data(OpenSSLHash.sha1.authenticationCode(of: text, key: secret + "&"))
      .base64EncodedString()
  }
}
