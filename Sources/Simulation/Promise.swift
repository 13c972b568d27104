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
  /// Nothing is sent for a partition that was given up, or once a stop has begun.
  case quietEnd = "quiet end"
  /// What has an outcome in the log is not sent again, although no commit tells.
  case outcomeStopsRepeat = "an outcome stops a repeat"

  /// Those that the pipeline does not keep yet, and why.
  public static let unmet: [Promise: String] = [
    .outcomeStopsRepeat: "the tails of the results are not read at an assignment"
  ]
}
