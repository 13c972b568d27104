import Delivery
import Kafka

/// A request as it was written, and what became of it.
final class TrueRequest {
  let place: TopicPartition
  let offset: Int64
  let serial: Int
  let eventID: String
  let recipient: String
  let supersedes: Bool
  let timestamp: Int64
  let lifetime: Int64
  let value: [UInt8]
  let isLate: Bool
  /// How often an operator has sent it once more.
  let replay: Int
  /// The record that came first, and those that continue it.
  var records: [TrueRecord] = []
  var outcomes: [PublishedOutcome] = []
  var letters = 0
  var acceptances = 0
  /// When the provider first took it, in the world's time.
  var firstAcceptedAt: Int64?

  init(_ draft: RequestDraft, at offset: Int64, of place: TopicPartition, timestamp: Int64) {
    self.place = place
    self.offset = offset
    serial = draft.serial
    eventID = draft.id ?? "\(place)/\(offset)"
    recipient = draft.recipient
    supersedes = draft.supersedes
    lifetime = draft.lifetime
    value = draft.value
    isLate = draft.isLate
    replay = 0
    self.timestamp = timestamp
  }

  /// What an operator sends once more.
  init(again other: TrueRequest) {
    place = other.place
    offset = other.offset
    serial = other.serial
    eventID = other.eventID
    recipient = other.recipient
    supersedes = other.supersedes
    timestamp = other.timestamp
    lifetime = other.lifetime
    value = other.value
    isLate = other.isLate
    replay = other.replay + 1
  }

  /// Whether the provider took it before an owner's time.
  func acceptedBefore(_ epoch: Epoch) -> Bool {
    firstAcceptedAt.map { $0 < epoch.beganAt } ?? false
  }

  var origin: RecordOrigin {
    RecordOrigin(topic: place.topic, partition: place.partition, offset: offset)
  }
}

/// A record of a topic that is consumed.
final class TrueRecord {
  let place: TopicPartition
  let offset: Int64
  let request: TrueRequest
  /// How many records of own topics the request has had, this one included.
  let hop: Int
  /// When it is due, and when the request ends, as its headers say; nil of a request's first record.
  let notBefore: Int64?
  let deadline: Int64?
  /// When it was written, in the world's time.
  let writtenAt: Int64
  /// Whether its writer was told that it may not have been written.
  let isDoubted: Bool

  init(
    _ request: TrueRequest, at offset: Int64, of place: TopicPartition, hop: Int = 0,
    notBefore: Int64? = nil, deadline: Int64? = nil, writtenAt: Int64, isDoubted: Bool = false
  ) {
    self.request = request
    self.offset = offset
    self.place = place
    self.hop = hop
    self.notBefore = notBefore
    self.deadline = deadline
    self.writtenAt = writtenAt
    self.isDoubted = isDoubted
  }

  /// Whether the log tells what it came to.
  var isSettled: Bool {
    !request.outcomes.isEmpty || request.records.contains { $0.hop > hop }
  }

  /// Whether the log told at that time; what is doubted may lie before the marks.
  func wasSettled(before time: Int64) -> Bool {
    request.outcomes.contains { $0.writtenAt < time && !$0.isDoubted }
      || request.records.contains { $0.hop > hop && $0.writtenAt < time && !$0.isDoubted }
  }
}

/// The partitions of one number in one instance's hands, from assignment to revocation.
final class Epoch {
  let number: Int32
  let instance: Instance
  let beganAt: Int64
  /// What the commits that it began with say.
  private var done: [TopicPartition: (Int64) -> Bool] = [:]
  private var taken: [ObjectIdentifier: Int64] = [:]
  var isLeaving = false
  var latestFirst: [String: Int64] = [:]
  var tried: Set<Int> = []
  /// What was sent, of those that supersede.
  var admitted: Set<Int> = []
  /// How many sends go on, by recipient.
  var open: [String: Int] = [:]
  /// How often the provider took what, by serial.
  var accepted: [Int: Int] = [:]
  /// What may have been taken without the pipeline being told.
  var unclear: Set<Int> = []
  private(set) var published: [ObjectIdentifier: PublishedOutcome] = [:]
  /// Where the commit that it began with tells what may have been sent by the owner before.
  var tellingDoubt: Set<TopicPartition> = []
  /// Where its commits have come to stand.
  var committed: Set<TopicPartition> = []

  init(_ number: Int32, of instance: Instance) {
    self.number = number
    self.instance = instance
    beganAt = instance.world.now
  }

  func begin(_ place: TopicPartition, _ isDone: @escaping (Int64) -> Bool) { done[place] = isDone }

  func isDone(_ record: TrueRecord) -> Bool { done[record.place]?(record.offset) ?? false }

  func take(_ record: TrueRecord) {
    let key = ObjectIdentifier(record)
    if taken[key] == nil { taken[key] = instance.clock.wallMilliseconds }
  }

  func has(_ record: TrueRecord) -> Bool { taken[ObjectIdentifier(record)] != nil }

  func publish(_ outcome: PublishedOutcome, of request: TrueRequest) {
    published[ObjectIdentifier(request)] = outcome
  }

  func outcome(of request: TrueRequest) -> PublishedOutcome? {
    published[ObjectIdentifier(request)]
  }

  /// Whether the record's deadline has passed by the owner's own clock; false of one it never took.
  func isOver(_ record: TrueRecord) -> Bool {
    guard let seen = taken[ObjectIdentifier(record)] else { return false }
    let deadline =
      record.deadline ?? (min(record.request.timestamp, seen) + record.request.lifetime)
    return instance.clock.wallMilliseconds >= deadline
  }
}
