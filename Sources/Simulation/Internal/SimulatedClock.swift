import EventLoop

/// The clock of one instance: it goes on with the world's time, and its time of day may be wrong.
///
/// Unchecked: a simulated world runs on one thread.
final class SimulatedClock: Clock, @unchecked Sendable {
  private static let origin = ContinuousClock.now
  /// What the time of day is when a world begins.
  static let dawn: Int64 = 1_800_000_000_000

  /// The world's time as the instance last saw it, in microseconds.
  var elapsed: Int64 = 0
  /// How far its time of day is ahead, in milliseconds.
  var error: Int64 = 0
  /// Whether its time of day has ever gone back.
  var wasSetBack = false

  var now: ContinuousClock.Instant { Self.origin.advanced(by: .microseconds(elapsed)) }
  var wallMilliseconds: Int64 { Self.dawn + elapsed / 1_000 + error }
  func realTime(until instant: ContinuousClock.Instant) -> Duration? { nil }

  /// When `instant` comes, in the world's microseconds, not before it.
  static func microseconds(_ instant: ContinuousClock.Instant) -> Int64 {
    let parts = origin.duration(to: instant).components
    return parts.seconds * 1_000_000 + (parts.attoseconds + 999_999_999_999) / 1_000_000_000_000
  }
}
