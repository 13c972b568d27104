/// What ``TimerHeap/insert(at:_:)`` returns, to take the entry out again.
public struct TimerToken: Hashable, Sendable {
  fileprivate var slot: Int32
  fileprivate var generation: UInt32
}

/// Values ordered by when they are due: insert, remove and take the earliest in O(log n).
///
/// Values that are due at the same instant come out in the order in which they went in.
public struct TimerHeap<Value> {
  /// Its time is a distance from ``origin``: an instant is opaque to the compiler, a duration is two words.
  private struct Entry {
    var due: Duration
    var order: UInt64
    var slot: Int32
  }
  private struct Slot {
    var generation: UInt32 = 0
    var index: Int32 = -1
    var value: Value?
  }
  private let origin = ContinuousClock.now
  private var heap: [Entry] = []
  private var slots: [Slot] = []
  private var free: [Int32] = []
  private var inserted: UInt64 = 0

  /// An empty heap.
  public init() {}

  /// How many values wait.
  public var count: Int { heap.count }

  /// When the earliest value is due, nil when there is none.
  public var earliest: ContinuousClock.Instant? {
    heap.first.map { origin.advanced(by: $0.due) }
  }

  /// Adds a value.
  /// - Parameters:
  ///   - due: when it comes out of ``popDue(_:)``.
  ///   - value: what comes out then.
  /// - Returns: what ``remove(_:)`` takes.
  @discardableResult
  public mutating func insert(at due: ContinuousClock.Instant, _ value: Value) -> TimerToken {
    let slot: Int32
    if let reused = free.popLast() {
      slot = reused
    } else {
      slot = Int32(slots.count)
      slots.append(Slot())
    }
    slots[Int(slot)].value = value
    inserted += 1
    heap.append(Entry(due: origin.duration(to: due), order: inserted, slot: slot))
    siftUp(heap.count - 1)
    return TimerToken(slot: slot, generation: slots[Int(slot)].generation)
  }

  /// Takes a value out before it is due; nil when it is out already.
  @discardableResult
  public mutating func remove(_ token: TimerToken) -> Value? {
    let slot = Int(token.slot)
    guard slot < slots.count, slots[slot].generation == token.generation, slots[slot].index >= 0
    else { return nil }
    return removeEntry(at: Int(slots[slot].index))
  }

  /// Takes out the earliest value if it is due at `now`.
  public mutating func popDue(_ now: ContinuousClock.Instant) -> Value? {
    guard let first = heap.first, first.due <= origin.duration(to: now) else { return nil }
    return removeEntry(at: 0)
  }

  private mutating func removeEntry(at index: Int) -> Value? {
    let slot = Int(heap[index].slot)
    let last = heap.removeLast()
    if index < heap.count {
      heap[index] = last
      slots[Int(last.slot)].index = Int32(index)
      siftUp(index)
      siftDown(Int(slots[Int(last.slot)].index))
    }
    slots[slot].index = -1
    slots[slot].generation &+= 1
    free.append(Int32(slot))
    return slots[slot].value.take()
  }

  private func precedes(_ left: Entry, _ right: Entry) -> Bool {
    left.due == right.due ? left.order < right.order : left.due < right.due
  }

  private mutating func siftUp(_ start: Int) {
    var index = start
    let entry = heap[index]
    while index > 0 {
      let parent = (index - 1) / 2
      guard precedes(entry, heap[parent]) else { break }
      place(heap[parent], at: index)
      index = parent
    }
    place(entry, at: index)
  }

  private mutating func siftDown(_ start: Int) {
    var index = start
    let entry = heap[index]
    while true {
      var child = 2 * index + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, precedes(heap[child + 1], heap[child]) { child += 1 }
      guard precedes(heap[child], entry) else { break }
      place(heap[child], at: index)
      index = child
    }
    place(entry, at: index)
  }

  private mutating func place(_ entry: Entry, at index: Int) {
    heap[index] = entry
    slots[Int(entry.slot)].index = Int32(index)
  }
}
