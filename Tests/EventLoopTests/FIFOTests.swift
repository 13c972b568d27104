import EventLoop
import Testing

struct FIFOTests {
  @Test func `elements come out in the order they went in`() {
    var queue = FIFO<Int>()
    #expect(queue.popFirst() == nil)
    var taken: [Int] = []
    for number in 0..<1_000 {
      queue.append(number)
      if number % 3 > 0, let first = queue.popFirst() { taken.append(first) }
    }
    #expect(queue.first == taken.count)
    while let next = queue.popFirst() { taken.append(next) }
    #expect(taken == Array(0..<1_000))
    #expect(queue.isEmpty)
  }

  @Test func `an element can be taken out of the middle`() {
    var queue = FIFO<Int>()
    for number in 0..<10 { queue.append(number) }
    _ = queue.popFirst()
    queue.remove { $0 == 5 }
    queue.remove { $0 == 99 }
    #expect(Array(queue.all) == [1, 2, 3, 4, 6, 7, 8, 9])
    #expect(queue.count == 8)
  }
}
