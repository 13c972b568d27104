import Delivery
import Retry
import Testing

/// Times are seconds after the request was made.
///
/// It lives for 600 s, so the last try may begin at 580 s. Chance is in the middle.
@Suite struct RetryDecisionTests {
  // MARK: What ends at once

  @Test func `accepted ends accepted`() {
    #expect(decision(.accepted, tries: 1) == .conclude(.accepted))
    #expect(decision(.accepted, tries: 1, at: 599) == .conclude(.accepted))
  }

  @Test func `accepted after an ambiguous try is a possible duplicate`() {
    var history = AttemptHistory()
    history.record(Answer(.ambiguous, code: "http.502"), startedAt: second(0))
    history.record(Answer(.accepted, code: "http.200"), startedAt: second(1))
    #expect(history.possibleDuplicate)
    #expect(decision(.accepted, tries: 2, ambiguous: 1) == .conclude(.accepted))
  }

  @Test func `rejected ends with the provider's reason`() {
    let answer = Answer(.rejected, reason: .recipientBlocked, code: "twilio.21610")
    let decision = RetryPolicy().decision(
      after: answer, history: AttemptHistory(tries: 1), lifetime: lifetime(), now: second(1),
      jitter: 0.5)
    #expect(decision == .conclude(.rejected(.recipientBlocked)))
  }

  @Test func `a destination that is not enabled is a dead letter`() {
    #expect(decision(.misconfigured(.destination), tries: 1) == .conclude(.deadLetter(.config)))
  }

  // MARK: Certainly not sent

  @Test(arguments: [(1, 0.5), (2, 2), (3, 6)])
  func `a transient end is tried again after the backoff`(tries: Int, delay: Double) {
    #expect(decision(.transient(wait: nil), tries: tries, at: 10) == retry(at: 10 + delay))
  }

  @Test(arguments: [
    (Duration.milliseconds(100), 0.5),  // the backoff is later
    (.seconds(3), 3),  // the provider's wait is later
    (.seconds(10), 10),  // the longest that parks
    (.seconds(-5), 0.5),  // a date in the past
  ])
  func `the later of backoff and the provider's wait counts`(wait: Duration, delay: Double) {
    #expect(decision(.transient(wait: wait), tries: 1, at: 10) == retry(at: 10 + delay))
  }

  @Test(arguments: [
    (4, RetryTier.seconds30, 30.0), (5, .minutes2, 120), (6, .minutes10, 600),
    (30, .minutes10, 600),
  ])
  func `later tries come from the retry topics, without chance`(
    tries: Int, tier: RetryTier, delay: Double
  ) {
    let policy = RetryPolicy(tries: 1_000)
    for jitter in [0, 0.9] {
      let decision = policy.decision(
        after: Answer(.transient(wait: nil), code: "http.503"),
        history: AttemptHistory(tries: tries), lifetime: lifetime(86_400), now: second(10),
        jitter: jitter)
      #expect(decision == retry(at: 10 + delay, in: tier))
    }
  }

  @Test(arguments: [
    (11.0, RetryTier.seconds30, 30.0),  // the smallest that is not shorter
    (45, .minutes2, 120), (120, .minutes2, 120), (121, .minutes10, 600),
    (3_600, .minutes10, 3_600),  // none is long enough: it goes through the longest again and again
  ])
  func `a wait of more than ten seconds belongs into a retry topic`(
    wait: Double, tier: RetryTier, delay: Double
  ) {
    for (end, usesTry) in [
      (Answer.Class.transient(wait: .seconds(wait)), true),
      (.throttled(wait: .seconds(wait), scope: .connector), false),
    ] {
      let decision = RetryPolicy().decision(
        after: Answer(end, code: "http.503"), history: AttemptHistory(tries: 1),
        lifetime: lifetime(86_400), now: second(10), jitter: 0.5)
      #expect(decision == retry(at: 10 + delay, in: tier, usesTry: usesTry))
    }
  }

