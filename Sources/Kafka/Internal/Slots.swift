/// Values that are found again by a small number, which fits where C has room for one pointer.
struct Slots<Value> {
  private var values: [Value?] = []
  private var free: [Int] = []

  var count: Int { values.count - free.count }

  mutating func insert(_ value: Value) -> Int {
    guard let slot = free.popLast() else {
      values.append(value)
      return values.count - 1
    }
    values[slot] = value
    return slot
  }

  /// Takes a value out; nil when it is out already.
  mutating func remove(_ slot: Int) -> Value? {
    guard values.indices.contains(slot), let value = values[slot].take() else { return nil }
    free.append(slot)
    return value
  }

  /// Takes all values out.
  mutating func removeAll() -> [Value] {
    defer { self = Slots() }
    return values.compactMap(\.self)
  }
}

/// The pointer that stands for a slot: never NULL.
func opaque(for slot: Int) -> UnsafeMutableRawPointer? {
  UnsafeMutableRawPointer(bitPattern: slot + 1)
}

/// The slot that a pointer stands for; -1, which no slot is, for NULL.
func slot(of opaque: UnsafeMutableRawPointer?) -> Int {
  Int(bitPattern: opaque) - 1
}
