import Delivery
import EventLoop
import Kafka
import Providers
import Retry

/// One record on its way from intake to commit: what is known of it, and where it waits.
///
/// A waiting job is a value in a queue or in the timer heap; it never has a task.
final class Job {
  /// What a job does, which decides the budget it counts against.
  enum Stage {
    /// Decoded, waiting briefly for a slot, or being sent.
    case inFlight
    /// Waiting for a time, for its recipient, or long for a slot.
    case parked
    /// Waiting for the acknowledgement of what it came to.
    case concluding
  }
  /// Where a waiting job stands, so that it can be taken out.
  enum Place {
    case lane(Lane)
    case slot(ConnectorRuntime)
    /// For a commit that allows its send.
    case commit(ConnectorRuntime)
    case time
  }

  /// One of a connector's slots.
  struct Slot {
    let connector: ConnectorRuntime
    let index: Int
    let since: Timestamp
  }

  let record: ConsumerRecord
  /// Another one when the partition came back while the send was open.
  var partition: PartitionState
  /// What its headers say, when it comes from an own topic.
  let continuation: Continuation?
  /// The request, once it is decoded.
  var request: Request?
  /// Why it is none.
  var undecodable: UndecodableRequest?
  /// Its event id, when the producer gave one or another copy of it may come.
  var deduplicationKey: Deduplication.Key?
  var history = AttemptHistory()
  var stage: Stage?
  var place: Place?
  var waitingSince: ContinuousClock.Instant
  var timer: TimerToken?
  /// Its recipient's lane, once it is known to be new.
  var lane: Lane?
  /// The slot it holds.
  var slot: Slot?
  var isSuperseded = false
  /// Why it may have been sent before, when somebody else's word for it is missing.
  var doubt: Telemetry.PossibleDuplicateLabel?
  /// A keyed hash of the recipient, once it was asked for.
  var recipientHash: [UInt8]?
  /// When the try that goes on now began.
  var sendingSince: ContinuousClock.Instant?
  /// How it was last to leave.
  var route: Route?
  /// The configuration that its last pass along the line began with.
  var configVersion = ""

  init(
    _ record: ConsumerRecord, of partition: PartitionState, continuing continuation: Continuation?,
    now: ContinuousClock.Instant
  ) {
    self.record = record
    self.partition = partition
    self.continuation = continuation
    if let continuation { history = continuation.history }
    waitingSince = now
  }

  var share: Share { partition.share }

  /// Where the request first stood.
  var origin: RecordOrigin {
    continuation?.origin
      ?? RecordOrigin(topic: record.topic, partition: record.partition, offset: record.offset)
  }

  /// How many records of own topics the request has had.
  var hop: Int { continuation?.hop ?? 0 }

  /// How often it was replayed out of the dead letters.
  var replayCount: Int { continuation?.replayCount ?? 0 }

  /// What tells it from all others: the event id and, after a replay, which one.
  var idempotencyKey: String { Delivery.idempotencyKey(eventID, replayCount) }

  /// The event id, as far as one can be told.
  var eventID: String { request?.eventID ?? undecodable?.eventID ?? origin.description }

  /// Whether more than one message may have reached the person: something was sent, or something
  /// newer takes its place, after a try whose answer was lost.
  func mayHaveGoneOutTwice(endingAs kind: Outcome.Kind) -> Bool {
    history.ambiguousTries > 1 || history.ambiguousTries == 1 && kind != .deadLettered
  }
}
