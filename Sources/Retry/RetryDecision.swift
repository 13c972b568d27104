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

  /// The request is over.
  case conclude(Ending)
  /// Try again at that time; `usesTry` is false for a wait that the provider asked for.
  case retry(at: Timestamp, usesTry: Bool)
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
      // A wait that is over before it began says nothing: taken at its word it would be a loop.
      let known = wait.flatMap { $0 > .zero ? $0 : nil }
      let due = now + (known ?? lifetime.unknownWait(at: now))
      return retry(at: due, usesTry: false, history: history, lifetime: lifetime)
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
    guard history.tries < tries,
      let delay = backoff.delay(beforeTry: history.tries + 1, jitter: jitter)
    else { return .conclude(outOfTries(history)) }
    let due = max(now + delay, earliest)
    return retry(at: due, usesTry: true, history: history, lifetime: lifetime)
  }

  private func retry(
    at due: Timestamp, usesTry: Bool, history: AttemptHistory, lifetime: Lifetime
  ) -> RetryDecision {
    // Waiting for what cannot be in time would only keep the result from whoever waits for it.
    due <= lifetime.lastStart(self)
      ? .retry(at: due, usesTry: usesTry) : .conclude(outOfTime(history))
  }
}
