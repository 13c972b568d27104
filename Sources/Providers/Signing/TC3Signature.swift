internal import Delivery
internal import Digest

/// Signs requests to Tencent Cloud
/// ([TC3-HMAC-SHA256](https://cloud.tencent.com/document/api/213/30654)).
struct TC3Signature: Sendable {
  private static let algorithm = "TC3-HMAC-SHA256"
  private static let signedHeaders = "content-type;host"

  private let secretID: String
  private let secretKey: Secret
  private let service: String

  /// Signs for a service, such as `sms`, with a key.
  init(secretID: String, secretKey: Secret, service: String) {
    self.secretID = secretID
    self.secretKey = secretKey
    self.service = service
  }

  /// The value of `Authorization` for a POST of `body`.
  func authorization(
    _ endpoint: HTTPEndpoint, contentType: String, body: [UInt8], at time: Timestamp
  ) -> String {
    let request = Self.canonicalRequest(endpoint, contentType: contentType, body: body)
    let text = stringToSign(request, at: time)
    let date = Self.date(of: time)
    // A key for the day, of it one for the service, of that one for requests, which signs.
    let signature = [date, service, "tc3_request", text].reduce(
      Array("TC3\(secretKey.reveal())".utf8)
    ) { HMACKey($0).authenticationCode(for: $1) }
    return "\(Self.algorithm) Credential=\(secretID)/\(scope(date)), "
      + "SignedHeaders=\(Self.signedHeaders), Signature=\(signature.hex)"
  }

  /// What of a request is signed.
  static func canonicalRequest(
    _ endpoint: HTTPEndpoint, contentType: String, body: [UInt8]
  ) -> String {
    [
      "POST", endpoint.target, "", "content-type:\(contentType)", "host:\(endpoint.hostHeader)", "",
      signedHeaders, SHA256.digest(of: body).hex,
    ].joined(separator: "\n")
  }

  /// The text that is signed.
  func stringToSign(_ canonicalRequest: String, at time: Timestamp) -> String {
    [
      Self.algorithm, Self.seconds(of: time), scope(Self.date(of: time)),
      SHA256.digest(of: Array(canonicalRequest.utf8)).hex,
    ].joined(separator: "\n")
  }

  /// The value of `X-TC-Timestamp`: whole seconds since 1970.
  static func seconds(of time: Timestamp) -> String { String(time.milliseconds / 1_000) }

  private static func date(of time: Timestamp) -> String { String(time.rfc3339.prefix(10)) }

  private func scope(_ date: String) -> String { "\(date)/\(service)/tc3_request" }
}
