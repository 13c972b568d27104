/// How often and how long a request is tried.
public struct RetryPolicy: Sendable, Equatable {
  /// What follows an answer that leaves open whether the message was sent.
  public enum AmbiguousSends: String, Sendable, CaseIterable {
    /// One more send, which may be a second message to the same person.
    case once
    /// None: a person decides.
    case never
  }

  /// The most tries of a request, at least 1 (`delivery.tries`).
  ///
  /// Those that ``backoff`` has no delay for wait in the retry topics: 30 s, 2 minutes, then 10 minutes each.
  public var tries: Int
  /// Whether to send again what may have been sent (`delivery.ambiguous`).
  public var ambiguous: AmbiguousSends
  /// How much time must be left when a further try begins (`delivery.minRemaining`): a tenth of the
  /// request's lifetime, at most this.
  public var minRemaining: Duration
  /// The waits between tries.
  public var backoff: Backoff

  /// The longest that a request waits in the process when there is time for a retry topic.
  public static let longestParking: Duration = .seconds(10)

  /// A policy; what is not said is the default.
  public init(
    tries: Int = 6, ambiguous: AmbiguousSends = .once, minRemaining: Duration = .seconds(20),
    backoff: Backoff = .inProcess
  ) {
    self.tries = tries
    self.ambiguous = ambiguous
    self.minRemaining = minRemaining
    self.backoff = backoff
  }
}
