public import Delivery

/// What follows an attempt.
public enum RetryDecision: Sendable, Equatable {
  /// How a request ends.
  public enum Ending: Sendable, Equatable {
    /// The provider took it.
    case accepted
    /// It can never succeed.
    case rejected(Reason)
    /// No further try fits before the deadline.
    case expired
    /// A person has to look.
    case deadLetter(DeadLetter.Disposition)

    /// The reason that its outcome gives.
    public var reason: Reason {
      switch self {
      case .accepted: .ok
      case .rejected(let reason): reason
      case .expired: .deadlinePassed
      case .deadLetter(let disposition): disposition.reason
      }
    }
  }

  /// When and where a request waits.
  public struct Wait: Sendable, Equatable {
    /// When it is due.
    public var due: Timestamp
    /// The retry topic to wait in; nil is in the process.
    public var tier: RetryTier?
    /// False when it is no try's end that it waits for, such as a wait that the provider asked for.
    public var usesTry: Bool

    /// A wait.
    public init(until due: Timestamp, in tier: RetryTier? = nil, usesTry: Bool = true) {
      self.due = due
      self.tier = tier
      self.usesTry = usesTry
    }
  }

  /// The request is over.
  case conclude(Ending)
  /// Wait, then try again.
  case retry(Wait)
  /// The connector, or that template of it, takes nothing for now: wait for its ``Hold``.
  case hold(Answer.MisconfigurationScope)
}

extension RetryPolicy {
  /// Decides what follows an attempt.
  ///
  /// - Parameters:
  ///   - answer: how it ended.
  ///   - history: all attempts, this one included.
  ///   - lifetime: when the request was made and when it expires.
  ///   - now: when the attempt ended.
  ///   - jitter: chance, from 0 up to 1, for the backoff.
  /// - Returns: the end of the request, or when to go on.
  public func decision(
    after answer: Answer, history: AttemptHistory, lifetime: Lifetime, now: Timestamp,
    jitter: Double
  ) -> RetryDecision {
    switch answer.class {
    case .accepted:
      return .conclude(.accepted)
    case .rejected:
      return .conclude(.rejected(answer.reason))
    case .misconfigured(.destination):
      return .conclude(.deadLetter(.config))
    case .misconfigured(let scope):
      return now <= lifetime.lastStart(self) ? .hold(scope) : .conclude(outOfTime(history))
    case .throttled(let wait, _):
      return deferral(of: wait, history: history, lifetime: lifetime, now: now)
    case .transient(let wait):
      return nextTry(
        after: history, notBefore: now + (wait ?? .zero), lifetime: lifetime, now: now,
        jitter: jitter)
    case .ambiguous:
      guard ambiguous == .once, history.ambiguousTries <= 1 else {
        return .conclude(.deadLetter(.ambiguous))
      }
      return nextTry(after: history, notBefore: now, lifetime: lifetime, now: now, jitter: jitter)
    }
  }

  /// How a request ends that has no time left, also while it waits.
  public func outOfTime(_ history: AttemptHistory) -> RetryDecision.Ending {
    history.possibleDuplicate ? .deadLetter(.ambiguous) : .expired
  }

  /// How a request ends that has no try left.
  private func outOfTries(_ history: AttemptHistory) -> RetryDecision.Ending {
    .deadLetter(history.possibleDuplicate ? .ambiguous : .exhausted)
  }

  private func nextTry(
    after history: AttemptHistory, notBefore earliest: Timestamp, lifetime: Lifetime,
    now: Timestamp, jitter: Double
  ) -> RetryDecision {
    let number = history.tries + 1
    guard number <= tries else { return .conclude(outOfTries(history)) }
    let wait = earliest - now
    if let delay = backoff.delay(beforeTry: number, jitter: jitter) {
      return place(max(delay, wait), history: history, lifetime: lifetime, now: now)
    }
    let later = number - backoff.delays.count - 1
    let tier = RetryTier(rawValue: later) ?? .minutes10
    return place(
      max(tier.delay, wait), in: tier, history: history, lifetime: lifetime, now: now)
  }

  // MARK: - Waits that use no try

  /// What follows when a request is put off through no fault of its own.
  ///
  /// - Parameters:
  ///   - wait: for how long; nil, or a wait that is over already, means half the request's age, at least 1 s.
  ///   - history: its attempts so far.
  ///   - lifetime: when it was made and when it expires.
  ///   - now: the time.
  ///   - mayPark: false when it has to leave the process if a retry topic fits before the deadline.
  /// - Returns: where it waits, or its end.
  public func deferral(
    of wait: Duration?, history: AttemptHistory, lifetime: Lifetime, now: Timestamp,
    mayPark: Bool = true
  ) -> RetryDecision {
    // A wait that is over before it began says nothing: taken at its word it would be a loop.
    let known = wait.flatMap { $0 > .zero ? $0 : nil } ?? lifetime.unknownWait(at: now)
    return place(
      known, in: mayPark ? nil : .smallest(notShorterThan: known) ?? .minutes10, history: history,
      lifetime: lifetime, now: now, usesTry: false)
  }

  /// Where a request waits for so long: in the process up to ``longestParking``, else in the smallest topic
  /// that is not shorter, unless only the process is in time.
  private func place(
    _ wait: Duration, in tier: RetryTier? = nil, history: AttemptHistory, lifetime: Lifetime,
    now: Timestamp, usesTry: Bool = true
  ) -> RetryDecision {
    let last = lifetime.lastStart(self)
    // Waiting for what cannot be in time would only keep the result from whoever waits for it.
    guard now + wait <= last else { return .conclude(outOfTime(history)) }
    let parked = RetryDecision.Wait(until: now + wait, usesTry: usesTry)
    guard tier != nil || wait > Self.longestParking else { return .retry(parked) }
    let fitting = RetryTier.smallest(notShorterThan: wait) ?? .minutes10
    let chosen = max(tier ?? fitting, fitting)
    guard now + chosen.delay <= last else { return .retry(parked) }
    return .retry(
      RetryDecision.Wait(until: now + max(wait, chosen.delay), in: chosen, usesTry: usesTry))
  }
}
