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
  /// Nil until the first record when the group has never committed: where it begins is the broker's word.
  var ledger: OffsetLedger?
  /// Whether librdkafka may hold records for us.
  var mayHaveRecords = true
  var head: Head?

  /// How many records it gives before the next partition has its turn; of what may not be due one by one.
  var batch: Int { role.isOwn ? 1 : 64 }

  init(
    _ partition: TopicPartition, role: Role, of share: Share, ledger: OffsetLedger?,
    consumed: Counter, telemetry: PartitionTelemetry?
  ) {
    self.partition = partition
    self.role = role
    self.share = share
    self.ledger = ledger
    self.consumed = consumed
    self.telemetry = telemetry
  }
}
