import Kafka
import Retry

/// Partition *i* of every topic that is consumed: requests, retries and replays of the same recipients.
///
/// They come and go together, so that what a request leads to is always found by whoever has the request.
final class Share {
  /// How far the assignment has come.
  enum Phase {
    /// Records are taken.
    case taking
    /// It is being taken away: what is being sent may end, nothing new begins.
    case leaving
    /// It is somebody else's: nothing is published or committed.
    case gone
  }

  /// The number of its partitions.
  let number: Int32
  /// Its partitions: of the requests, then of the own topics.
  private(set) var partitions: [PartitionState] = []
  var phase = Phase.taking
  /// Jobs that are being sent or concluded: a revoke waits for them.
  var busy = 0
  /// Jobs that wait for something: they end with the assignment.
  var waiting: [ObjectIdentifier: Job] = [:]
  /// Called when `busy` falls to zero.
  var whenIdle: (() -> Void)?
  var isCommitting = false
  /// How far our own records in the partitions of ``PipelineConfiguration/Topics/marked`` are acknowledged.
  var marks: [Int64?] = []
  /// Which requests are newer than those that wait in the own topics.
  var orders = OrderBook()

  init(_ number: Int32) { self.number = number }

  /// How far our own outcomes are acknowledged.
  var resultsMark: Int64? { marks.first ?? nil }

  /// Adds a partition of this number.
  func add(_ partition: PartitionState) { partitions.append(partition) }

  /// Ends it; jobs that are still open may keep it for a while.
  func end() {
    phase = .gone
    partitions = []
  }
}
