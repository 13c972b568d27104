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
/// they started, and changes nothing, neither the hold nor what follows it.
public struct Hold: Sendable, Equatable {
  /// The first wait.
  public static let shortestWait = ProbeSchedule.shortestWait
  /// What doubling ends at.
  public static let longestWait = ProbeSchedule.longestWait

  /// What it is about: the account, or one template.
  public let scope: Answer.MisconfigurationScope
  private var schedule = ProbeSchedule()

  /// Holds nothing yet.
  /// - Parameter scope: which faults it answers to, `account` or `template`.
  public init(scope: Answer.MisconfigurationScope) { self.scope = scope }

  /// When the next request may be let through as a probe; nil while nothing is held.
  public var nextProbe: Timestamp? { schedule.nextProbe }

  /// Whether a probe is out whose end is not known yet.
  public var isProbing: Bool { schedule.probeBegan != nil }

  /// Whether a send could begin now.
  public func isPassable(at now: Timestamp) -> Bool { schedule.isPassable(at: now) }

  /// Asks whether a send may begin now; a true answer while it holds is the probe.
  ///
  /// - Parameter now: the time that is later told as the start of the attempt.
  /// - Returns: false when the request has to wait until ``nextProbe``.
  public mutating func admits(at now: Timestamp) -> Bool { schedule.admits(at: now) }

  /// Notes how an attempt ended.
  ///
  /// - Parameters:
  ///   - class: what came of it.
  ///   - startedAt: when it was admitted.
  ///   - now: the time.
  public mutating func note(_ class: Answer.Class, startedAt: Timestamp, now: Timestamp) {
    guard schedule.counts(startedAt: startedAt) else { return }
    if `class` == .misconfigured(scope) {
      schedule.shut(at: now)
    } else if nextProbe != nil {
      if provesGood(`class`) { schedule.open() } else { schedule.noteNothing(startedAt: startedAt) }
    }
  }

  /// Notes that what was admitted was never sent: if it was the probe, another may go at once.
  public mutating func withdraw(startedAt: Timestamp) { schedule.withdraw(startedAt: startedAt) }

  /// Holds nothing any more: the configuration is new.
  public mutating func lift() { self = Hold(scope: scope) }

  /// Whether only a request past the fault can have ended so.
  private func provesGood(_ class: Answer.Class) -> Bool {
    switch `class` {
    case .accepted, .rejected: true
    case .misconfigured: scope == .account
    case .throttled, .transient, .ambiguous: false
    }
  }
}
