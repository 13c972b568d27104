import Delivery
import EventLoop
import Kafka

/// What is kept of a share that was given up, should it come straight back.
struct FormerShare {
  struct Partition {
    var ledger: OffsetLedger
    /// What was taken and may have been sent, though it is not done.
    var possiblySent: [Int64]
    /// What the owner before us left in doubt.
    var inheritance: Inheritance
    var inheritanceEnd: Int64
    var inheritanceTime: Timestamp
  }

  var partitions: [String: Partition] = [:]
  var marks: [Int64?]

  init(_ share: Share) {
    marks = share.committedMarks
    for state in share.partitions {
      partitions[state.partition.topic] = Partition(
        ledger: state.ledger, possiblySent: state.possiblySent,
        inheritance: state.inheritance, inheritanceEnd: state.inheritanceEnd,
        inheritanceTime: state.inheritanceTime)
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

extension Pipeline {
  /// Keeps an answer that came too late, and its recipient's turn, until the record comes back.
  /// - Returns: false when nobody will ask for it.
  func keepAnswer(_ answer: Answer, of job: Job) -> Bool {
    let place = Stray.Place(job.record.topicPartition, job.record.offset)
    guard !stop.isStopping, strays[place] != nil || shares[job.share.number] === job.share else {
      return false
    }
    strays[place] = Stray(job: job, since: strays[place]?.since ?? loop.now, answer: answer)
    // Its budget is needed for its own record to be taken.
    enter(job, nil)
    return true
  }

  /// Forgets strays whose partition will not come straight back.
  func dropStrays(_ isGone: (Stray.Place, Stray) -> Bool) {
    for (place, stray) in strays where isGone(place, stray) {
      strays[place] = nil
      if stray.answer != nil { abandon(stray.job) }
    }
  }
}
