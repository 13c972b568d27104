/// A queue that gives out in the order in which it was given, in constant time.
public struct FIFO<Element> {
  private var elements: [Element?] = []
  private var head = 0

  /// An empty queue.
  public init() {}

  /// How many elements it has.
  public var count: Int { elements.count - head }
  /// Whether it has none.
  public var isEmpty: Bool { head == elements.count }
  /// The next to be given out.
  public var first: Element? { isEmpty ? nil : elements[head] }

  /// Adds an element at the end.
  public mutating func append(_ element: Element) {
    elements.append(element)
  }

  /// Adds an element at the front.
  public mutating func prepend(_ element: Element) {
    guard head > 0 else { return elements.insert(element, at: 0) }
    head -= 1
    elements[head] = element
  }

  /// Gives out the next element, nil when there is none.
  public mutating func popFirst() -> Element? {
    guard head < elements.count else { return nil }
    let element = elements[head].take()
    head += 1
    if head == elements.count {
      elements.removeAll(keepingCapacity: head <= 1_024)
      head = 0
    } else if head > 256, head > elements.count / 2 {
      elements.removeFirst(head)
      head = 0
    }
    return element
  }

  /// Takes out the first element that `matches`.
  public mutating func remove(where matches: (Element) -> Bool) {
    if let index = elements[head...].firstIndex(where: { $0.map(matches) ?? false }) {
      elements.remove(at: index)
    }
  }

  /// Takes out all elements that `match`, first in first.
  public mutating func removeAll(where matches: (Element) -> Bool) -> [Element] {
    var removed: [Element] = []
    var kept: [Element?] = []
    for element in all {
      if matches(element) { removed.append(element) } else { kept.append(element) }
    }
    if !removed.isEmpty {
      elements = kept
      head = 0
    }
    return removed
  }

  /// The elements, first in first.
  public var all: some Sequence<Element> { elements[head...].lazy.compactMap { $0 } }
}
