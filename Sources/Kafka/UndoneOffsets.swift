/// The offsets of a partition below an end that are not done, and their compact encoding.
///
/// Kept as the words of a bitmap that are not zero, 64 offsets each, so memory and encoding grow
/// with what is not done, never with the distance between the first and the last offset.
///
/// What matters about the encoding is that doing an offset never makes it longer: a word takes a
/// header and at most eight bytes, fewer as its bits vanish, and the header of the word after one
/// that is gone grows by less than what the gone one took. So whatever fits when an offset is
/// added fits for ever after, in whichever order offsets are done.
struct UndoneOffsets: Equatable, Sendable {
  /// 64 offsets, some of which are not done.
  private struct Word: Equatable, Sendable {
    /// The offsets divided by 64.
    var index: Int64
    /// A bit for each offset that is not done; never zero.
    var bits: UInt64

    init(index: Int64, bits: UInt64) {
      self.index = index
      self.bits = bits
    }

    var lowest: Int64 { index << 6 | Int64(bits.trailingZeroBitCount) }
    var highest: Int64 { index << 6 | Int64(63 - bits.leadingZeroBitCount) }
    /// The bytes behind its header: one for each bit, or all of it.
    var payloadSize: Int { min(bits.nonzeroBitCount, 8) }
  }

  /// One past the highest offset that anything is known of.
  private(set) var end: Int64
  /// How many bytes the words take in ``encode(from:limit:)``.
  private(set) var wordsSize = 0
  /// Ascending.
  private var words: [Word] = []

  /// The most bytes that a varint takes.
  static let longestVarint = 10
  /// The most bytes by which one ``append(_:)`` may lengthen the encoding of the words.
  static let largestGrowth = longestVarint + 1

  /// Nothing below `end` is undone.
  init(end: Int64) { self.end = end }

  /// The lowest that is not done.
  var first: Int64? { words.first?.lowest }

  /// The lowest that is not done and not below `offset`.
  func first(notBelow offset: Int64) -> Int64? {
    let position = position(of: offset >> 6)
    guard position < words.count else { return nil }
    let word = words[position]
    guard word.index == offset >> 6 else { return word.lowest }
    let bits = word.bits & (.max << UInt64(offset & 63))
    if bits != 0 { return Word(index: word.index, bits: bits).lowest }
    return position + 1 < words.count ? words[position + 1].lowest : nil
  }

  /// Whether `offset` is below the end and not done.
  func contains(_ offset: Int64) -> Bool {
    let position = position(of: offset >> 6)
    return position < words.count && words[position].index == offset >> 6
      && words[position].bits & Self.bit(of: offset) != 0
  }

  /// Adds an offset that is not done; those between the end and it are done.
  /// - Precondition: `offset` is not below ``end``.
  mutating func append(_ offset: Int64) {
    precondition(offset >= end, "offsets are appended in ascending order")
    end = offset + 1
    if let last = words.last, last.index == offset >> 6 {
      words[words.count - 1].bits |= Self.bit(of: offset)
      wordsSize += words[words.count - 1].payloadSize - last.payloadSize
    } else {
      append(Word(index: offset >> 6, bits: Self.bit(of: offset)))
    }
  }

  private mutating func append(_ word: Word) {
    words.append(word)
    wordsSize += size(at: words.count - 1)
  }

  /// Notes that `offset` is done.
  /// - Returns: whether it was not done before.
  mutating func remove(_ offset: Int64) -> Bool {
    let position = position(of: offset >> 6)
    guard position < words.count, words[position].index == offset >> 6,
      words[position].bits & Self.bit(of: offset) != 0
    else { return false }
    let before = words[position].payloadSize
    words[position].bits &= ~Self.bit(of: offset)
    if words[position].bits != 0 {
      wordsSize += words[position].payloadSize - before
    } else {
      wordsSize -= headerSize(at: position) + before
      if position + 1 < words.count { wordsSize -= headerSize(at: position + 1) }
      words.remove(at: position)
      if position < words.count { wordsSize += headerSize(at: position) }
    }
    return true
  }

