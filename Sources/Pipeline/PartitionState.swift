import Delivery
import EventLoop
import Kafka
import Retry

/// A partition while it is assigned to this process.
final class PartitionState {
  /// What its topic is for.
  enum Role: Equatable {
    /// What producers ask for.
    case requests
    /// What waits: a record is left where it is until it is due.
    case retry(RetryTier)
    /// What operators send once more.
    case replay

    /// Whether records continue a request that was read before.
    var isOwn: Bool { self != .requests }
  }
  /// The first record of a retry topic, which is not due yet.
  struct Head {
    let record: ConsumerRecord
    let due: Timestamp
    let timer: TimerToken
  }

  let partition: TopicPartition
  let role: Role
  let share: Share
  /// Counts its records.
  let consumed: Counter
  /// Only of requests.
  let telemetry: PartitionTelemetry?
  var ledger: OffsetLedger
  /// Which of the unfinished records the last owner may have sent.
  var inheritance: Inheritance
  /// Where the partition ended, and when, when we took it over from that owner: nobody before us has taken more.
  var inheritanceEnd: Int64 = .max
  var inheritanceTime = Timestamp(milliseconds: .max)
  /// What we may have sent ourselves before the partition came straight back.
  var ownDoubts: Set<Int64> = []
  /// How far we had taken then: the inheritance was asked about what lies below.
  var resumedAt: Int64 = 0
  /// Where the partition ended when we took it over: what came later, nobody before us has taken.
  var takenOverAt: Int64 = .max
  /// Records that were handed back and have certainly not been sent.
  var unsent: Set<Int64> = []
  /// Whether librdkafka may hold records for us.
  var mayHaveRecords = true
  var head: Head?
  /// Jobs that would have a slot if the last commit allowed their send.
  var waitingForCommit = FIFO<Job>()

  /// How many records it gives before the next partition has its turn; of what may not be due one by one.
  var batch: Int { role.isOwn ? 1 : 64 }

  init(
    _ partition: TopicPartition, role: Role, of share: Share, ledger: OffsetLedger,
    inheritance: Inheritance, consumed: Counter, telemetry: PartitionTelemetry?
  ) {
    self.partition = partition
    self.role = role
    self.share = share
    self.ledger = ledger
    self.inheritance = inheritance
    self.consumed = consumed
    self.telemetry = telemetry
  }

  /// Taken, not done, and not known to be unsent: what the next owner must be told of.
  ///
  /// Also what we may have sent before the partition came straight back, and have not taken again.
  var possiblySent: [Int64] {
    ledger.incompleteOffsets.filter { !unsent.contains($0) } + ownDoubts.sorted()
  }

  /// Whether an unfinished record may have been sent before; to be asked once for each, in order.
  /// - Parameters:
  ///   - record: the record.
  ///   - due: when it fell due, if it comes from a retry topic: nobody takes it before.
  /// - Returns: why it is in doubt; nil when it is not.
  func doubt(
    about record: ConsumerRecord, due: Timestamp?
  ) -> Telemetry.PossibleDuplicateLabel? {
    if !ownDoubts.isEmpty, ownDoubts.remove(record.offset) != nil { return .cutShort }
    guard !inheritance.isSettled, record.offset >= resumedAt, record.offset < inheritanceEnd,
      due.map({ $0 <= inheritanceTime }) ?? true, inheritance.mayHaveBeenSent(record.offset)
    else { return nil }
    return inheritance.isListed ? .cutShort : .uncleanEnd
  }
}
