import Digest
import HTTPServer

/// Checks requests signed with Tencent Cloud's TC3-HMAC-SHA256.
/// https://www.tencentcloud.com/document/api/845/32206
struct TencentSignature {
  /// What can be wrong, named as Tencent names it.
  enum Problem: String, Error {
    case malformed = "AuthFailure.InvalidAuthorization"
    case expired = "AuthFailure.SignatureExpire"
    case unknownKey = "AuthFailure.SecretIdNotFound"
    case wrongToken = "AuthFailure.TokenFailure"
    case wrong = "AuthFailure.SignatureFailure"
  }

  /// How far a request's time may be off, in seconds.
  static let tolerance = 300
  let key: StandInKey
  let service: String

  /// Checks a request.
  /// - Parameters:
  ///   - request: as it came.
  ///   - paths: what the signer may have called its path: `/`, or the whole below a stand-in's name.
  ///   - now: seconds since 1970.
  /// - Throws: what is wrong with it first.
  func verify(_ request: IncomingRequest, paths: [String], now: Int) throws(Problem) {
    guard
      let given = SignedAuthorization(
        request.header("Authorization") ?? "", algorithm: "TC3-HMAC-SHA256"),
      given.scope.count == 3, given.scope[1...] == [service, "tc3_request"]
    else { throw .malformed }
    guard let stamp = request.header("X-TC-Timestamp"), isDigits(stamp), let time = Int(stamp),
      abs(time - now) <= Self.tolerance,
      given.scope[0] == UTCTime.day(seconds: time)
    else { throw .expired }
    if given.keyID != key.id { throw .unknownKey }
    if request.header("X-TC-Token") != key.sessionToken { throw .wrongToken }
    guard given.signedHeaders == given.signedHeaders.sorted(),
      ["content-type", "host"].allSatisfy(given.signedHeaders.contains),
      let headers = request.canonicalHeaders(given.signedHeaders)
    else { throw .malformed }
    let isRight = paths.contains { path in
      let expected = signature(
        request, path: path, headers: headers, given: given, stamp: stamp)
      return isSame(expected, given.signature)
    }
    guard isRight else { throw .wrong }
  }

  private func signature(
    _ request: IncomingRequest, path: String, headers: String, given: SignedAuthorization,
    stamp: String
  ) -> String {
    let canonical = [
      request.method, path, "", headers, given.signedHeaders.joined(separator: ";"),
      OpenSSLHash.sha256.digest(of: request.body).hex,
    ].joined(separator: "\n")
    let text = [
      "TC3-HMAC-SHA256", stamp, given.scope.joined(separator: "/"),
      OpenSSLHash.sha256.digest(of: canonical).hex,
    ].joined(separator: "\n")
    let signing = given.scope.reduce(Array("TC3\(key.secret)".utf8)) {
      OpenSSLHash.sha256.authenticationCode(of: $1, key: $0)
    }
    return OpenSSLHash.sha256.authenticationCode(of: text, key: signing).hex
  }
}
