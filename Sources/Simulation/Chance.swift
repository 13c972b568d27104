/// All chance of one schedule, from its seed (SplitMix64).
///
/// Source: <https://prng.di.unimi.it/splitmix64.c>
struct Chance {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0xD1B5_4A32_D192_ED03 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A number of a range; the range's few numbers make the bias of a remainder too small to matter.
  mutating func number(_ range: ClosedRange<Int64>) -> Int64 {
    range.lowerBound + Int64(next() % UInt64(range.upperBound - range.lowerBound + 1))
  }

  mutating func number(_ range: ClosedRange<Int>) -> Int {
    Int(number(Int64(range.lowerBound)...Int64(range.upperBound)))
  }

  /// True so many times in a thousand.
  mutating func happens(_ perMille: Int) -> Bool { Int(next() % 1_000) < perMille }

  /// One of the elements.
  mutating func one<Element>(of elements: [Element]) -> Element {
    elements[Int(next() % UInt64(elements.count))]
  }

  /// A position, by weights.
  mutating func weighted(_ weights: [Int]) -> Int {
    var left = Int(next() % UInt64(max(1, weights.reduce(0, +))))
    for (position, weight) in weights.enumerated() {
      if left < weight { return position }
      left -= weight
    }
    return 0
  }
}
