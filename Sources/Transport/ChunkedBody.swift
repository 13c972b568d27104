/// Takes the chunks out of a chunked body.
///
/// See https://www.rfc-editor.org/rfc/rfc9112#name-chunked-transfer-coding. Extensions and trailers are read past; they and the data are bounded.
struct ChunkedBody {
  private enum State {
    case size(digits: Int)
    case `extension`
    case sizeEnd
    case data
    case dataEnd
    case dataEndLF
    case trailerStart
    case trailer
    case trailerEnd
    case lastEnd
    case complete
  }

  private var state = State.size(digits: 0)
  /// What is left of the chunk, or its size while that is being read.
  private var left = 0
  private let maximumBytes: Int
  private var overheadLeft: Int

  /// A reader of one body.
  /// - Parameters:
  ///   - maximumBytes: how long all chunks may be together.
  ///   - maximumOverhead: how long extensions and trailers may be together.
  init(maximumBytes: Int, maximumOverhead: Int) {
    self.maximumBytes = maximumBytes
    overheadLeft = maximumOverhead
  }

  /// Whether the last chunk and the trailers were read.
  var isComplete: Bool {
    if case .complete = state { true } else { false }
  }

  /// Takes bytes from `start` on until they or the body end; returns how far it came.
  mutating func consume(
    _ bytes: Span<UInt8>, from start: Int, into body: inout [UInt8]
  ) throws(HTTPResponseParser.Fault) -> Int {
    var index = start
    while index < bytes.count, !isComplete {
      if case .data = state {
        let count = min(left, bytes.count - index)
        body.append(bytes.extracting(index..<(index + count)))
        index += count
        left -= count
        if left == 0 { state = .dataEnd }
      } else {
        state = try next(bytes[index], bodyBytes: body.count)
        index += 1
      }
    }
    return index
  }

  /// What follows a byte that is no data.
  private mutating func next(
    _ byte: UInt8, bodyBytes: Int
  ) throws(HTTPResponseParser.Fault) -> State {
    switch (state, byte) {
    case (.size(let digits), _): return try size(byte, digits: digits, bodyBytes: bodyBytes)
    case (.extension, 0x0D): return .sizeEnd
    case (.sizeEnd, 0x0A): return left == 0 ? .trailerStart : .data
    case (.dataEnd, 0x0D): return .dataEndLF
    case (.dataEndLF, 0x0A): return .size(digits: 0)
    case (.trailerStart, 0x0D): return .lastEnd
    case (.trailer, 0x0D): return .trailerEnd
    case (.trailerEnd, 0x0A): return .trailerStart
    case (.lastEnd, 0x0A): return .complete
    case (.extension, _):
      try countOverhead(byte)
      return .extension
    case (.trailerStart, _), (.trailer, _):
      try countOverhead(byte)
      return .trailer
    default: throw .garbage("a chunk that does not end where it said")
    }
  }

  private mutating func size(
    _ byte: UInt8, digits: Int, bodyBytes: Int
  ) throws(HTTPResponseParser.Fault) -> State {
    if let digit = byte.hexDigit {
      guard digits < 16, left < 1 << 40 else { throw .garbage("a chunk of absurd size") }
      left = left << 4 | digit
      return .size(digits: digits + 1)
    }
    guard digits > 0 else { throw .garbage("a chunk without a size") }
    guard left <= maximumBytes - bodyBytes else { throw .bodyTooLarge }
    switch byte {
    case 0x0D: return .sizeEnd
    case UInt8(ascii: ";"), 0x20, 0x09: return .extension
    default: throw .garbage("a chunk without a size")
    }
  }

  private mutating func countOverhead(_ byte: UInt8) throws(HTTPResponseParser.Fault) {
    guard byte >= 0x20 && byte != 0x7F || byte == 0x09 else {
      throw .garbage("a control character in a chunk's frame")
    }
    guard overheadLeft > 0 else { throw .headerTooLarge }
    overheadLeft -= 1
  }
}

extension UInt8 {
  fileprivate var hexDigit: Int? {
    switch lowercased {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(self) - 0x30
    case UInt8(ascii: "a")...UInt8(ascii: "f"): Int(lowercased) - 0x57
    default: nil
    }
  }
}
