import Digest
import HTTPServer

/// Checks requests signed with AWS Signature Version 4.
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
struct AWSSignature {
  /// What can be wrong, named as AWS names it.
  enum Problem: String, Error {
    case missing = "MissingAuthenticationTokenException"
    case incomplete = "IncompleteSignatureException"
    case unknownKey = "UnrecognizedClientException"
    case wrong = "InvalidSignatureException"
  }
  /// A problem, and what AWS says about it.
  struct Failure: Error {
    let problem: Problem
    let message: String
  }

  /// How far a request's time may be off, in seconds.
  static let tolerance = 300

  let keys: [StandInKey]
  /// nil takes any, as long as the signature is made for it.
  let region: String?
  let service: String

  /// Checks a request.
  /// - Parameters:
  ///   - request: as it came.
  ///   - paths: what the signer may have called its path: whole, or within the provider's API.
  ///   - now: seconds since 1970.
  /// - Throws: what is wrong with it first.
  func verify(_ request: IncomingRequest, paths: [String], now: Int) throws(Failure) {
    guard let header = request.header("Authorization") else {
      throw Failure(problem: .missing, message: "Missing Authentication Token")
    }
    guard let given = SignedAuthorization(header, algorithm: "AWS4-HMAC-SHA256"),
      let date = request.header("X-Amz-Date"), let time = UTCTime.seconds(basic: date)
    else {
      throw Failure(
        problem: .incomplete,
        message: "Authorization header requires 'Credential', 'Signature' and 'SignedHeaders' "
          + "parameters, and the request an 'X-Amz-Date' header.")
    }
    let key = try key(of: given, request)
    try checkScope(given, date: date)
    try checkTime(time, date, now: now)
    let canonical = try canonicalHeaders(of: given, request)
    let isRight = paths.contains { path in
      let signature = signature(
        request, path: path, headers: canonical, given: given, date: date, secret: key.secret)
      return isSame(signature, given.signature)
    }
    guard isRight else {
      throw Failure(
        problem: .wrong,
        message: "The request signature we calculated does not match the signature you provided. "
          + "Check your AWS Secret Access Key and signing method. "
          + "Consult the service documentation for details.")
    }
  }

  private func key(
    of given: SignedAuthorization, _ request: IncomingRequest
  ) throws(Failure) -> StandInKey {
    guard let key = keys.first(where: { $0.id == given.keyID }),
      key.sessionToken == request.header("X-Amz-Security-Token")
    else {
      throw Failure(
        problem: .unknownKey, message: "The security token included in the request is invalid.")
    }
    return key
  }

  private func checkScope(_ given: SignedAuthorization, date: String) throws(Failure) {
    let scope = given.scope
    guard scope.count == 4, scope[3] == "aws4_request" else {
      throw Failure(
        problem: .incomplete,
        message: "Credential must have exactly 5 slash-delimited elements, "
          + "e.g. keyid/date/region/service/term.")
    }
    guard scope[0] == date.prefix(8) else {
      throw Failure(
        problem: .wrong,
        message: "Date in Credential scope does not match YYYYMMDD from X-Amz-Date.")
    }
    guard scope[1] == region ?? scope[1] else {
      throw Failure(problem: .wrong, message: "Credential should be scoped to a valid region.")
    }
    guard scope[2] == service else {
      throw Failure(
        problem: .wrong, message: "Credential should be scoped to correct service: '\(service)'.")
    }
  }

  private func checkTime(_ time: Int, _ date: String, now: Int) throws(Failure) {
    guard time >= now - Self.tolerance else {
      throw Failure(
        problem: .wrong,
        message: "Signature expired: \(date) is earlier than 5 minutes before the server's time.")
    }
    guard time <= now + Self.tolerance else {
      throw Failure(
        problem: .wrong,
        message:
          "Signature not yet current: \(date) is later than 5 minutes after the server's time.")
    }
  }

  /// The host, the type of the content and every header of AWS's own must be signed.
  private func canonicalHeaders(
    of given: SignedAuthorization, _ request: IncomingRequest
  ) throws(Failure) -> String {
    let names = request.headers.map { $0.name.lowercased() }
    let needed = names.filter { $0.hasPrefix("x-amz-") || $0 == "content-type" } + ["host"]
    if let missing = needed.first(where: { !given.signedHeaders.contains($0) }) {
      throw Failure(
        problem: .wrong, message: "'\(missing)' must be a 'SignedHeader' in the AWS Authorization.")
    }
    guard given.signedHeaders == given.signedHeaders.sorted(),
      let headers = request.canonicalHeaders(given.signedHeaders)
    else {
      throw Failure(
        problem: .incomplete, message: "SignedHeaders must be sorted, and in the request.")
    }
    return headers
  }

  private func signature(
    _ request: IncomingRequest, path: String, headers: String, given: SignedAuthorization,
    date: String, secret: String
  ) -> String {
    let query = (request.query ?? []).map {
      "\(percentEncoded($0.name))=\(percentEncoded($0.value))"
    }.sorted().joined(separator: "&")
    let canonical = [
      request.method, path, query, headers, given.signedHeaders.joined(separator: ";"),
      OpenSSLHash.sha256.digest(of: request.body).hex,
    ].joined(separator: "\n")
    let text = [
      "AWS4-HMAC-SHA256", date, given.scope.joined(separator: "/"),
      OpenSSLHash.sha256.digest(of: canonical).hex,
    ].joined(separator: "\n")
    let key = given.scope.reduce(Array("AWS4\(secret)".utf8)) {
      OpenSSLHash.sha256.authenticationCode(of: $1, key: $0)
    }
    return OpenSSLHash.sha256.authenticationCode(of: text, key: key).hex
  }
}
