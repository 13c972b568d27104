import Synchronization

/// Where the loop and everything on it gets the time from.
public protocol Clock: Sendable {
  /// Time that only goes forward, for waits and deadlines.
  var now: ContinuousClock.Instant { get }
  /// Time that passes whether or not anyone runs, read with ``now``: by it a loop sees that it stood still.
  func uptime(at now: ContinuousClock.Instant) -> ContinuousClock.Instant
  /// Milliseconds since 1970 (UTC), for what people and other machines read.
  var wallMilliseconds: Int64 { get }
  /// How long until `instant` in real time; nil when only a move by hand can bring it about.
  func realTime(until instant: ContinuousClock.Instant) -> Duration?
}

extension Clock {
  /// The same as ``now``.
  public func uptime(at now: ContinuousClock.Instant) -> ContinuousClock.Instant { now }
}

/// A clock that is moved by hand, for tests: nothing becomes due until ``advance(by:)``.
public final class ManualClock: Clock {
  private struct State {
    var now = ContinuousClock.now
    var wall: Int64
    var onAdvance: [@Sendable () -> Void] = []
  }
  private let state: Mutex<State>

  /// A clock that stands at `wallMilliseconds` since 1970.
  public init(wallMilliseconds: Int64) {
    state = Mutex(State(wall: wallMilliseconds))
  }

  /// Where ``advance(by:)`` has brought the clock.
  public var now: ContinuousClock.Instant { state.withLock { $0.now } }
  /// The same, in milliseconds since 1970.
  public var wallMilliseconds: Int64 { state.withLock { $0.wall } }
  /// Zero when `instant` has come, else nil: only a move can bring it about.
  public func realTime(until instant: ContinuousClock.Instant) -> Duration? {
    instant <= now ? .zero : nil
  }

  /// The machine's own: a move by hand is no standing still.
  public func uptime(at now: ContinuousClock.Instant) -> ContinuousClock.Instant {
    ContinuousClock.now
  }

  /// Moves the clock forward and wakes whoever waits on it.
  public func advance(by duration: Duration) {
    let wake = state.withLock { state in
      state.now += duration
      state.wall += Int64(duration / .milliseconds(1))
      return state.onAdvance
    }
    for action in wake { action() }
  }

  /// Calls `action`, on the mover's thread, after each move.
  public func onAdvance(_ action: @escaping @Sendable () -> Void) {
    state.withLock { $0.onAdvance.append(action) }
  }
}
