import Delivery
import Kafka
import Retry

/// Partition *i* of every topic that is consumed: requests, retries and replays of the same recipients.
///
/// They come and go together, so that what a request leads to is always found by whoever has the request.
final class Share {
  /// How far the assignment has come.
  enum Phase {
    /// What the last owner left is being read.
    case reading
    /// The first commit says that it is ours: nothing is taken before that is acknowledged.
    case claiming
    /// Records are taken.
    case taking
    /// It is being taken away: what is being sent may end, nothing new begins.
    case leaving
    /// It is somebody else's: nothing is published or committed.
    case gone
  }

  /// What the acknowledgement of a commit will mean: what came about after it began is not in it.
  struct CommitUnderWay {
    /// It is the last one.
    let isLast: Bool
    /// It shows that the share is still ours.
    let isProof: Bool
  }

  /// The number of its partitions.
  let number: Int32
  /// Its partitions: of the requests, then of the own topics.
  private(set) var partitions: [PartitionState] = []
  var phase = Phase.reading
  /// Whether our claim was ever acknowledged, so that records may have been taken.
  var wasClaimed = false
  /// Jobs that are being sent or concluded: a revoke waits for them.
  var busy = 0
  /// Jobs that wait for something: they end with the assignment.
  var waiting: [ObjectIdentifier: Job] = [:]
  /// Called when `busy` falls to zero.
  var whenIdle: (() -> Void)?
  /// The commit whose answer is awaited; one at a time.
  private(set) var commitUnderWay: CommitUnderWay?
  /// Which records are done although their commit does not say so.
  var aftermath = Aftermath()
  /// When we took it over.
  var takenOverAt = Timestamp(milliseconds: 0)
  /// The lowest `otp.results.from` of what waits in the own topics.
  var resultsFrom: Int64?
  /// Whether the next commit is to be the last.
  var isEnding = false
  /// Whether the last commit is acknowledged.
  private(set) var isEnded = false
  /// Whether it may have gone to somebody else while this process stood still.
  var isDoubted = false
  /// How far our own records in the partitions of ``PipelineConfiguration/Topics/marked`` are acknowledged.
  private(set) var marks: [Int64?] = []
  /// The marks of the owner before, as long as what lies behind them matters.
  private var inheritedMarks: [Int64?]?
  /// Which requests are newer than those that wait in the own topics.
  private(set) var orders = OrderBook()

  init(_ number: Int32) { self.number = number }

  /// How far our own outcomes are acknowledged.
  var resultsMark: Int64? { marks.first ?? nil }

  /// Adds a partition of this number.
  func add(_ partition: PartitionState) { partitions.append(partition) }

  /// Whether its commits are ours to make, now that it is known what the last owner left.
  var isCommittable: Bool { phase == .claiming || phase == .taking || phase == .leaving }

  var isCommitting: Bool { commitUnderWay != nil }

  /// Whether there may be something to commit, and no commit is under way.
  var mayCommit: Bool { isCommittable && !isCommitting && !isEnded }

  /// Notes that a commit begins.
  func beginCommit() {
    commitUnderWay = CommitUnderWay(isLast: isEnding, isProof: isDoubted)
  }

  /// Notes how the commit under way ended.
  func endCommit(isAcknowledged: Bool) {
    guard let commit = commitUnderWay.take(), isAcknowledged else { return }
    if commit.isLast { isEnded = true }
    if commit.isProof { isDoubted = false }
  }

  /// The marks to commit: those of the owner before as long as some of what lies behind them is in memory only.
  var committedMarks: [Int64?] { inheritedMarks ?? marks }

  /// Begins with the marks of the owner before.
  func inherit(_ marks: [Int64?]) {
    self.marks = marks
    inheritedMarks = marks
  }

  /// Sets the marks to where the partitions end.
  func setMarks(_ ends: [Int64?]) {
    inheritedMarks = zip(marks, ends).map { $0 ?? $1 }
    marks = ends
    if aftermath.isEmpty { inheritedMarks = nil }
  }

  /// Notes that one of our own records is acknowledged.
  func noteMark(_ index: Int, _ offset: Int64) { marks[index] = max(marks[index] ?? 0, offset + 1) }

  /// Lets go of the aftermath when every record that it may tell of was taken again.
  func settleAftermath() {
    guard !aftermath.isEmpty else { return }
    let isSettled = partitions.allSatisfy { state in
      state.role.isOwn
        ? state.ledger.taken >= state.takenOverAt
          || state.head.map { $0.due > takenOverAt } ?? false
        : state.ledger.taken > aftermath.highestOrigin(in: state.partition.topic)
    }
    guard isSettled else { return }
    aftermath = Aftermath()
    inheritedMarks = nil
  }

  /// Notes that so many more records wait in the own topics, or fewer.
  func addWaiting(_ count: Int) {
    orders.addWaiting(count)
    if !orders.isOpen { resultsFrom = nil }
  }

  /// Notes where the results about newer requests begin for a record that waits.
  func noteWaiting(resultsFrom offset: Int64?) {
    if let offset { resultsFrom = min(resultsFrom ?? offset, offset) }
  }

  /// Notes which request is the newest of its key.
  func note(_ key: OrderKey, at offset: Int64) { orders.note(key, at: offset) }

  /// Ends it; jobs that are still open may keep it for a while.
  func end() {
    phase = .gone
    partitions = []
  }
}
