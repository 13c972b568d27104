internal import Delivery
internal import Digest

/// Signs requests to AWS ([Signature Version 4](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html)).
struct AWSSignature: Sendable {
  private static let algorithm = "AWS4-HMAC-SHA256"

  private let accessKeyID: String
  private let secret: Secret
  private let sessionToken: Secret?
  private let region: String
  private let service: String

  /// Signs for a service in a region with a key.
  /// - Parameters:
  ///   - accessKeyID: the access key.
  ///   - secret: its secret.
  ///   - sessionToken: what temporary keys have besides.
  ///   - region: such as `eu-west-1`.
  ///   - service: such as `ses`.
  init(
    accessKeyID: String, secret: Secret, sessionToken: Secret? = nil, region: String,
    service: String
  ) {
    self.accessKeyID = accessKeyID
    self.secret = secret
    self.sessionToken = sessionToken
    self.region = region
    self.service = service
  }

  /// A request with the headers that sign it; a `POST` unless said otherwise.
  func signed(
    _ endpoint: HTTPEndpoint, method: String = "POST", contentType: String = "application/json",
    body: [UInt8] = [], at time: Timestamp
  ) -> HTTPExchange {
    var headers = [(name: "Content-Type", value: contentType), ("X-Amz-Date", Self.text(of: time))]
    if let sessionToken { headers.append(("X-Amz-Security-Token", sessionToken.reveal())) }
    let request = canonicalRequest(endpoint, method: method, headers, body)
    let authorization =
      "\(Self.algorithm) Credential=\(accessKeyID)/\(scope(at: time)), "
      + "SignedHeaders=\(Self.names(of: signedHeaders(endpoint, headers))), "
      + "Signature=\(signature(of: stringToSign(request, at: time), at: time))"
    headers.append(("Authorization", authorization))
    return HTTPExchange(endpoint, method: method, headers: headers, body: body)
  }

  /// What of a request is signed; its path must need no escapes.
  func canonicalRequest(
    _ endpoint: HTTPEndpoint, method: String = "POST",
    _ headers: [(name: String, value: String)], _ body: [UInt8]
  ) -> String {
    let signed = signedHeaders(endpoint, headers)
    let lines = signed.map { "\($0.name):\($0.value)" }
    return
      ([method, endpoint.target, ""] + lines
      + ["", Self.names(of: signed), SHA256.digest(of: body).hex])
      .joined(separator: "\n")
  }

  private func signedHeaders(
    _ endpoint: HTTPEndpoint, _ headers: [(name: String, value: String)]
  ) -> [(name: String, value: String)] {
    ([(name: "host", value: endpoint.hostHeader)]
      + headers.map { (name: $0.name.lowercased(), value: $0.value) }).sorted { $0.name < $1.name }
  }

  private static func names(of headers: [(name: String, value: String)]) -> String {
    headers.map(\.name).joined(separator: ";")
  }

  /// The text that is signed.
  func stringToSign(_ canonicalRequest: String, at time: Timestamp) -> String {
    [
      Self.algorithm, Self.text(of: time), scope(at: time),
      SHA256.digest(of: Array(canonicalRequest.utf8)).hex,
    ].joined(separator: "\n")
  }

  /// The signature in hexadecimal digits: a key for the day, of it one for the region, and so on, the last of which signs.
  func signature(of text: String, at time: Timestamp) -> String {
    [String(Self.text(of: time).prefix(8)), region, service, "aws4_request", text].reduce(
      Array("AWS4\(secret.reveal())".utf8)
    ) { HMACKey($0).authenticationCode(for: $1) }.hex
  }

  private func scope(at time: Timestamp) -> String {
    "\(Self.text(of: time).prefix(8))/\(region)/\(service)/aws4_request"
  }

  /// A moment as AWS writes it: `20260102T030405Z`.
  private static func text(of time: Timestamp) -> String {
    time.rfc3339.prefix(19).filter { $0 != "-" && $0 != ":" } + "Z"
  }
}
