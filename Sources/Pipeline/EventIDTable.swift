import Delivery

/// What is known of event ids, in the order they came, each found by its key.
///
/// Under 80 bytes an id: entries stand in blocks, of which the oldest is given back as a whole, and an index by open
/// addressing tells where the entry of a key stands. It doubles in one step, which takes 10 ms at a million.
struct EventIDTable {
  /// What stands for an event id; made once for a record.
  struct Key: Equatable {
    fileprivate let high: Int
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

    /// Its part of a slot, which is never 0.
    fileprivate var mark: UInt32 { UInt32(truncatingIfNeeded: high) | 1 << 31 }
  }
  /// Of a million of them: no field is wider than it must be.
  struct Entry {
    let key: Key
    let offset: Int64
    /// Where the record stood that was taken; below zero when it was not taken here.
    var place: Int64 = -1
    let partition: Int32
    /// Seconds of the table's time.
    var since: UInt32
    /// A hash of the body, when it was seen here.
    var body: UInt32 = 0
    /// How many records of own topics it is known to have had.
    var hop: UInt16
    var isSeen = false
    var isConcluded = false

    init(_ key: Key, _ origin: RecordOrigin, hop: Int, since: UInt32) {
      self.key = key
      offset = origin.offset
      partition = origin.partition
      self.hop = UInt16(clamping: hop)
      self.since = since
    }

    func isOf(_ origin: RecordOrigin) -> Bool {
      offset == origin.offset && partition == origin.partition
    }
  }
  /// Names an entry for as long as it is there.
  typealias Number = UInt32

  /// A key's mark above, the number of its entry below; 0 is empty.
  private typealias Slot = UInt64
  private static let blockSize = 4_096

  /// Nil where an entry was removed before its time.
  private var blocks: [ContiguousArray<Entry?>] = []
  /// The number of the first block's first entry; numbers wrap around.
  private var base: Number = 0
  /// Where in the first block the oldest entry stands.
  private var head = 0
  private var index = ContiguousArray<Slot>(repeating: 0, count: 1_024)

  /// How many ids there are.
  private(set) var count = 0

  /// The oldest entry.
  var oldest: Entry? {
    mutating get {
      while head < blocks.first?.count ?? 0 {
        if let entry = blocks[0][head] { return entry }
        advance()
      }
      return nil
    }
  }

  subscript(number: Number) -> Entry {
    _read { yield blocks[block(of: number)][place(of: number)]! }
    _modify { yield &blocks[block(of: number)][place(of: number)]! }
  }

  private func block(of number: Number) -> Int { Int(number &- base) / Self.blockSize }
  private func place(of number: Number) -> Int { Int(number &- base) % Self.blockSize }

  /// Where the entry of a key stands.
  func find(_ key: Key) -> Number? {
    var place = home(of: key.mark)
    while index[place] != 0 {
      let number = Number(truncatingIfNeeded: index[place])
      if mark(at: place) == key.mark, self[number].key == key { return number }
      place = after(place)
    }
    return nil
  }

  /// Adds the entry of a key that has none.
  mutating func append(_ entry: Entry) {
    if blocks.last?.count ?? Self.blockSize == Self.blockSize {
      var block = ContiguousArray<Entry?>()
      block.reserveCapacity(Self.blockSize)
      blocks.append(block)
    }
    let last = blocks.count - 1
    let number = base &+ Number(last * Self.blockSize + blocks[last].count)
    blocks[last].append(entry)
    count += 1
    if count > index.count / 2 { doubleIndex() }
    insert(Slot(entry.key.mark) << 32 | Slot(number))
  }

  /// Forgets the entry of a key.
  mutating func remove(_ key: Key) {
    guard let number = find(key) else { return }
    vacate(number, mark: key.mark)
    blocks[block(of: number)][place(of: number)] = nil
    count -= 1
  }

  /// Passes over the oldest place, and gives its block back when it was the last of it.
  private mutating func advance() {
    head += 1
    guard head == Self.blockSize else { return }
    head = 0
    base &+= Number(Self.blockSize)
    blocks.removeFirst()
  }

  // MARK: - The index

  private func mark(at place: Int) -> UInt32 { UInt32(index[place] >> 32) }
  private func home(of mark: UInt32) -> Int { Int(mark) & (index.count - 1) }
  private func after(_ place: Int) -> Int { (place + 1) & (index.count - 1) }
  private func distance(from start: Int, to end: Int) -> Int { (end - start) & (index.count - 1) }

  private mutating func insert(_ slot: Slot) {
    var place = home(of: UInt32(slot >> 32))
    while index[place] != 0 { place = after(place) }
    index[place] = slot
  }

  private mutating func doubleIndex() {
    let old = index
    index = ContiguousArray(repeating: 0, count: 2 * old.count)
    for slot in old where slot != 0 { insert(slot) }
  }

  /// Empties the slot of an entry, and moves those up that had to go on past it.
  private mutating func vacate(_ number: Number, mark: UInt32) {
    var hole = home(of: mark)
    while index[hole] != Slot(mark) << 32 | Slot(number) { hole = after(hole) }
    var next = after(hole)
    while index[next] != 0 {
      if distance(from: home(of: self.mark(at: next)), to: next) >= distance(from: hole, to: next) {
        index[hole] = index[next]
        hole = next
      }
      next = after(next)
    }
    index[hole] = 0
  }
}
