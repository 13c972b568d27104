public import Delivery
public import Retry

/// A step of one request's way, as `demo` draws it and tests wait for it.
public struct Step: Sendable {
  /// What happened.
  public enum Kind: Sendable {
    /// A try begins.
    case sending(connector: String, try: Int)
    /// A try has ended.
    case attempted(connector: String, answer: Answer)
    /// It waits for a time.
    case parked(until: Timestamp)
    /// It waits in a retry topic.
    case deferred(RetryTier, until: Timestamp)
    /// Its outcome is acknowledged.
    case concluded(Outcome)
  }
  /// The request's event id.
  public var eventID: String
  /// What happened.
  public var kind: Kind
  /// When.
  public var at: Timestamp
}

extension Pipeline {
  func observe(_ job: Job, _ kind: @autoclosure () -> Step.Kind) {
    guard let observer else { return }
    observer(Step(eventID: job.eventID, kind: kind(), at: now))
  }
}