  @Test func `a wait that only the process can keep in time is kept there`() {
    #expect(
      decision(.throttled(wait: .seconds(45), scope: .connector), tries: 0, at: 500)
        == retry(at: 545, usesTry: false))
  }

  @Test func `who has to leave the process waits in the smallest topic that fits, or stays`() {
    func deferral(at now: Double) -> RetryDecision {
      RetryPolicy().deferral(
        of: nil, history: AttemptHistory(), lifetime: lifetime(), now: second(now), mayPark: false)
    }
    #expect(deferral(at: 5) == retry(at: 35, in: .seconds30, usesTry: false))
    #expect(deferral(at: 61) == retry(at: 181, in: .minutes2, usesTry: false))
    #expect(deferral(at: 300) == retry(at: 450, usesTry: false))
    #expect(deferral(at: 500) == .conclude(.expired))
  }

  @Test func `the sixth transient end exhausts the tries`() {
    #expect(decision(.transient(wait: nil), tries: 6) == .conclude(.deadLetter(.exhausted)))
    #expect(decision(.transient(wait: nil), tries: 9) == .conclude(.deadLetter(.exhausted)))
  }

  @Test func `fewer tries may be allowed`() {
    let policy = RetryPolicy(tries: 2)
    #expect(decision(.transient(wait: nil), tries: 1, policy: policy) == retry(at: 1.5))
    #expect(
      decision(.transient(wait: nil), tries: 2, policy: policy)
        == .conclude(.deadLetter(.exhausted)))
  }

  @Test func `chance spreads the tries`() {
    let policy = RetryPolicy()
    let dues = [0, 0.25, 0.75].map { jitter in
      policy.decision(
        after: Answer(.transient(wait: nil), code: "http.503"), history: AttemptHistory(tries: 3),
        lifetime: lifetime(), now: second(10), jitter: jitter)
    }
    #expect(dues == [retry(at: 14.8), retry(at: 15.4), retry(at: 16.6)])
  }

  // MARK: The deadline

  @Test func `a try that begins at the last moment fits, one later ends expired at once`() {
    #expect(decision(.transient(wait: nil), tries: 1, at: 579.5) == retry(at: 580))
    #expect(decision(.transient(wait: nil), tries: 1, at: 579.501) == .conclude(.expired))
    #expect(decision(.transient(wait: .seconds(571)), tries: 1, at: 10) == .conclude(.expired))
  }

  @Test(arguments: [
    (lifetime: 600.0, last: 580.0),  // at most 20 s are kept back
    (lifetime: 100, last: 90),  // a tenth
    (lifetime: 86_400, last: 86_380),
    (lifetime: 0, last: 0),
  ])
  func `a tenth of the lifetime is kept back, at most 20 seconds`(length: Double, last: Double) {
    #expect(lifetime(length).lastStart(RetryPolicy()) == second(last))
  }

  @Test func `how much is kept back may be set`() {
    let policy = RetryPolicy(minRemaining: .seconds(5))
    #expect(lifetime(600).lastStart(policy) == second(595))
    #expect(lifetime(20).lastStart(policy) == second(18))
    #expect(
      decision(.transient(wait: nil), tries: 1, at: 595, policy: policy) == .conclude(.expired))
  }

  @Test func `a request that expires before it was made has no time left`() {
    #expect(lifetime(-5).lastStart(RetryPolicy()) == second(-5))
  }

  @Test func `out of tries and of time is out of tries`() {
    #expect(
      decision(.transient(wait: nil), tries: 6, at: 599) == .conclude(.deadLetter(.exhausted)))
  }

  // MARK: The provider's rate

  @Test(arguments: [Answer.ThrottleScope.recipient, .connector])
  func `throttled waits as told and uses no try`(scope: Answer.ThrottleScope) {
    #expect(
      decision(.throttled(wait: .seconds(30), scope: scope), tries: 4, at: 10)
        == retry(at: 40, in: .seconds30, usesTry: false))
  }

  @Test(arguments: [
    (at: 0.2, due: 1.2),  // at least a second
    (at: 2, due: 3),
    (at: 20, due: 30),  // half its age
  ])
  func `an unknown wait is half the request's age, at least a second`(at: Double, due: Double) {
    for wait in [nil, Duration.zero, .seconds(-3)] {
      #expect(
        decision(.throttled(wait: wait, scope: .connector), tries: 0, at: at)
          == retry(at: due, usesTry: false))
    }
  }

  @Test func `a wait past the deadline ends expired`() {
    #expect(
      decision(.throttled(wait: .seconds(571), scope: .connector), tries: 0, at: 10)
        == .conclude(.expired))
    #expect(
      decision(.throttled(wait: .seconds(571), scope: .connector), tries: 1, ambiguous: 1, at: 10)
        == .conclude(.deadLetter(.ambiguous)))
  }

  // MARK: Perhaps sent

  @Test func `the first ambiguous end is followed by one more send`() {
    #expect(decision(.ambiguous, tries: 1, ambiguous: 1) == retry(at: 1.5))
    #expect(decision(.ambiguous, tries: 3, ambiguous: 1) == retry(at: 7))
  }

  @Test func `the second ambiguous end is a dead letter`() {
    #expect(
      decision(.ambiguous, tries: 2, ambiguous: 2) == .conclude(.deadLetter(.ambiguous)))
  }

  @Test func `nothing is sent again where that is forbidden`() {
    let policy = RetryPolicy(ambiguous: .never)
    #expect(
      decision(.ambiguous, tries: 1, ambiguous: 1, policy: policy)
        == .conclude(.deadLetter(.ambiguous)))
  }

  @Test func `the extra send may be tried again while it certainly was not sent`() {
    #expect(decision(.transient(wait: nil), tries: 2, ambiguous: 1) == retry(at: 3))
    #expect(
      decision(.throttled(wait: .seconds(2), scope: .recipient), tries: 2, ambiguous: 1)
        == retry(at: 3, usesTry: false))
  }

  @Test(arguments: [
    (Answer.Class.ambiguous, 6, 1.0),  // no try left
    (.transient(wait: nil), 6, 1),
    (.ambiguous, 1, 590),  // no time left
    (.transient(wait: nil), 2, 590),
    (.throttled(wait: nil, scope: .recipient), 2, 590),
    (.misconfigured(.account), 2, 590),
  ])
  func `once ambiguous, a request ends neither exhausted nor expired`(
    class: Answer.Class, tries: Int, at: Double
  ) {
    #expect(
      decision(`class`, tries: tries, ambiguous: 1, at: at) == .conclude(.deadLetter(.ambiguous)))
  }

  @Test func `rejected after an ambiguous try stays rejected`() {
    #expect(
      decision(.rejected, tries: 2, ambiguous: 1) == .conclude(.rejected(.policyRefused)))
  }

  // MARK: Held

  @Test(arguments: [Answer.MisconfigurationScope.account, .template])
  func `a misconfigured account or template holds, whatever the tries`(
    scope: Answer.MisconfigurationScope
  ) {
    #expect(decision(.misconfigured(scope), tries: 0) == .hold(scope))
    #expect(decision(.misconfigured(scope), tries: 4, at: 580) == .hold(scope))
    #expect(decision(.misconfigured(scope), tries: 0, at: 580.001) == .conclude(.expired))
  }

  @Test func `a request that runs out of time while it waits ends expired, or ambiguous`() {
    let policy = RetryPolicy()
    #expect(policy.outOfTime(AttemptHistory(tries: 1)) == .expired)
    #expect(
      policy.outOfTime(AttemptHistory(tries: 1, ambiguousTries: 1)) == .deadLetter(.ambiguous))
  }

  @Test(arguments: [
    (RetryDecision.Ending.accepted, Reason.ok),
    (.rejected(.contentRefused), .contentRefused),
    (.expired, .deadlinePassed),
    (.deadLetter(.exhausted), .exhausted),
    (.deadLetter(.ambiguous), .ambiguous),
    (.deadLetter(.config), .config),
  ])
  func `an ending gives its reason`(ending: RetryDecision.Ending, reason: Reason) {
    #expect(ending.reason == reason)
  }

  // MARK: A whole life

  @Test func `a provider that stays down gets four tries at once, then two from the retry topics`()
  {
    var history = AttemptHistory()
    let answer = Answer(.transient(wait: nil), code: "http.503")
    var dues: [Timestamp] = []
    var tiers: [RetryTier?] = []
    var now = second(0)
    while true {
      dues.append(now)
      history.record(answer, startedAt: now)
      let decision = RetryPolicy().decision(
        after: answer, history: history, lifetime: lifetime(), now: now, jitter: 0.5)
      guard case .retry(let wait) = decision, wait.usesTry else {
        #expect(decision == .conclude(.deadLetter(.exhausted)))
        break
      }
      tiers.append(wait.tier)
      now = wait.due
    }
    #expect(dues == [0, 0.5, 2.5, 8.5, 38.5, 158.5].map(second))
    #expect(tiers == [nil, nil, nil, .seconds30, .minutes2])
    #expect(history.tries == 6)
  }

  /// A throttled request may wait often, but never for ever: each unknown wait is longer.
  @Test func `an endless throttle ends with the deadline`() {
    var history = AttemptHistory()
    let answer = Answer(.throttled(wait: nil, scope: .connector), code: "http.429")
    var now = second(0)
    while true {
      history.record(answer, startedAt: now)
      let decision = RetryPolicy().decision(
        after: answer, history: history, lifetime: lifetime(), now: now, jitter: 0.5)
      guard case .retry(let wait) = decision, !wait.usesTry else {
        #expect(decision == .conclude(.expired))
        break
      }
      #expect(wait.due >= now + .seconds(1))
      let isLate = wait.tier == nil && wait.due > now + RetryPolicy.longestParking
      #expect(!isLate || now + RetryTier.minutes10.delay > lifetime().lastStart(RetryPolicy()))
      now = wait.due
    }
    #expect(history.tries == 0)
    #expect(history.deferrals == 14)
  }
}

