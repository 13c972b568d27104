import CLinux
import Glibc

/// The machine's own time.
public struct SystemClock: Clock {
  /// Creates the machine's clock.
  public init() {}

  /// The monotonic clock, which counts while the machine sleeps as well.
  public var now: ContinuousClock.Instant { .now }

  /// The time of day in milliseconds since 1970; may be set back and forth.
  public var wallMilliseconds: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
  }

  /// How long until `instant`; negative when it has passed.
  public func realTime(until instant: ContinuousClock.Instant) -> Duration? {
    ContinuousClock.now.duration(to: instant)
  }
}
