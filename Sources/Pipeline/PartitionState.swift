import Kafka

/// A partition of the requests topic while it is assigned to this process.
final class PartitionState {
  /// How far the assignment has come.
  enum Phase {
    /// Records are taken.
    case taking
    /// It is being taken away: what is being sent may end, nothing new begins.
    case leaving
    /// It is somebody else's: nothing is published or committed.
    case gone
  }

  let partition: TopicPartition
  let telemetry: PartitionTelemetry
  /// Nil until the first record when the group has never committed: where it begins is the broker's word.
  var ledger: OffsetLedger?
  var phase = Phase.taking
  /// Whether librdkafka may hold records for us.
  var mayHaveRecords = true
  /// Jobs that are being sent or concluded: a revoke waits for them.
  var busy = 0
  /// Jobs that wait for something: they end with the assignment.
  var waiting: [ObjectIdentifier: Job] = [:]
  /// Called when `busy` falls to zero.
  var whenIdle: (() -> Void)?
  var isCommitting = false

  init(_ partition: TopicPartition, ledger: OffsetLedger?, telemetry: PartitionTelemetry) {
    self.partition = partition
    self.ledger = ledger
    self.telemetry = telemetry
  }
}
