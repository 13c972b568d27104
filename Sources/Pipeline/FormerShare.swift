import Delivery
import Kafka

/// What is kept of a share that was given up, should it come straight back.
struct FormerShare {
  struct Partition {
    var ledger: OffsetLedger
    /// What was taken and may have been sent, though it is not done.
    var possiblySent: [Int64]
  }

  var partitions: [String: Partition] = [:]
  var marks: [Int64?]

  init(_ share: Share) {
    marks = share.committedMarks
    for state in share.partitions {
      partitions[state.partition.topic] = Partition(
        ledger: state.ledger, possiblySent: state.possiblySent)
    }
  }
}

/// A send that was still open when its partition was given up.
///
/// Should the partition come straight back, its record joins it instead of being sent again.
struct Stray {
  struct Place: Hashable {
    var partition: TopicPartition
    var offset: Int64

    init(_ partition: TopicPartition, _ offset: Int64) {
      self.partition = partition
      self.offset = offset
    }
  }

  let job: Job
  /// When the partition was given up.
  let since: ContinuousClock.Instant
  /// How it ended meanwhile.
  var answer: Answer?
}
