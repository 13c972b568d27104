/// A moment in milliseconds since 1970 (UTC), as records and people count time.
public struct Timestamp: Hashable, Comparable, Sendable {
  /// Milliseconds since 1970-01-01T00:00:00Z.
  public var milliseconds: Int64

  /// The moment so many milliseconds after the beginning of 1970.
  public init(milliseconds: Int64) { self.milliseconds = milliseconds }

  /// Whether `left` is earlier.
  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.milliseconds < right.milliseconds
  }

  /// The moment `duration` later; whole milliseconds, saturating.
  public static func + (left: Timestamp, duration: Duration) -> Timestamp {
    let (sum, overflow) = left.milliseconds.addingReportingOverflow(duration.milliseconds)
    return Timestamp(milliseconds: overflow ? .max : sum)
  }

  /// The time from `right` to `left`, negative when `right` is later.
  public static func - (left: Timestamp, right: Timestamp) -> Duration {
    .milliseconds(left.milliseconds.subtractingReportingOverflow(right.milliseconds).partialValue)
  }
}

extension Duration {
  /// Whole milliseconds, cut off towards zero.
  public var milliseconds: Int64 {
    components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
  }
}