@Suite struct AttemptHistoryTests {
  @Test(arguments: [
    (Answer.Class.accepted, 1, 0, 0),
    (.rejected, 1, 0, 0),
    (.throttled(wait: nil, scope: .recipient), 0, 0, 1),
    (.transient(wait: nil), 1, 0, 0),
    (.transient(wait: .seconds(60)), 1, 0, 0),
    (.ambiguous, 1, 1, 0),
    (.misconfigured(.account), 0, 0, 1),
    (.misconfigured(.template), 0, 0, 1),
    (.misconfigured(.destination), 1, 0, 0),
  ])
  func `what was throttled or held is no try`(
    class: Answer.Class, tries: Int, ambiguous: Int, deferrals: Int
  ) {
    var history = AttemptHistory()
    let answer = Answer(`class`, code: "x")
    history.record(answer, startedAt: second(3))
    #expect(
      history
        == AttemptHistory(
          tries: tries, ambiguousTries: ambiguous, firstAttemptAt: second(3),
          deferrals: deferrals, lastAnswer: answer))
    #expect(history.possibleDuplicate == (ambiguous > 0))
  }

  @Test func `the first attempt stays the first, the last answer the last`() {
    var history = AttemptHistory()
    history.record(Answer(.transient(wait: nil), code: "first"), startedAt: second(1))
    history.record(Answer(.accepted, code: "second"), startedAt: second(2))
    #expect(history.firstAttemptAt == second(1))
    #expect(history.lastAnswer?.code == "second")
    #expect(history.tries == 2)
  }
}

private let start = Timestamp(milliseconds: 1_700_000_000_000)

private func second(_ number: Double) -> Timestamp {
  Timestamp(milliseconds: start.milliseconds + Int64((number * 1_000).rounded()))
}

private func lifetime(_ length: Double = 600) -> Lifetime {
  Lifetime(requestedAt: start, expiresAt: second(length))
}

private func retry(
  at due: Double, in tier: RetryTier? = nil, usesTry: Bool = true
) -> RetryDecision {
  .retry(RetryDecision.Wait(until: second(due), in: tier, usesTry: usesTry))
}

private func decision(
  _ class: Answer.Class, tries: Int, ambiguous: Int = 0, at now: Double = 1,
  policy: RetryPolicy = RetryPolicy()
) -> RetryDecision {
  policy.decision(
    after: Answer(`class`, code: "x"),
    history: AttemptHistory(tries: tries, ambiguousTries: ambiguous), lifetime: lifetime(),
    now: second(now), jitter: 0.5)
}
