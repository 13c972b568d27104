import EventLoop

/// What a watchdog makes of what it sees from outside the loop; pure.
struct StopClock {
  /// A stop that takes longer is ended by force: orchestrators kill after 30 s.
  static let longestStop: Duration = .seconds(25)
  /// A loop that has not come round for so long is told of.
  static let longestTurn: Duration = .seconds(30)

  /// What is to be done.
  enum Finding: Equatable {
    case nothing
    /// The loop hangs while nobody asked for a stop.
    case hangs(Duration)
    /// A stop has taken too long.
    case over
  }

  private var stopSince: ContinuousClock.Instant?
  private var isHangTold = false

  /// Looks once.
  /// - Parameters:
  ///   - isStopWanted: whether a stop was asked for, be it that the loop has not heard of it.
  ///   - sinceTick: how long ago the loop came round.
  ///   - now: the time.
  /// - Returns: what is to be done now.
  mutating func look(
    isStopWanted: Bool, sinceTick: Duration, now: ContinuousClock.Instant
  ) -> Finding {
    if isStopWanted {
      let since = stopSince ?? now
      stopSince = since
      if since.duration(to: now) >= Self.longestStop { return .over }
    }
    let hangs = sinceTick >= Self.longestTurn
    defer { isHangTold = hangs }
    return hangs && !isHangTold ? .hangs(sinceTick) : .nothing
  }
}
