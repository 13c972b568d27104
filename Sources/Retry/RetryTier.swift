/// The retry topics: how long a record waits in each.
///
/// A topic has one delay, exactly, so that its head is always its earliest due.
public enum RetryTier: Int, Sendable, CaseIterable, Comparable {
  case seconds30
  case minutes2
  case minutes10

  /// How long a record waits in it.
  public var delay: Duration {
    switch self {
    case .seconds30: .seconds(30)
    case .minutes2: .seconds(120)
    case .minutes10: .seconds(600)
    }
  }

  /// Whether `left` has the shorter delay.
  public static func < (left: RetryTier, right: RetryTier) -> Bool {
    left.rawValue < right.rawValue
  }

  /// The smallest whose delay is not shorter than `wait`; nil when all are shorter.
  public static func smallest(notShorterThan wait: Duration) -> RetryTier? {
    allCases.first { $0.delay >= wait }
  }
}
