internal import Delivery
internal import Digest
internal import JSON

/// What a service account proves itself with to an issuer of tokens: claims, signed with its key
/// ([RFC 7523](https://www.rfc-editor.org/rfc/rfc7523)).
struct JWTAssertion: Sendable {
  /// How long one counts, in seconds.
  static let lifetime: Int64 = 300

  /// The service account.
  let issuer: String
  /// For whom it acts.
  let subject: String
  /// What the token is for.
  let scope: String
  /// The issuer of tokens.
  let audience: String
  /// The account's key.
  let key: RSAKey

  /// Header, claims and signature at a moment.
  func text(at now: Timestamp) -> String {
    let seconds = now.milliseconds / 1_000
    var claims = JSONWriter(capacity: 256)
    claims.beginObject()
    claims.member("iss", issuer)
    claims.member("scope", scope)
    claims.member("sub", subject)
    claims.member("aud", audience)
    claims.key("iat")
    claims.integer(seconds)
    claims.key("exp")
    claims.integer(seconds + Self.lifetime)
    claims.endObject()
    let header = Array(#"{"alg":"RS256","typ":"JWT"}"#.utf8)
    let signed = "\(header.base64URL).\(claims.bytes.base64URL)"
    return "\(signed).\(key.signature(of: Array(signed.utf8)).base64URL)"
  }
}

extension [UInt8] {
  /// Base64 for addresses, without padding ([RFC 4648 §5](https://www.rfc-editor.org/rfc/rfc4648#section-5)).
  fileprivate var base64URL: String {
    String(base64.prefix { $0 != "=" }.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 })
  }
}
