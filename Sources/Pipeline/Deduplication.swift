import Delivery

/// The event ids taken in the last ten minutes: whether a record is the first of its id.
///
/// Holds 128-bit hashes, never ids: under 80 bytes an entry, at most a million, oldest out first.
struct Deduplication {
  /// What an id has been seen as.
  enum Finding: Equatable {
    /// Never seen, or too long ago.
    case new
    /// Seen, with the same body, in another record.
    case duplicate
    /// Seen, with another body.
    case reused
    /// This very request, already concluded: its record came back after a rebalance or a crash.
    case concludedHere
    /// This very request, which has gone on into a retry topic: an older record of it came back.
    case goneOn
  }
  typealias Key = EventIDTable.Key

  private let window: Duration
  private let capacity: Int
  private var table = EventIDTable()
  /// When the table's time began.
  private var start: ContinuousClock.Instant?

  init(window: Duration = .seconds(600), capacity: Int = 1_000_000) {
    self.window = window
    self.capacity = capacity
  }

  /// How many ids are remembered.
  var count: Int { table.count }

  /// Looks an id up, and remembers it when it is new.
  /// - Parameters:
  ///   - key: the id.
  ///   - body: a hash of the record's value.
  ///   - origin: where the request first stood.
  ///   - hop: how many records of own topics it has had.
  ///   - place: where this record stands; another of the same hop is a second copy, written after a doubtful write.
  ///   - now: the time, for what is too old.
  /// - Returns: what the id has been seen as.
  mutating func admit(
    _ key: Key, body: Int, origin: RecordOrigin, hop: Int = 0, place: Int64? = nil,
    now: ContinuousClock.Instant
  ) -> Finding {
    var entry = EventIDTable.Entry(key, origin, hop: hop, since: forget(at: now))
    entry.place = place ?? -1
    entry.body = UInt32(truncatingIfNeeded: body)
    entry.isSeen = true
    guard let number = table.find(key) else {
      append(entry)
      return .new
    }
    let known = table[number]
    guard known.isOf(origin) else {
      return !known.isSeen || known.body == entry.body ? .duplicate : .reused
    }
    if known.isConcluded { return .concludedHere }
    if known.hop > hop || known.hop == hop && known.place >= 0 && known.place != place {
      return .goneOn
    }
    replace(number, with: entry)
    return .new
  }

  /// Remembers an id that somebody else took.
  /// - Parameters:
  ///   - key: the id.
  ///   - origin: where its request first stood.
  ///   - hop: how many records of own topics it has had; nil when it has an outcome.
  ///   - now: the time.
  mutating func remember(
    _ key: Key, origin: RecordOrigin, hop: Int?, now: ContinuousClock.Instant
  ) {
    var entry = EventIDTable.Entry(key, origin, hop: hop ?? 0, since: forget(at: now))
    entry.isConcluded = hop == nil
    guard let number = table.find(key) else { return append(entry) }
    let known = table[number]
    if !known.isConcluded, known.hop <= hop ?? .max { replace(number, with: entry) }
  }

  /// Notes that the outcome of the record that owns `key` stands in the results topic.
  mutating func conclude(_ key: Key, origin: RecordOrigin) {
    guard let number = table.find(key), table[number].isOf(origin) else { return }
    table[number].isConcluded = true
  }

  /// Notes that the request that owns `key` has gone on as another record of an own topic.
  mutating func goOn(_ key: Key, origin: RecordOrigin, hop: Int) {
    guard let number = table.find(key), table[number].isOf(origin) else { return }
    table[number].hop = UInt16(clamping: hop)
    table[number].place = -1
  }

  /// Forgets an id whose record was handed back: it comes again, here or elsewhere.
  mutating func abandon(_ key: Key, origin: RecordOrigin) {
    guard let number = table.find(key), table[number].isOf(origin), !table[number].isConcluded
    else { return }
    table.remove(key)
  }

  private mutating func append(_ entry: EventIDTable.Entry) {
    if count >= capacity, let oldest = table.oldest { table.remove(oldest.key) }
    table.append(entry)
  }

  /// The id is as old as it was.
  private mutating func replace(_ number: EventIDTable.Number, with entry: EventIDTable.Entry) {
    var entry = entry
    entry.since = table[number].since
    table[number] = entry
  }

  /// Forgets what is too old.
  /// - Returns: the table's time.
  private mutating func forget(at now: ContinuousClock.Instant) -> UInt32 {
    let start = self.start ?? now
    self.start = start
    let second = UInt32(clamping: (now - start).components.seconds)
    let limit = Int64(second) - window.components.seconds
    while let oldest = table.oldest, oldest.since < limit { table.remove(oldest.key) }
    return second
  }
}
