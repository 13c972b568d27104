import Delivery

/// The event ids taken in the last ten minutes: whether a record is the first of its id.
///
/// Holds 128-bit hashes, never ids: about 150 bytes an entry, at most a million, oldest out first.
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
  /// What stands for an event id; made once for a record.
  struct Key: Hashable {
    private let high: Int
    private let low: Int

    init(_ eventID: String) {
      var hasher = Hasher()
      eventID.utf8Span.span.withUnsafeBytes { hasher.combine(bytes: $0) }
      // Both come of all that the hasher knows, which is more than either tells.
      var other = hasher
      other.combine(1)
      high = hasher.finalize()
      low = other.finalize()
    }

    func hash(into hasher: inout Hasher) { hasher.combine(high) }
  }
  /// Of a million of them: no field is wider than it must be.
  private struct Entry {
    /// A hash of the body, when it was seen here.
    var body = 0
    var offset: Int64
    /// Where the record stood that was taken; below zero when it was not taken here.
    var place: Int64 = -1
    var partition: Int32
    /// How many records of own topics it is known to have had.
    var hop: Int32
    var isSeen = false
    var isConcluded = false

    mutating func conclude(_ origin: RecordOrigin) {
      if offset == origin.offset, partition == origin.partition { isConcluded = true }
    }
  }

  private let window: Duration
  private let capacity: Int
  private var entries: [Key: Entry] = [:]
  private var order: [(key: Key, offset: Int64, at: ContinuousClock.Instant)] = []
  private var head = 0

  init(window: Duration = .seconds(600), capacity: Int = 1_000_000) {
    self.window = window
    self.capacity = capacity
  }

  /// How many ids are remembered.
  var count: Int { entries.count }

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
    forget(before: now - window)
    if let known = entries[key] {
      if known.partition == origin.partition, known.offset == origin.offset {
        if known.isConcluded { return .concludedHere }
        if known.hop > hop || known.hop == hop && known.place >= 0 && known.place != place {
          return .goneOn
        }
      } else {
        return !known.isSeen || known.body == body ? .duplicate : .reused
      }
    }
    entries[key] = Entry(
      body: body, offset: origin.offset, place: place ?? -1, partition: origin.partition,
      hop: Int32(clamping: hop), isSeen: true)
    order.append((key, origin.offset, now))
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
    forget(before: now - window)
    if let known = entries[key], known.isConcluded || known.hop > hop ?? .max { return }
    if entries[key] == nil { order.append((key, origin.offset, now)) }
    entries[key] = Entry(
      offset: origin.offset, partition: origin.partition, hop: Int32(clamping: hop ?? 0),
      isConcluded: hop == nil)
  }

  /// Notes that the outcome of the record that owns `key` stands in the results topic.
  mutating func conclude(_ key: Key, origin: RecordOrigin) {
    entries[key]?.conclude(origin)
  }

  /// Notes that the request that owns `key` has gone on as another record of an own topic.
  mutating func goOn(_ key: Key, origin: RecordOrigin, hop: Int) {
    guard let entry = entries[key], entry.offset == origin.offset,
      entry.partition == origin.partition
    else { return }
    entries[key]?.hop = Int32(clamping: hop)
    entries[key]?.place = -1
  }

  /// Forgets an id whose record was handed back: it comes again, here or elsewhere.
  mutating func abandon(_ key: Key, origin: RecordOrigin) {
    if let entry = entries[key], entry.offset == origin.offset,
      entry.partition == origin.partition, !entry.isConcluded
    {
      entries[key] = nil
    }
  }

  private mutating func forget(before limit: ContinuousClock.Instant) {
    while head < order.count, order[head].at < limit || entries.count >= capacity {
      let oldest = order[head]
      head += 1
      if entries[oldest.key]?.offset == oldest.offset { entries[oldest.key] = nil }
    }
    if head > 4_096, head > order.count / 2 {
      order.removeFirst(head)
      head = 0
    }
  }
}
