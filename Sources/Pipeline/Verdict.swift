import Delivery
import Providers
import Retry

/// What one pass along the straight line came to.
///
/// It never throws: every way out is a verdict.
enum Verdict {
  /// It is over: publish what it came to, then its offset may be committed.
  case conclude(Ending)
  /// The same request again, due later.
  case later(RetryDecision.Wait)
  /// The connector takes nothing now: wait for it, which uses no try.
  case hold
  /// It stands in a queue: whoever is before it wakes it.
  case waiting
  /// This very record is concluded already: nothing is published, its offset may be committed.
  case alreadyDone
  /// We are stopping, or the partition is gone: nothing is published or committed, it comes back.
  case abandon
}

/// Leaves the straight line early.
struct Halt: Error {
  var verdict: Verdict
}

/// How a request ended: what its outcome says, and its dead letter if a person has to look.
struct Ending {
  var kind: Outcome.Kind
  var reason: Reason
  /// The provider's code or ours; stable.
  var code: String?
  /// What an operator should know, without recipient, code or secret.
  var detail = ""
  /// Set when there is a dead letter.
  var disposition: DeadLetter.Disposition?
  var providerMessageIDs: [String] = []

  init(
    kind: Outcome.Kind, reason: Reason, code: String? = nil, detail: String = "",
    disposition: DeadLetter.Disposition? = nil
  ) {
    self.kind = kind
    self.reason = reason
    self.code = code
    self.detail = detail
    self.disposition = disposition
  }

  /// A newer code came before this one was sent.
  static let superseded = Ending(kind: .superseded, reason: .newerRequest)
  /// Another record with this event id was taken before.
  static let duplicate = Ending(kind: .duplicate, reason: .alreadyConcluded)
  /// The same event id with another body.
  static let idReused = Ending(
    kind: .rejected, reason: .idReused, code: "id.reused",
    detail: "another record with this id and another body came before: make one id per code")

  /// The deadline passed before the next try; once a try was ambiguous, a person has to look.
  static func deadlinePassed(after history: AttemptHistory) -> Ending {
    history.possibleDuplicate
      ? .deadLetter(.ambiguous, code: "deadline.passed", "no time left after an ambiguous try")
      : Ending(kind: .expired, reason: .deadlinePassed, code: history.lastAnswer?.code)
  }

  /// The record is no request that could be sent.
  init(_ failure: UndecodableRequest) {
    code = failure.code
    detail = failure.detail
    if failure.isRejection {
      kind = .rejected
      reason = .recipientInvalid
    } else {
      let isTooLarge = failure.code == UndecodableRequest.oversize
      kind = .deadLettered
      disposition = isTooLarge ? .oversize : .poison
      reason = isTooLarge ? .oversize : .poison
    }
  }

  /// A person has to look.
  static func deadLetter(
    _ disposition: DeadLetter.Disposition, code: String, _ detail: String
  ) -> Ending {
    Ending(
      kind: .deadLettered, reason: disposition.reason, code: code, detail: detail,
      disposition: disposition)
  }

  /// What the policy decided after the last try.
  init(_ ending: RetryDecision.Ending, after answer: Answer) {
    reason = ending.reason
    code = answer.code
    detail = answer.detail
    switch ending {
    case .accepted:
      kind = .accepted
      providerMessageIDs = answer.providerMessageIDs
    case .rejected: kind = .rejected
    case .expired: kind = .expired
    case .deadLetter(let disposition):
      kind = .deadLettered
      self.disposition = disposition
    }
  }
}