  /// Notes that all in `offsets` are done.
  mutating func removeAll(in offsets: Range<Int64>) {
    while let offset = first(notBelow: offsets.lowerBound), offset < offsets.upperBound {
      _ = remove(offset)
    }
  }

  private static func bit(of offset: Int64) -> UInt64 { 1 << UInt64(offset & 63) }

  /// Where the word of that index is, or would be.
  private func position(of index: Int64) -> Int {
    // What was taken last is what is asked for most.
    if let last = words.last, last.index <= index {
      return last.index == index ? words.count - 1 : words.count
    }
    var lower = 0
    var upper = words.count
    while lower < upper {
      let middle = (lower + upper) / 2
      if words[middle].index < index { lower = middle + 1 } else { upper = middle }
    }
    return lower
  }
}

// MARK: - Encoding

/// A varint of how far the end is above the committed offset, which is the lowest that is not
/// done, or the end. Then for each word a varint header: low three bits how many of its offsets
/// follow as a byte each (1–7), or 0 for all its bits in eight bytes, little-endian; above them
/// the number of words left out since the one before.
extension UndoneOffsets {
  private func skipped(before position: Int) -> UInt64 {
    // The first one holds the committed offset, to which it is relative.
    position == 0 ? 0 : UInt64(words[position].index - words[position - 1].index - 1)
  }

  private func headerSize(at position: Int) -> Int {
    ByteWriter.size(ofVarint: skipped(before: position) << 3)
  }

  private func size(at position: Int) -> Int {
    headerSize(at: position) + words[position].payloadSize
  }

  /// The encoding in at most `limit` bytes.
  ///
  /// - Parameters:
  ///   - offset: the committed offset: ``first``, or ``end`` when all is done.
  ///   - limit: how many bytes there is room for, at least 20.
  /// - Returns: the bytes. What does not fit is left out from the top: the end that is written is
  ///   then lower than the true one, and what was done above it is unknown to the reader.
  func encode(from offset: Int64, limit: Int) -> [UInt8] {
    var fitting = 0
    var size = Self.longestVarint
    while fitting < words.count, size + self.size(at: fitting) <= limit {
      size += self.size(at: fitting)
      fitting += 1
    }
    let end = fitting < words.count ? words[fitting].lowest : end
    var writer = ByteWriter()
    writer.append(varint: UInt64(end - offset))
    for position in 0..<fitting {
      let word = words[position]
      let listed = word.payloadSize < 8 ? word.payloadSize : 0
      writer.append(varint: skipped(before: position) << 3 | UInt64(listed))
      if listed == 0 {
        writer.append(littleEndian: word.bits)
      } else {
        var bits = word.bits
        while bits != 0 {
          writer.append(UInt8(bits.trailingZeroBitCount))
          bits &= bits - 1
        }
      }
    }
    return writer.bytes
  }

  /// Reads what ``encode(from:limit:)`` wrote for the same offset; nil when it did not write this.
  init?(decoding bytes: ArraySlice<UInt8>, from offset: Int64) {
    var reader = ByteReader(bytes)
    guard let length = reader.varint().flatMap(Int64.init(exactly:)),
      case (let end, let overflow) = offset.addingReportingOverflow(length), !overflow
    else { return nil }
    self.init(end: end)
    var next = offset >> 6
    while !reader.isAtEnd {
      guard let word = Self.word(from: &reader, next: next),
        word.lowest >= offset, word.highest < end
      else { return nil }
      append(word)
      next = word.index + 1
    }
    guard offset == first ?? end else { return nil }
  }

  private static func word(from reader: inout ByteReader, next: Int64) -> Word? {
    guard let header = reader.varint() else { return nil }
    let (index, overflow) = next.addingReportingOverflow(Int64(header >> 3))
    guard !overflow, index <= Int64.max >> 6 else { return nil }
    let listed = header & 7
    guard listed > 0 else {
      return reader.littleEndian().flatMap { $0 == 0 ? nil : Word(index: index, bits: $0) }
    }
    var bits: UInt64 = 0
    for _ in 0..<listed {
      guard let place = reader.byte(), place < 64, bits >> place == 0 else { return nil }
      bits |= 1 << UInt64(place)
    }
    return Word(index: index, bits: bits)
  }
}
