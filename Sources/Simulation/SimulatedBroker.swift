import Delivery
import Kafka

/// The Kafka of a simulated world: logs, and what the one group has committed.
final class SimulatedBroker {
  /// A record in a log; its offset is its place.
  struct Stored {
    var key: [UInt8]?
    var value: [UInt8]?
    var headers: [RecordHeader]
    var timestamp: Timestamp
  }
  /// An offset that was committed.
  struct Committed {
    var offset: Int64
    var metadata: String
  }

  private unowned let world: World
  private(set) var logs: [TopicPartition: [Stored]] = [:]
  private(set) var committed: [TopicPartition: Committed] = [:]
  /// What stood there before, for a broker that answers with old news.
  private(set) var committedBefore: [TopicPartition: Committed] = [:]
  private var ownCommits: [Int: [TopicPartition: Committed]] = [:]
  private(set) var group: SimulatedGroup
  private var backAt: Int64 = 0

  init(_ world: World) {
    self.world = world
    group = SimulatedGroup(world)
  }

  /// Whether it answers.
  var isUp: Bool { world.now >= backAt }

  /// Lets nothing through for a while.
  func goAway(for time: Int64) {
    backAt = max(backAt, world.now + time)
  }

  /// When a request that leaves now arrives.
  func arrival(_ travel: ClosedRange<Int64> = 100...4_000) -> Int64 {
    max(world.now, backAt) + world.chance.number(travel)
  }

  // MARK: - Logs

  func end(of place: TopicPartition) -> Int64 { Int64(logs[place]?.count ?? 0) }

  func record(at offset: Int64, of place: TopicPartition) -> ConsumerRecord? {
    guard let stored = logs[place]?[Int(offset)] else { return nil }
    return ConsumerRecord(
      place, offset: offset, key: stored.key, value: stored.value, headers: stored.headers,
      timestamp: stored.timestamp)
  }

  /// Writes a record; it is doubted when its writer is told that it may not have been.
  /// - Returns: its offset.
  @discardableResult
  func append(
    _ record: ProducerRecord, by writer: Instance?, isDoubted: Bool = false
  ) -> Int64 {
    let place = TopicPartition(topic: record.topic, partition: record.partition)
    let offset = end(of: place)
    let time = Timestamp(milliseconds: SimulatedClock.dawn + world.now / 1_000)
    logs[place, default: []].append(
      Stored(key: record.key, value: record.value, headers: record.headers, timestamp: time))
    world.examiner.appended(record, at: offset, by: writer, isDoubted: isDoubted)
    for instance in world.instances { instance.consumer?.recordsCame(in: place) }
    return offset
  }

  // MARK: - Commits

  /// Stores what a member commits.
  /// - Returns: the code of an error, nil when it was stored.
  func commit(_ entry: CommitEntry, by instance: Instance) -> Int32? {
    let limit = world.isHealed ? 4_096 : world.plan.metadataLimit
    guard entry.metadata.utf8.count <= limit else { return ErrorCode.metadataTooLarge }
    let place = entry.topicPartition
    if let before = committed[place], before.offset != entry.offset {
      committedBefore[place] = before
    }
    world.examiner.committing(entry, over: committed[place]?.offset, by: instance)
    let commit = Committed(offset: entry.offset, metadata: entry.metadata)
    committed[place] = commit
    ownCommits[instance.number, default: [:]][place] = commit
    return nil
  }

  /// What an instance itself has committed last.
  func committed(in place: TopicPartition, by instance: Instance) -> Committed? {
    ownCommits[instance.number]?[place]
  }

  /// Forgets what stands beside the offsets of one number, as when a tool has set them.
  func loseMetadata(of number: Int32) {
    for place in committed.keys where place.partition == number {
      committed[place]?.metadata = ""
    }
  }
}

/// The codes of Kafka's and librdkafka's errors that are played here.
///
/// Source: <https://kafka.apache.org/protocol#protocol_error_codes>
enum ErrorCode {
  static let closed: Int32 = -197
  static let transport: Int32 = -195
  static let timedOut: Int32 = -185
  static let purged: Int32 = -151
  static let metadataTooLarge: Int32 = 12
  static let notEnoughReplicas: Int32 = 19
  static let illegalGeneration: Int32 = 22
  static let unknownMember: Int32 = 25
}
