import CLinux
import Glibc

/// The machine's own time.
public struct SystemClock: Clock {
  /// Creates the machine's clock.
  public init() {}

  public var now: ContinuousClock.Instant { .now }

  public var wallMilliseconds: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
  }

  public func realTime(until instant: ContinuousClock.Instant) -> Duration? {
    ContinuousClock.now.duration(to: instant)
  }
}
