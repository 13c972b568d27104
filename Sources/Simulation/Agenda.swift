/// What is to happen in a simulated world, by time; what is due at the same time happens in the order it
/// was noted.
struct Agenda {
  private struct Entry {
    var at: Int64
    var order: UInt64
    var action: () -> Void
  }
  private var heap: [Entry] = []
  private var noted: UInt64 = 0

  /// When the next action is due.
  var earliest: Int64? { heap.first?.at }

  mutating func note(at time: Int64, _ action: @escaping () -> Void) {
    noted += 1
    heap.append(Entry(at: time, order: noted, action: action))
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard precedes(child, parent) else { break }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  mutating func popFirst() -> (() -> Void)? {
    guard let first = heap.first else { return nil }
    let last = heap.removeLast()
    guard !heap.isEmpty else { return first.action }
    heap[0] = last
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, precedes(child + 1, child) { child += 1 }
      guard precedes(child, parent) else { break }
      heap.swapAt(child, parent)
      parent = child
    }
    return first.action
  }

  private func precedes(_ left: Int, _ right: Int) -> Bool {
    heap[left].at == heap[right].at
      ? heap[left].order < heap[right].order : heap[left].at < heap[right].at
  }
}
