public import Delivery

/// Keeps a misconfigured connector, or one template of it, from emptying the topic into the dead
/// letters.
///
/// A fault holds everything back. One real request is let through as a probe after 5 s, and after
/// twice as long each time it meets the same fault, up to 60 s; one that gets past the fault, or a
/// new configuration, lifts the hold. A probe that tells neither is followed by another after the
/// same time, so a probe that never returns blocks nothing.
///
/// Sends that were under way when the hold began come back late: what they bring is known by when
/// they started, and changes nothing.
public struct Hold: Sendable, Equatable {
  /// The first wait.
  public static let shortestWait = Duration.seconds(5)
  /// What doubling ends at.
  public static let longestWait = Duration.seconds(60)

  /// What it is about: the account, or one template.
  public let scope: Answer.MisconfigurationScope
  /// When the next request may be let through as a probe; nil while nothing is held.
  public private(set) var nextProbe: Timestamp?

  private var wait = Hold.shortestWait
  /// What was admitted before is no probe for the last fault.
  private var probesFrom = Timestamp(milliseconds: 0)

  /// Holds nothing yet.
  /// - Parameter scope: which faults it answers to, `account` or `template`.
  public init(scope: Answer.MisconfigurationScope) { self.scope = scope }

  /// Asks whether a send may begin now; a true answer while it holds is the probe.
  ///
  /// - Parameter now: the time that is later told as the start of the attempt.
  /// - Returns: false when the request has to wait until ``nextProbe``.
  public mutating func admits(at now: Timestamp) -> Bool {
    guard let due = nextProbe else { return true }
    guard now >= due else { return false }
    nextProbe = now + wait
    return true
  }

  /// Notes how an attempt ended.
  ///
  /// - Parameters:
  ///   - class: what came of it.
  ///   - startedAt: when it was admitted.
  ///   - now: the time.
  public mutating func note(_ class: Answer.Class, startedAt: Timestamp, now: Timestamp) {
    let isFault = `class` == .misconfigured(scope)
    if nextProbe == nil {
      if isFault { hold(until: now + wait) }
    } else if startedAt >= probesFrom {
      if isFault {
        wait = min(wait * 2, Self.longestWait)
        hold(until: now + wait)
      } else if provesGood(`class`) {
        lift()
      }
    }
  }

  /// Holds nothing any more: the configuration is new.
  public mutating func lift() { self = Hold(scope: scope) }

  private mutating func hold(until due: Timestamp) {
    nextProbe = due
    probesFrom = due
  }

  /// Whether only a request past the fault can have ended so.
  private func provesGood(_ class: Answer.Class) -> Bool {
    switch `class` {
    case .accepted, .rejected: true
    case .misconfigured: scope == .account
    case .throttled, .transient, .ambiguous: false
    }
  }
}
