import EventLoop
import TestSupport
import Testing

@Suite struct TimerHeapTests {
  /// A sorted array that does slowly what the heap does.
  private struct Model {
    struct Entry {
      var due: ContinuousClock.Instant
      var value: Int
      var token: TimerToken
    }
    private(set) var entries: [Entry] = []

    mutating func insert(_ entry: Entry) {
      let place = entries.firstIndex { $0.due > entry.due } ?? entries.endIndex
      entries.insert(entry, at: place)
    }

    mutating func remove(_ token: TimerToken) -> Int? {
      entries.firstIndex { $0.token == token }.map { entries.remove(at: $0).value }
    }

    mutating func popDue(_ now: ContinuousClock.Instant) -> Int? {
      guard let first = entries.first, first.due <= now else { return nil }
      return entries.removeFirst().value
    }
  }

  private let start = ContinuousClock.now

  @Test(arguments: 0..<24 as Range<UInt64>)
  func `whatever is done to it, it gives what a sorted array gives`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var heap = TimerHeap<Int>()
    var model = Model()
    var tokens: [TimerToken] = []
    for step in 0..<2_000 {
      switch Int.random(in: 0..<10, using: &random) {
      case 0...4:
        // Few different times, so that many are equal.
        let due = start + .seconds(Int.random(in: 0..<40, using: &random))
        let token = heap.insert(at: due, step)
        model.insert(Model.Entry(due: due, value: step, token: token))
        tokens.append(token)
      case 5...6:
        // Old tokens as well: their values are out, and their slots belong to others.
        guard let token = tokens.randomElement(using: &random) else { continue }
        #expect(heap.remove(token) == model.remove(token))
      default:
        let now = start + .seconds(Int.random(in: -1..<20, using: &random))
        #expect(heap.popDue(now) == model.popDue(now))
      }
      #expect(heap.count == model.entries.count)
      #expect(heap.earliest == model.entries.first?.due)
    }
    let end = start + .seconds(40)
    while let value = heap.popDue(end) { #expect(value == model.popDue(end)) }
    #expect(model.entries.isEmpty)
  }

  @Test func `values due at one instant come out as they went in`() {
    var heap = TimerHeap<Int>()
    let tokens = (0..<100).map { heap.insert(at: start, $0) }
    for removed in stride(from: 0, to: 100, by: 3) { heap.remove(tokens[removed]) }
    var out: [Int] = []
    while let value = heap.popDue(start) { out.append(value) }
    #expect(out == (0..<100).filter { !$0.isMultiple(of: 3) })
  }

  @Test func `nothing comes out before it is due`() {
    var heap = TimerHeap<String>()
    heap.insert(at: start + .nanoseconds(1), "later")
    #expect(heap.popDue(start) == nil)
    #expect(heap.popDue(start + .nanoseconds(1)) == "later")
    #expect(heap.earliest == nil)
  }

  @Test func `a token takes its own value out, once, and never a later one in its place`() {
    var heap = TimerHeap<String>()
    let first = heap.insert(at: start, "first")
    #expect(heap.remove(first) == "first")
    let second = heap.insert(at: start, "second")
    #expect(first != second)
    #expect(heap.remove(first) == nil)
    #expect(heap.popDue(start) == "second")
    let third = heap.insert(at: start, "third")
    #expect(heap.remove(second) == nil)
    #expect(heap.remove(third) == "third")
    #expect(heap.count == 0)
  }

  @Test func `what is out is not kept alive`() {
    final class Value {}
    var heap = TimerHeap<Value>()
    weak let removed: Value?
    weak let popped: Value?
    do {
      let values = (Value(), Value())
      (removed, popped) = (values.0, values.1)
      let token = heap.insert(at: start, values.0)
      heap.insert(at: start, values.1)
      heap.remove(token)
    }
    #expect(removed == nil)
    #expect(popped != nil)
    _ = heap.popDue(start)
    #expect(popped == nil)
  }
}
