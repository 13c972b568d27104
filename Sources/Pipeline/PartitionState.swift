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
  /// Where the partition ended when we took it over: what came later, nobody before us has taken.
  var takenOverAt: Int64 = .max
  /// Records that were handed back and have certainly not been sent.
  var unsent: Set<Int64> = []
  /// Whether librdkafka may hold records for us.
  var mayHaveRecords = true
  var head: Head?

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
  var possiblySent: [Int64] { ledger.incompleteOffsets.filter { !unsent.contains($0) } }

  /// Whether the last owner may have sent an unfinished record; to be asked once for each, in order.
  /// - Parameters:
  ///   - record: the record.
  ///   - due: when it fell due, if it comes from a retry topic: nobody takes it before.
  /// - Returns: true when its first send here may be the second.
  func mayHaveBeenSent(_ record: ConsumerRecord, due: Timestamp?) -> Bool {
    guard !inheritance.isSettled, record.offset < takenOverAt,
      due ?? share.takenOverAt <= share.takenOverAt
    else { return false }
    return inheritance.mayHaveBeenSent(record.offset)
  }
}
