public import Delivery

/// Keeps requests from a provider that fails: they would only use up their tries.
///
/// It opens when of the last 20 calls, all within 5 minutes, at least half were bad, when 5 in a row
/// were, or at once when the provider's own code says that its service is out. Bad calls count
/// that way only if they were for at least 3 recipients: one odd recipient must not switch a
/// connector off. It then lets one request through after 5 s, and after twice as long each time
/// that is bad, up to 60 s; one good one closes it, and what was before is forgotten.
///
/// What the provider puts off for its rate, and what the account is at fault for, says nothing of
/// whether it works. Calls that began before it opened and come back late change nothing.
public struct CircuitBreaker: Sendable, Equatable {
  /// How many calls are looked at.
  static let windowCalls = 20
  /// How long ago the first of them may have ended.
  static let windowTime = Duration.seconds(300)
  /// How many of them have to be bad.
  static let windowBad = 10
  /// How many bad ones in a row are enough.
  static let rowBad = 5
  /// For how many recipients bad calls have to be.
  static let leastRecipients = 3

  /// What it does now.
  public enum State: String, Sendable {
    /// Lets everything through.
    case closed
    /// Lets nothing through.
    case open
    /// Lets one request through, or has done so and waits for its end.
    case probing
  }
  /// Why it opened.
  public enum Cause: Sendable, Equatable {
    /// The provider's own code says that its service is out.
    case outage
    /// So many calls in a row were bad.
    case row(Int)
    /// So many of the last calls were bad.
    case share(Int, of: Int)
    /// The probe was bad.
    case probe
  }
  /// What the end of a call made of it.
  public enum Change: Sendable, Equatable {
    /// It opened, or stays open for longer.
    case opened(Cause)
    /// It closed.
    case closed
  }
  private struct Call: Equatable {
    var endedAt: Timestamp
    var isBad: Bool
    /// A hash; 0 of those that are good.
    var recipient: Int
  }

  private var schedule = ProbeSchedule()
  /// The last calls; once there are enough of them, the oldest is at `oldest`.
  private var calls: [Call] = []
  private var oldest = 0

  /// Closed.
  public init() { calls.reserveCapacity(Self.windowCalls) }

  /// When the next request may be let through as a probe; nil while it is closed.
  public var nextProbe: Timestamp? { schedule.nextProbe }

  /// What it does at `now`.
  public func state(at now: Timestamp) -> State {
    guard let due = schedule.nextProbe else { return .closed }
    return now >= due || schedule.probeBegan != nil ? .probing : .open
  }

  /// Whether a call could begin now.
  public func isPassable(at now: Timestamp) -> Bool { schedule.isPassable(at: now) }

  /// Asks whether a call may begin now; a true answer while it is not closed is the probe.
  ///
  /// - Parameter now: the time that is later told as the start of the call.
  /// - Returns: false when the request has to wait until ``nextProbe``.
  public mutating func admits(at now: Timestamp) -> Bool { schedule.admits(at: now) }

  /// Notes how a call ended.
  ///
  /// - Parameters:
  ///   - answer: what came of it.
  ///   - recipient: a hash of whom it was for; asked for only if the call was bad.
  ///   - startedAt: when it was admitted.
  ///   - now: the time.
  /// - Returns: what that changed; nil for nothing.
  public mutating func note(
    _ answer: Answer, recipient: @autoclosure () -> Int, startedAt: Timestamp, now: Timestamp
  ) -> Change? {
    guard schedule.counts(startedAt: startedAt) else { return nil }
    guard let isBad = answer.class.isBad else {
      schedule.noteNothing(startedAt: startedAt)
      return nil
    }
    guard nextProbe == nil else { return isBad ? open(.probe, now) : close() }
    add(Call(endedAt: now, isBad: isBad, recipient: isBad ? recipient() : 0))
    guard isBad else { return nil }
    return (answer.isOutage ? .outage : causeInCalls(at: now)).map { open($0, now) }
  }

  /// Notes that what was admitted was never sent: if it was the probe, another may go at once.
  public mutating func withdraw(startedAt: Timestamp) { schedule.withdraw(startedAt: startedAt) }

  private mutating func open(_ cause: Cause, _ now: Timestamp) -> Change {
    schedule.shut(at: now)
    return .opened(cause)
  }

  private mutating func close() -> Change {
    schedule.open()
    calls.removeAll(keepingCapacity: true)
    oldest = 0
    return .closed
  }

  // MARK: - The last calls

  private mutating func add(_ call: Call) {
    if calls.count < Self.windowCalls { return calls.append(call) }
    calls[oldest] = call
    oldest = (oldest + 1) % Self.windowCalls
  }

  private func causeInCalls(at now: Timestamp) -> Cause? {
    let newestFirst = (1...calls.count).map { calls[(oldest + calls.count - $0) % calls.count] }
    let row = newestFirst.prefix { $0.isBad }
    if row.count >= Self.rowBad, areOfEnoughRecipients(row) { return .row(row.count) }
    guard calls.count == Self.windowCalls, now - calls[oldest].endedAt <= Self.windowTime
    else { return nil }
    let bad = calls.filter(\.isBad)
    return bad.count >= Self.windowBad && areOfEnoughRecipients(bad)
      ? .share(bad.count, of: calls.count) : nil
  }

  private func areOfEnoughRecipients(_ calls: some Sequence<Call>) -> Bool {
    Set(calls.map(\.recipient)).count >= Self.leastRecipients
  }
}

extension Answer.Class {
  /// Whether the provider failed; nil for what says nothing of it.
  fileprivate var isBad: Bool? {
    switch self {
    case .accepted, .rejected, .misconfigured(.destination), .misconfigured(.template): false
    case .transient, .ambiguous: true
    case .throttled, .misconfigured(.account): nil
    }
  }
}
