/// What the worker promises and the simulation checks, by the numbers of the README's promises where it has one.
public enum Promise: String, Sendable, CaseIterable {
  /// Every request ends with a final outcome, and its offset is committed.
  case nothingLost = "nothing lost"
  /// A commit covers only what has its outcome in the log.
  case commitBehindOutcome = "commit behind the outcome"
  /// A commit never goes back behind an earlier one.
  case commitGoesForward = "commit goes forward"
  /// One owner writes one outcome for a request, and whoever repeats it uses the same `ce_id`.
  case oneOutcome = "one outcome"
  /// An outcome is about a request that exists, and says what happened.
  case trueOutcome = "true outcome"
  /// A dead letter is written before its outcome.
  case letterFirst = "dead letter first"
  /// What a commit says to be done is not done again.
  case doneStaysDone = "done stays done"
  /// A code goes out twice only in the named windows.
  case boundedRepeats = "bounded repeats"
  /// A request is not handed over after its deadline.
  case deadline
  /// One send in flight per recipient, first tries in the order of offsets.
  case order
  /// What was superseded is published before the newer one is sent.
  case supersession
  /// The same of one that went into a retry topic under another owner.
  case lateSupersession = "supersession across owners"
  /// Nothing is sent for a partition that was given up, or once a stop has begun.
  case quietEnd = "quiet end"
  /// What the log says about a request before an assignment counts, although no commit tells.
  case outcomeStopsRepeat = "the log stops a repeat"
  /// A message that two owners sent is called a possible duplicate by the second.
  case flaggedRepeats = "flagged repeats"
  /// Nothing is taken before a commit of one's own.
  case nonceFirst = "own commit first"
  /// Once nothing goes wrong any more, a request is sent.
  case recovery
  /// Who was away for half a session sends nothing before the group confirms him.
  case quietZombie = "quiet after a pause"

  /// Those that the pipeline does not keep yet, and why.
  public static let unmet: [Promise: String] = [:]
}
