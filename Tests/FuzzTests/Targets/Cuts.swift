/// Ways to cut bytes into pieces, as a network might.
enum Cuts: CaseIterable {
  case whole
  case singleBytes
  case pieces

  /// The pieces of `bytes`; how long they are follows from the bytes, so that an input repeats.
  func ranges(of bytes: [UInt8]) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var start = 0
    var state = bytes.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
    while start < bytes.count {
      state = state &* 1_664_525 &+ 1_013_904_223
      let length =
        switch self {
        case .whole: bytes.count
        case .singleBytes: 1
        case .pieces: 1 + Int(state >> 24) % 24
        }
      let end = min(start + length, bytes.count)
      ranges.append(start..<end)
      start = end
    }
    return ranges
  }
}
