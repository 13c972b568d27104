import Delivery

/// The event ids taken in the last ten minutes: whether a record is the first of its id.
///
/// Holds 128-bit hashes, never ids: about 70 bytes an entry, at most a million, oldest out first.
struct Deduplication {
  /// What an id has been seen as.
  enum Finding: Equatable {
    /// Never seen, or too long ago.
    case new
    /// Seen, with the same body, in another record.
    case duplicate
    /// Seen, with another body.
    case reused
    /// This very record, already concluded here: it came back after a rebalance.
    case concludedHere
  }
  private struct Key: Hashable {
    var high: Int
    var low: Int
  }
  private struct Entry {
    var body: Int
    var partition: Int32
    var offset: Int64
    var isConcluded = false
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
  ///   - eventID: the id.
  ///   - body: a hash of the record's value.
  ///   - origin: the record.
  ///   - now: the time, for what is too old.
  /// - Returns: what the id has been seen as.
  mutating func admit(
    _ eventID: String, body: Int, origin: RecordOrigin, now: ContinuousClock.Instant
  ) -> Finding {
    forget(before: now - window)
    let key = Self.key(eventID)
    if let known = entries[key] {
      if known.partition == origin.partition, known.offset == origin.offset {
        if known.isConcluded { return .concludedHere }
      } else {
        return known.body == body ? .duplicate : .reused
      }
    }
    entries[key] = Entry(body: body, partition: origin.partition, offset: origin.offset)
    order.append((key, origin.offset, now))
    return .new
  }

  /// Notes that the outcome of the record that owns `eventID` stands in the results topic.
  mutating func conclude(_ eventID: String, origin: RecordOrigin) {
    let key = Self.key(eventID)
    guard var entry = entries[key], entry.offset == origin.offset,
      entry.partition == origin.partition
    else { return }
    entry.isConcluded = true
    entries[key] = entry
  }

  /// Forgets an id whose record was handed back: it comes again, here or elsewhere.
  mutating func abandon(_ eventID: String, origin: RecordOrigin) {
    let key = Self.key(eventID)
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

  private static func key(_ eventID: String) -> Key {
    Key(high: hash(eventID, salt: 1), low: hash(eventID, salt: 2))
  }

  private static func hash(_ text: String, salt: Int) -> Int {
    var hasher = Hasher()
    hasher.combine(salt)
    text.utf8Span.span.withUnsafeBytes { hasher.combine(bytes: $0) }
    return hasher.finalize()
  }
}
