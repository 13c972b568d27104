import Delivery
import EventLoop
import Kafka
import Providers
import Retry

/// One record on its way from intake to commit: what is known of it, and where it waits.
///
/// A waiting job is a value in a queue or in the timer heap; it has a task only while it is being
/// sent or concluded.
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
    case time
  }

  /// One of a connector's slots.
  struct Slot {
    let connector: ConnectorRuntime
    let index: Int
    let since: Timestamp
  }

  let record: ConsumerRecord
  let partition: PartitionState
  /// The request, once it is decoded.
  var request: Request?
  /// Why it is none.
  var undecodable: UndecodableRequest?
  /// Its event id, when the producer gave one.
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
  /// When the try that goes on now began.
  var sendingSince: ContinuousClock.Instant?
  /// How it was last to leave.
  var route: Route?

  init(_ record: ConsumerRecord, of partition: PartitionState, now: ContinuousClock.Instant) {
    self.record = record
    self.partition = partition
    waitingSince = now
  }

  /// The record's place in the requests topic.
  var origin: RecordOrigin {
    RecordOrigin(topic: record.topic, partition: record.partition, offset: record.offset)
  }

  /// The event id, as far as one can be told.
  var eventID: String { request?.eventID ?? undecodable?.eventID ?? origin.description }

  /// Whether more than one message may have reached the person: something was sent, or something
  /// newer takes its place, after a try whose answer was lost.
  func mayHaveGoneOutTwice(endingAs kind: Outcome.Kind) -> Bool {
    history.ambiguousTries > 1 || history.ambiguousTries == 1 && kind != .deadLettered
  }
}
