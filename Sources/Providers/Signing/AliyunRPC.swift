internal import Delivery
internal import Digest

/// Calls of Alibaba Cloud in its [RPC style](https://help.aliyun.com/zh/sdk/product-overview/rpc-mechanism): parameters in
/// a form, signed with HMAC-SHA1.
struct AliyunRPC: Sendable {
  private let endpoint: HTTPEndpoint
  private let accessKeyID: String
  private let region: String
  private let key: HMACKey

  /// Calls to a service.
  /// - Parameters:
  ///   - endpoint: the service's base URL.
  ///   - accessKeyID: the access key.
  ///   - secret: its secret.
  ///   - region: the value of `RegionId`.
  init(endpoint: HTTPEndpoint, accessKeyID: String, secret: Secret, region: String) {
    self.endpoint = endpoint.appending(path: "/")
    self.accessKeyID = accessKeyID
    self.region = region
    key = HMACKey(secret.reveal() + "&", algorithm: .sha1)
  }

  /// The request that calls `action` with its own `parameters`.
  func exchange(
    _ action: String, version: String, _ parameters: [(name: String, value: String)],
    context: SendContext
  ) -> HTTPExchange {
    let common = [
      (name: "AccessKeyId", value: accessKeyID), ("Action", action), ("Format", "json"),
      ("RegionId", region), ("SignatureMethod", "HMAC-SHA1"),
      ("SignatureNonce", context.nonce.text), ("SignatureVersion", "1.0"),
      // Without milliseconds, which the service does not take.
      ("Timestamp", context.now.rfc3339.prefix(19) + "Z"), ("Version", version),
    ]
    let query = Self.canonicalQuery(common + parameters)
    let body = query + "&Signature=" + signature(of: query).percentEncoded
    return HTTPExchange(
      endpoint, headers: [("Content-Type", "application/x-www-form-urlencoded")],
      body: Array(body.utf8))
  }

  /// The signature of a canonical query, in Base64.
  func signature(of query: String) -> String {
    key.authenticationCode(for: Self.stringToSign(query)).base64
  }

  /// The parameters by name, percent-encoded: what is signed, and the form too.
  static func canonicalQuery(_ parameters: [(name: String, value: String)]) -> String {
    parameters.sorted { $0.name < $1.name }
      .map { "\($0.name.percentEncoded)=\($0.value.percentEncoded)" }.joined(separator: "&")
  }

  /// The text that is signed: method, path and canonical query.
  static func stringToSign(_ query: String) -> String { "POST&%2F&" + query.percentEncoded }

  /// What the gateway before every service answers; what InternalError means is each service's own.
  static let codes: [CodeTable.Row] = [
    .init(
      ["InvalidAccessKeyId.NotFound", "InvalidAccessKeyId.Inactive"], .misconfigured(.account),
      "Alibaba Cloud does not know the access key or it is disabled: check accessKeyId"),
    .init(
      ["SignatureDoesNotMatch"], .misconfigured(.account),
      "Alibaba Cloud does not take the signature: check accessKeySecret"),
    .init(
      ["InvalidTimeStamp.Expired"], .misconfigured(.account),
      "the time in the request is more than 15 minutes off: set this machine's clock"),
    .init(
      ["Forbidden*"], .misconfigured(.account),
      "the access key may not do this: give its RAM user the right to send"),
    .init(
      ["Throttling*"], .throttled(wait: nil, scope: .connector),
      "the account calls more often than it may"),
    // The nonce is new for every try: the service had this one before.
    .init(["SignatureNonceUsed"], .ambiguous, "the request arrived twice"),
    .init(["ServiceUnavailable"], .transient(wait: nil), "Alibaba Cloud is not available"),
  ]
}
