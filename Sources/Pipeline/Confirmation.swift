import EventLoop
import Kafka

/// A process that stood still for long may have lost its partitions without knowing: it does nothing with them
/// before the group has confirmed that they are ours.
extension Pipeline {
  /// Holds everything back after the loop was away for so long, until a commit of each share succeeds.
  func loopWasAway(_ time: Duration) {
    guard !shares.isEmpty, stop == .running else { return }
    log.warning(
      "this process stood still: nothing is sent until the group confirms the assignment",
      .duration(.age, time))
    if heldBack == nil { heldBack = [] }
    for share in shares.values {
      share.isDoubted = true
      for state in share.partitions { state.ledger.requireCommit() }
    }
    commit()
  }

  /// Goes on once no share is in doubt any more: each was confirmed, or is gone.
  func resumeIfConfirmed() {
    guard heldBack != nil, !shares.values.contains(where: { $0.isDoubted && $0.phase != .gone })
    else { return }
    let actions = heldBack.take() ?? []
    for action in actions { action() }
    requestIntake()
  }
}
