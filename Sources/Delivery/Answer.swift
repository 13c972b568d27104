/// What became of one attempt: a class that decides what follows, and what is known of the cause.
///
/// Drivers and the transport classify; only the retry policy decides.
public struct Answer: Sendable, Equatable {
  /// The class of an attempt's end.
  public enum Class: Sendable, Equatable {
    /// The provider took the message.
    case accepted
    /// This message can never succeed.
    case rejected
    /// The provider's rate: wait, which uses no try.
    case throttled(wait: Duration?, scope: ThrottleScope)
    /// Certainly not sent; may succeed later.
    case transient(wait: Duration?)
    /// Written, and no clear answer: it may have been sent.
    case ambiguous
    /// The connector's settings or account are at fault.
    case misconfigured(MisconfigurationScope)

    /// The name used as a metric label.
    public var label: String {
      switch self {
      case .accepted: "accepted"
      case .rejected: "rejected"
      case .throttled: "throttled"
      case .transient: "transient"
      case .ambiguous: "ambiguous"
      case .misconfigured: "misconfigured"
      }
    }
  }
  /// Whom a provider's rate limit is about.
  public enum ThrottleScope: Sendable, Equatable {
    /// This recipient alone.
    case recipient
    /// All that the connector sends.
    case connector
  }
  /// How far a fault in the settings reaches.
  public enum MisconfigurationScope: String, Sendable, Equatable {
    /// Credentials, balance, sender, address of the service: everything the connector sends.
    case account
    /// The provider's own template or its variables.
    case template
    /// This country or domain is not enabled.
    case destination
  }

  /// What the end means.
  public var `class`: Class
  /// Why, from a closed set.
  public var reason: Reason
  /// The provider's own code or the transport's, such as `twilio.21211`, `http.503`, `smtp.550`.
  public var code: String
  /// What an operator should know or do, in our words: bounded, without recipient, code or secret.
  public var detail: String
  /// The provider's ids of what it took.
  public var providerMessageIDs: [String]
  /// Whether `code` is the provider's own word, rather than a status or a lost connection.
  public var isProvidersOwnCode: Bool
  /// Whether `code` says that the provider's whole service is out, so that any other message would fare the same.
  public var isOutage: Bool

  /// An answer of a class.
  public init(
    _ class: Class, reason: Reason? = nil, code: String, detail: String = "",
    providerMessageIDs: [String] = [], isProvidersOwnCode: Bool = false, isOutage: Bool = false
  ) {
    self.class = `class`
    self.reason = reason ?? Reason.usual(for: `class`)
    self.code = code
    self.detail = detail
    self.providerMessageIDs = providerMessageIDs
    self.isProvidersOwnCode = isProvidersOwnCode
    self.isOutage = isOutage
  }
}

/// Why a request ended as it did: a closed set, safe as a metric label.
public enum Reason: String, Sendable, CaseIterable {
  case ok
  case recipientInvalid = "recipient.invalid"
  case recipientBlocked = "recipient.blocked"
  case recipientUnreachable = "recipient.unreachable"
  case contentRefused = "content.refused"
  case policyRefused = "policy.refused"
  case idReused = "id.reused"
  case deadlinePassed = "deadline.passed"
  case newerRequest = "newer.request"
  case alreadyConcluded = "already.concluded"
  case poison
  case exhausted
  case config
  case ambiguous
  case oversize

  /// The reason of a class when nothing better is known.
  static func usual(for class: Answer.Class) -> Reason {
    switch `class` {
    case .accepted: .ok
    case .rejected: .policyRefused
    case .throttled, .transient: .exhausted
    case .ambiguous: .ambiguous
    case .misconfigured: .config
    }
  }
}
