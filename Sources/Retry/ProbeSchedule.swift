import Delivery

/// Shuts something out, and says when one request may try it again: after 5 s, and after twice as
/// long each time that fails, up to 60 s.
///
/// A probe that tells nothing, or never returns, is followed by another after the same time. What
/// was under way when it was shut comes back late and must not count: ``counts(startedAt:)``.
struct ProbeSchedule: Sendable, Equatable {
  /// The first wait.
  static let shortestWait = Duration.seconds(5)
  /// What doubling ends at.
  static let longestWait = Duration.seconds(60)

  /// When the next request may be let through as a probe; nil while nothing is shut out.
  private(set) var nextProbe: Timestamp?
  /// When the probe was let through whose end is not known yet.
  private(set) var probeBegan: Timestamp?
  private var wait = ProbeSchedule.shortestWait
  /// What was let through before knows nothing of how things are now.
  private var countsFrom = Timestamp(milliseconds: 0)

  /// Whether a request could be let through now.
  func isPassable(at now: Timestamp) -> Bool { nextProbe.map { now >= $0 } ?? true }

  /// Lets a request through, or not; while it is shut, a true answer makes the request the probe.
  mutating func admits(at now: Timestamp) -> Bool {
    guard let due = nextProbe else { return true }
    guard now >= due else { return false }
    probeBegan = now
    nextProbe = now + wait
    return true
  }

  /// Whether what was let through then tells how things are now.
  func counts(startedAt: Timestamp) -> Bool { startedAt >= countsFrom }

  /// Shuts for the first time, or for twice as long as the last time.
  mutating func shut(at now: Timestamp) {
    if nextProbe != nil { wait = min(wait * 2, Self.longestWait) }
    nextProbe = now + wait
    probeBegan = nil
    countsFrom = now + wait
  }

  /// Lets everything through again.
  mutating func open() {
    nextProbe = nil
    probeBegan = nil
    wait = Self.shortestWait
  }

  /// Notes that a request ended without telling anything.
  mutating func noteNothing(startedAt: Timestamp) {
    if probeBegan == startedAt { probeBegan = nil }
  }

  /// Notes that a request that was let through was never sent: if it was the probe, another may go.
  mutating func withdraw(startedAt: Timestamp) {
    guard probeBegan == startedAt, nextProbe != nil else { return }
    probeBegan = nil
    nextProbe = startedAt
  }
}
