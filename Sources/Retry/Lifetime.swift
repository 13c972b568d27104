public import Delivery

/// From when to when a request is worth anything; fixed when it is first read.
public struct Lifetime: Sendable, Equatable {
  /// When it was enqueued.
  public var requestedAt: Timestamp
  /// When it becomes worthless.
  public var expiresAt: Timestamp

  /// A lifetime between two moments.
  public init(requestedAt: Timestamp, expiresAt: Timestamp) {
    self.requestedAt = requestedAt
    self.expiresAt = expiresAt
  }

  /// The lifetime of a request.
  public init(of request: Request) {
    self.init(requestedAt: request.requestedAt, expiresAt: request.expiresAt)
  }

  /// The last moment at which a further try may begin.
  ///
  /// A code that arrives as it expires helps nobody, so a part of the lifetime is kept for the
  /// way to the person: a tenth, at most what the policy says.
  public func lastStart(_ policy: RetryPolicy) -> Timestamp {
    expiresAt + (.zero - min(max((expiresAt - requestedAt) / 10, .zero), policy.minRemaining))
  }

  /// How long to wait when a provider does not say: half the request's age, at least 1 s.
  func unknownWait(at now: Timestamp) -> Duration {
    max((now - requestedAt) / 2, .seconds(1))
  }
}
