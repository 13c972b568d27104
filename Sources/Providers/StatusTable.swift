public import Delivery

/// What a status means when the provider says nothing better: one table for all drivers.
public enum StatusTable {
  /// The code of an answer that goes by the status: `http.503`.
  static func code(of status: Int) -> String {
    status == 200 ? "http.200" : "http.\(status)"
  }

  /// What a reply means by its status alone, code `http.<status>`.
  ///
  /// A 2xx is here because it could not be read: whoever can read it does not ask.
  public static func answer(to reply: HTTPReply) -> Answer {
    let (meaning, reason, detail): (Answer.Class, Reason?, String) =
      switch reply.status {
      case 200..<300: (.ambiguous, nil, "the service took something, but its reply cannot be read")
      case 300..<400:
        (
          .misconfigured(.account), nil,
          "the service redirects, which is never followed: check the connector's address"
        )
      case 400, 409, 422: (.rejected, nil, "the service refuses this message")
      case 413: (.rejected, .contentRefused, "the message is too large for the service")
      case 401: (.misconfigured(.account), nil, "the service does not know these credentials")
      case 402: (.misconfigured(.account), nil, "the service wants to be paid: check the balance")
      case 403:
        (.misconfigured(.account), nil, "these credentials may not send: check their rights")
      case 404:
        (.misconfigured(.account), nil, "nothing is at this address: check the connector's address")
      case 407: (.misconfigured(.account), nil, "a proxy wants credentials")
      case 408, 425:
        (.transient(wait: reply.retryAfter), nil, "the service wants the request again")
      case 429:
        (
          .throttled(wait: reply.retryAfter ?? reply.rateLimitReset, scope: .connector), nil,
          "too many requests"
        )
      case 503: (.transient(wait: reply.retryAfter), nil, "the service is not available")
      case 500..<600: (.ambiguous, nil, "the service failed and may have sent the message")
      default: (.ambiguous, nil, "unknown status: what became of the message is not known")
      }
    return Answer(meaning, reason: reason, code: code(of: reply.status), detail: detail)
  }
}

extension HTTPReply {
  /// How long the service asks to wait (`Retry-After`, [RFC 9110 §10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3)).
  ///
  /// A number of seconds, or a date that is measured from the reply's own `Date`: both are by the service's clock, and ours
  /// may differ. At most a day, which is more than any request lives; nil when neither can be read.
  var retryAfter: Duration? {
    guard let text = header("Retry-After") else { return nil }
    let day = Duration.seconds(86_400)
    if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
      return Int64(text).map { min(day, .seconds($0)) } ?? day
    }
    guard let due = Timestamp(httpDate: text),
      let now = header("Date").flatMap(Timestamp.init(httpDate:))
    else { return nil }
    return min(day, max(.zero, due - now))
  }

  /// How long until the service's rate begins anew (`X-RateLimit-Reset`), which several services give in place of
  /// `Retry-After`: seconds or milliseconds since 1970, measured from the reply's own `Date`.
  ///
  /// At most a day; nil when either cannot be read.
  var rateLimitReset: Duration? {
    guard let number = header("X-RateLimit-Reset").flatMap({ Int64($0) }), number > 1_000_000_000,
      let now = header("Date").flatMap(Timestamp.init(httpDate:))
    else { return nil }
    let isSeconds = number < 100_000_000_000
    guard isSeconds || number < 100_000_000_000_000 else { return nil }
    let due = Timestamp(milliseconds: isSeconds ? number * 1_000 : number)
    return min(.seconds(86_400), max(.zero, due - now))
  }
}
