public import Delivery
internal import JSON

/// Where a driver gets the token that its requests carry: another exchange, and how to read its reply.
///
/// Pure, like a driver: the pipeline carries the exchange out, keeps the token while it lives, and asks once for all sends
/// that wait. The replies are OAuth's ([RFC 6749 §5](https://www.rfc-editor.org/rfc/rfc6749#section-5)).
public struct TokenSource: Sendable {
  /// A token and how long it may be used.
  public struct Token: Sendable, Equatable {
    /// What requests carry.
    public var value: Secret
    /// How long it may be used: less than its issuer says, so that it does not end under way.
    public var lifetime: Duration
  }
  /// What a reply means.
  public enum Grant: Sendable, Equatable {
    /// A token.
    case granted(Token)
    /// None, and what that means for the messages that wait for it: none of them was sent.
    case refused(Answer)
  }

  private let endpoint: HTTPEndpoint
  private let authorization: Secret?
  private let form: @Sendable (Timestamp) -> FormBody

  /// A source.
  /// - Parameters:
  ///   - endpoint: the address of the issuer's token endpoint.
  ///   - authorization: the value of `Authorization`; nil for none.
  ///   - form: the fields of a request at a moment.
  init(
    _ endpoint: HTTPEndpoint, authorization: Secret? = nil,
    form: @escaping @Sendable (Timestamp) -> FormBody
  ) {
    self.endpoint = endpoint
    self.authorization = authorization
    self.form = form
  }

  /// The request for a token.
  public func exchange(at now: Timestamp) -> HTTPExchange {
    var headers = [
      (name: "Content-Type", value: "application/x-www-form-urlencoded"),
      ("Accept", "application/json"),
    ]
    if let authorization { headers.append(("Authorization", authorization.reveal())) }
    return HTTPExchange(endpoint, headers: headers, body: form(now).bytes)
  }

  /// What the reply to that request means.
  public func grant(in reply: HTTPReply) -> Grant {
    let fields = ReplyFields(Self.replyNames, in: reply.body)
    if reply.isSuccess, let value = fields?["access_token"], !value.isEmpty,
      value.utf8.count <= 8_192,
      value.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    {
      return .granted(
        Token(value: Secret(value), lifetime: Self.usefulLifetime(fields?["expires_in"])))
    }
    var answer = Self.codes.answer(to: reply, code: fields?["error"])
    // Whatever a status would mean for a message: none was sent.
    switch answer.class {
    case .misconfigured, .throttled, .transient: break
    case .ambiguous where reply.status >= 500:
      answer.class = .transient(wait: reply.retryAfter)
      answer.reason = .exhausted
    case .accepted, .rejected, .ambiguous:
      answer.class = .misconfigured(.account)
      answer.reason = .config
      answer.detail = "no token came: check the address of the token endpoint and the credentials"
    }
    if !answer.code.hasPrefix("oauth.") { answer.code = "oauth.\(answer.code)" }
    return .refused(answer)
  }

  /// Whether a reply says that the token of its request does not count any more.
  public func isRefusal(_ reply: Reply) -> Bool {
    switch reply {
    case .http(let reply): reply.status == 401
    case .smtp(let reply): reply.stage == .login && reply.code == 535
    }
  }

  private static let replyNames = ReplyFields.Names("access_token", "expires_in", "error")
  /// What a token is taken to live whose issuer does not say.
  private static let usualLifetime: Int64 = 300

  /// A minute less than the issuer says, but at least half of it; at most a day.
  private static func usefulLifetime(_ text: String?) -> Duration {
    let seconds = min(max(text.flatMap { Int64($0) } ?? usualLifetime, 1), 86_400)
    return max(.seconds(seconds - 60), .seconds(seconds) / 2)
  }

  /// [RFC 6749 §5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2).
  static let codes = CodeTable(
    "oauth",
    [
      .init(
        ["invalid_client", "unauthorized_client", "access_denied"], .misconfigured(.account),
        "no token came: the issuer does not take the client's id or secret"),
      .init(
        ["invalid_grant"], .misconfigured(.account),
        "no token came: the refresh token or key has expired or was revoked"),
      .init(
        ["invalid_scope", "invalid_target"], .misconfigured(.account),
        "no token came: the client may not have one for this service; check its rights"),
      .init(
        ["invalid_request", "unsupported_grant_type"], .misconfigured(.account),
        "no token came: the issuer does not understand the request; check its address"),
      .init(
        ["temporarily_unavailable", "server_error"], .transient(wait: nil),
        "no token came: the issuer is not available"),
    ])
}
