import Delivery
import Retry

/// What all requests of a connector pass before they are sent.
///
/// It is made of a hold of the account, the breaker, a pause that the provider asked for, and the rate;
/// it is open when none of them is in the way.
struct ConnectorGate {
  /// What is in the way.
  enum Barrier: String {
    /// The account is at fault: one probe now and then.
    case held
    /// The provider fails: one probe now and then.
    case open
    /// The provider wants nothing for a while.
    case paused
    /// The rate is used up; drains by itself.
    case rateLimited
  }

  /// How long a provider is left alone that says too many and not how long.
  private static let usualPause: Duration = .seconds(1)

  private(set) var hold = Hold(scope: .account)
  private(set) var breaker = CircuitBreaker()
  private(set) var rate: RateLimit?
  private var pausedUntil: Timestamp?

  /// A gate that lets everything through but for what the rate holds back.
  /// - Parameter rateLimit: messages a second of the whole group; nil for no limit.
  init(rateLimit: Double?) { rate = rateLimit.map { RateLimit(perSecond: $0) } }

  /// What is in the way now, the gravest first; nil while a request could pass.
  func barrier(at now: Timestamp) -> Barrier? {
    if !hold.isPassable(at: now) { return .held }
    if !breaker.isPassable(at: now) { return .open }
    if pause(at: now) > .zero { return .paused }
    if let rate, !rate.isPassable(at: now) { return .rateLimited }
    return nil
  }

  /// When nothing of what is in the way now will be there any more, as far as one knows; nil when nothing is, or when
  /// time alone changes nothing.
  func reopens(after now: Timestamp) -> Timestamp? {
    var times = [hold.nextProbe, breaker.nextProbe, pausedUntil]
    if let rate, !rate.isPassable(at: now) {
      guard let token = rate.nextToken(at: now) else { return nil }
      times.append(token)
    }
    return times.compactMap(\.self).filter { $0 > now }.max()
  }

  /// How long the provider wants nothing.
  func pause(at now: Timestamp) -> Duration { pausedUntil.map { max(.zero, $0 - now) } ?? .zero }

  /// Whether a request may go now; while it is held or open, a true answer makes the request the probe.
  mutating func admits(at now: Timestamp) -> Bool {
    guard barrier(at: now) == nil else { return false }
    pausedUntil = nil
    return hold.admits(at: now) && breaker.admits(at: now) && rate?.takeToken(at: now) ?? true
  }

  /// Learns from how a try ended.
  /// - Returns: what the breaker makes of it; nil when nothing changed.
  mutating func note(
    _ answer: Answer, recipient: @autoclosure () -> Int, startedAt: Timestamp, now: Timestamp
  ) -> CircuitBreaker.Change? {
    hold.note(answer.class, startedAt: startedAt, now: now)
    if case .throttled(let wait, .connector) = answer.class {
      let pause = min(wait ?? Self.usualPause, Hold.longestWait)
      pausedUntil = max(pausedUntil ?? now, now + pause)
    }
    return breaker.note(answer, recipient: recipient(), startedAt: startedAt, now: now)
  }

  /// Takes back that a request was let through: it was never sent.
  mutating func withdraw(startedAt: Timestamp) {
    hold.withdraw(startedAt: startedAt)
    breaker.withdraw(startedAt: startedAt)
    rate?.giveBack()
  }

  /// Takes another part of the rate, with the partitions.
  mutating func setShare(_ share: Double, at now: Timestamp) { rate?.setShare(share, at: now) }

  /// Holds nothing any more.
  mutating func liftHold() { hold.lift() }

  /// What `otp_breaker_state` shows.
  func state(at now: Timestamp) -> Telemetry.BreakerGauge {
    if hold.nextProbe != nil { return .held }
    return switch breaker.state(at: now) {
    case .closed: .closed
    case .open: .open
    case .probing: .probing
    }
  }
}
