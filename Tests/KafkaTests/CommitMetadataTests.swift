import TestSupport
import Testing

@testable import Kafka

@Suite struct CommitMetadataTests {
  @Test func `no text is no metadata`() throws {
    #expect(try CommitMetadata.read(nil, committedAt: 5) == nil)
    #expect(try CommitMetadata.read("", committedAt: 5) == nil)
  }

  /// The format is a promise to the next version: what stands in a group's offsets must be read.
  @Test func `the text is stable`() throws {
    var undone = UndoneOffsets(end: 100)
    for offset in [Int64(100), 101, 700] { undone.append(offset) }
    for offset in 704..<Int64(716) { undone.append(offset) }
    let metadata = CommitMetadata(nonce: 0x0123_4567_89AB_CDEF, undone: undone)
    let bytes = try #require(Base64.decode(metadata.text))
    #expect(bytes[0] == 1)
    #expect(bytes[5..<13] == [0xEF, 0xCD, 0xAB, 0x89, 0x67, 0x45, 0x23, 0x01])
    #expect(
      bytes[13...] == [
        1, 16,  // the section of the offsets
        0xE8, 0x04,  // 616 offsets up to the end
        0x02, 36, 37,  // word 1: 100, 101
        0x41, 60,  // eight words left out, word 10: 700
        0x00, 0xFF, 0x0F, 0, 0, 0, 0, 0, 0,  // word 11: 704 ..< 716
      ])
    #expect(try CommitMetadata.read(metadata.text, committedAt: 100) == metadata)
  }

  @Test func `the text of the later sections is stable`() throws {
    var undone = UndoneOffsets(end: 100)
    undone.append(100)
    let metadata = CommitMetadata(
      nonce: 1, undone: undone, ceiling: 400, marks: [0, nil, 299], resultsFrom: 7,
      ending: .clean(possiblyWritten: [100, 105, 300]))
    let bytes = try #require(Base64.decode(metadata.text))
    #expect(
      bytes[13...] == [
        1, 3, 1, 1, 36,  // the offsets: 100 of 100 ..< 101
        2, 2, 0xAC, 0x02,  // 300 were taken
        3, 4, 1, 0, 0xAC, 0x02,  // marks: one more than each, 0 for none
        4, 1, 7,  // a results offset
        5, 4, 0, 5, 0xC3, 0x01,  // a clean ending: how far apart
      ])
    #expect(try CommitMetadata.read(metadata.text, committedAt: 100) == metadata)
  }

  @Test func `a text of an older version tells of no more than the offsets`() throws {
    var undone = UndoneOffsets(end: 5)
    undone.append(9)
    let metadata = try #require(
      try CommitMetadata.read(CommitMetadata(nonce: 3, undone: undone).text, committedAt: 9))
    #expect(metadata.ceiling == nil)
    #expect(metadata.marks == [])
    #expect(metadata.resultsFrom == nil)
    #expect(metadata.ending == .open)
    #expect(metadata.undone == undone)
  }

  @Test func `the largest of everything fits beside the most offsets`() throws {
    var undone = UndoneOffsets(end: 0)
    for offset in stride(from: Int64(0), to: 50_000, by: 2) {
      let room = CommitMetadata.offsetsLimit - UndoneOffsets.longestVarint - undone.wordsSize
      guard room >= UndoneOffsets.largestGrowth else { break }
      undone.append(offset)
    }
    let metadata = CommitMetadata(
      nonce: .max, undone: undone, ceiling: .max,
      marks: Array(repeating: .max, count: CommitMetadata.mostMarks), resultsFrom: .max,
      ending: .clean(possiblyWritten: Array(0..<261)))
    #expect(metadata.text.utf8.count <= CommitMetadata.longestText)
    #expect(try CommitMetadata.read(metadata.text, committedAt: 0) == metadata)
  }

  @Test func `a clean ending that does not fit reads as an open one`() throws {
    let listed = Array(0..<Int64(2_400))
    for count in [2_200, 2_300, 2_400] {
      let metadata = CommitMetadata(
        nonce: 1, undone: UndoneOffsets(end: 0), ceiling: 9,
        ending: .clean(possiblyWritten: Array(listed.prefix(count))))
      #expect(metadata.text.utf8.count <= CommitMetadata.longestText)
      var expected = metadata
      if count > 2_200 { expected.ending = .open }
      #expect(try CommitMetadata.read(metadata.text, committedAt: 0) == expected)
    }
  }

  /// A full text of an older version, which left less room beside the offsets, loses none of them.
  @Test func `offsets that were too many by now are carried on whole`() throws {
    var undone = UndoneOffsets(end: 0)
    for offset in stride(from: Int64(0), to: 40_000, by: 2) where undone.wordsSize < 2_037 {
      undone.append(offset)
    }
    let metadata = CommitMetadata(
      nonce: 1, undone: undone, ceiling: .max,
      marks: Array(repeating: .max, count: CommitMetadata.mostMarks), resultsFrom: .max)
    #expect(undone.wordsSize > CommitMetadata.offsetsLimit)
    #expect(try CommitMetadata.read(metadata.text, committedAt: 0) == metadata)
  }

  @Test(arguments: UInt64(0)..<20)
  func `what was written is read`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<15 {
      let metadata = CommitMetadata.random(using: &random)
      let text = metadata.text
      #expect(text.utf8.count <= CommitMetadata.longestText)
      let read = try #require(try CommitMetadata.read(text, committedAt: metadata.offset))
      var expected = metadata
      // A long list may have found no room.
      if read.ending == .open { expected.ending = .open }
      #expect(read == expected)
    }
  }

  /// On this rests that what fits when it is taken fits for ever.
  @Test(arguments: UInt64(0)..<20)
  func `doing an offset never makes the encoding longer`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var undone = CommitMetadata.random(using: &random).undone
    for offset in undone.members.shuffled(using: &random) {
      let before = undone.wordsSize
      #expect(undone.remove(offset) == true)
      #expect(undone.wordsSize <= before)
      guard Int.random(in: 0..<20, using: &random) == 0 else { continue }
      let first = undone.first ?? undone.end
      let size = undone.encode(from: first, limit: .max).count
      #expect(size == undone.wordsSize + ByteWriter.size(ofVarint: UInt64(undone.end - first)))
    }
    #expect(undone.wordsSize == 0)
  }

  @Test func `metadata of another offset is refused`() throws {
    var undone = UndoneOffsets(end: 5)
    undone.append(5)
    let text = CommitMetadata(nonce: 1, undone: undone).text
    #expect(throws: CommitMetadata.Unreadable.damaged) {
      try CommitMetadata.read(text, committedAt: 6)
    }
  }

  @Test(arguments: [
    ("sarama", CommitMetadata.Unreadable.notBase64),
    ("some words of another client", .notBase64),
    ("QUJ=", .notBase64),
    ("AB==", .notBase64),
    ("====", .notBase64),
    ("€€€€", .notBase64),
    ("AgAA", .unknownFormat(2)),
    ("AQAA", .damaged),
    (String(repeating: "A", count: 3_073), .tooLong),
    (String(repeating: "A", count: 3_072), .unknownFormat(0)),
  ])
  func `what is not ours is refused with the reason`(
    text: String, reason: CommitMetadata.Unreadable
  ) {
    #expect(throws: reason) { try CommitMetadata.read(text, committedAt: 0) }
  }

  @Test(arguments: UInt64(0)..<20)
  func `a changed byte never passes`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let metadata = CommitMetadata.random(using: &random)
    let original = try #require(Base64.decode(metadata.text))
    for _ in 0..<15 {
      var bytes = original
      let place = bytes.indices.randomElement(using: &random)!
      bytes[place] ^= UInt8.random(in: 1...255, using: &random)
      #expect(throws: CommitMetadata.Unreadable.self) {
        try CommitMetadata.read(Base64.encode(bytes), committedAt: metadata.offset)
      }
    }
  }

  /// Past the check, too, every byte sequence is read or refused, and what is read makes sense.
  @Test(arguments: UInt64(0)..<20)
  func `mutated offsets are refused or consistent`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let metadata = CommitMetadata.random(using: &random)
    let offset = metadata.offset
    let original = metadata.undone.encode(from: offset, limit: CommitMetadata.offsetsLimit)
    for _ in 0..<400 {
      var bytes = original
      for _ in 0..<Int.random(in: 1...4, using: &random) { bytes.mutate(using: &random) }
      guard let undone = UndoneOffsets(decoding: bytes[...], from: offset) else { continue }
      let members = undone.members
      #expect(members.first ?? undone.end == offset)
      #expect(members.allSatisfy { $0 < undone.end })
      #expect(zip(members, members.dropFirst()).allSatisfy { $0 < $1 })
    }
  }

  @Test func `offsets at the end of the numbers are refused, not added up`() {
    let farthest: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01]
    let signed: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]
    #expect(UndoneOffsets(decoding: farthest[...], from: 1) == nil)
    #expect(UndoneOffsets(decoding: signed[...], from: 1) == nil)
    #expect(UndoneOffsets(decoding: signed + [1, 0] + farthest + [0], from: 0) == nil)
    #expect(UndoneOffsets(decoding: signed + [1, 0] + signed + [1], from: 0) == nil)
  }

  @Test func `a section of a later version is skipped`() throws {
    var undone = UndoneOffsets(end: 5)
    for offset in 5..<Int64(9) { undone.append(offset) }
    let metadata = CommitMetadata(nonce: 77, undone: undone)
    let bytes = try #require(Base64.decode(metadata.text))
    let later = Array(bytes[5..<13]) + [9, 3, 1, 2, 3] + Array(bytes[13...]) + [200, 0]
    #expect(try CommitMetadata.read(sealed(later, at: 5), committedAt: 5) == metadata)
  }

  @Test(
    arguments: [
      [],  // no offsets at all
      [1],  // a type without a length
      [1, 9, 0],  // longer than what is there
      [1, 1, 0, 1, 1, 0],  // told twice
      [1, 3, 4, 1, 4],  // below the committed offset
      [1, 3, 4, 1, 6],  // the committed offset itself would be done
      [1, 3, 1, 1, 64],  // no such place in a word
      [1, 2, 1, 0],  // a word cut off
      [1, 10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0],  // a word without a bit
      [1, 4, 9, 2, 5, 5],  // the same place twice
      [1, 4, 1, 2, 5, 6],  // not below the end
      [1, 12, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x02, 1, 5],  // over 64 bits
      [2, 1, 0],  // all but the offsets
      [1, 1, 0, 2, 0],  // taken, but not how far
      [1, 1, 0, 2, 2, 1, 1],  // taken twice as far
      [1, 1, 0, 2, 1, 1, 2, 1, 1],  // taken told twice
      [1, 1, 0, 2, 9, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F],  // overflow
      [1, 1, 0, 3, 1, 0x80],  // a mark cut off
      [1, 1, 0, 4, 0],  // results, but not where
      [1, 1, 0, 5, 2, 3, 0],  // the same offset twice
      [1, 1, 0, 5, 9, 0xFA, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F],  // the end
    ] as [[UInt8]])
  func `sections that make no sense are refused`(sections: [UInt8]) {
    let text = sealed([0, 0, 0, 0, 0, 0, 0, 0] + sections, at: 5)
    #expect(throws: CommitMetadata.Unreadable.damaged) {
      try CommitMetadata.read(text, committedAt: 5)
    }
  }

  @Test(arguments: [0, 1, 127, 128, 16_383, 16_384, 1 << 62, 1 << 63, .max] as [UInt64])
  func `a number is read as it was written`(number: UInt64) {
    var writer = ByteWriter()
    writer.append(varint: number)
    #expect(writer.bytes.count == ByteWriter.size(ofVarint: number))
    var reader = ByteReader(writer.bytes[...])
    #expect(reader.varint() == number)
    #expect(reader.isAtEnd)
  }

  @Test(
    arguments: [
      [], [0x80], Array(repeating: 0xFF, count: 9) + [0x02],
      Array(repeating: 0x80, count: 10) + [0],
    ] as [[UInt8]])
  func `a number that is cut off or too large is none`(bytes: [UInt8]) {
    var reader = ByteReader(bytes[...])
    #expect(reader.varint() == nil)
  }

  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
    ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
  ])
  func `base64 is that of RFC 4648, section 10`(plain: String, text: String) {
    #expect(Base64.encode(Array(plain.utf8)) == text)
    #expect(Base64.decode(text) == Array(plain.utf8))
  }

  @Test func `base64 carries every byte`() {
    let bytes = (0...255).map { UInt8($0) } + [255, 255]
    #expect(Base64.decode(Base64.encode(bytes)) == bytes)
  }
}

/// A text with a right check.
private func sealed(_ body: [UInt8], at offset: Int64) -> String {
  Base64.encode([1] + CommitMetadata.check(of: body[...], offset: offset) + body)
}

extension CommitMetadata {
  /// Metadata as may arise: sparse or dense, near or far, with as many offsets as fit.
  fileprivate static func random(using random: inout SeededGenerator) -> CommitMetadata {
    let start = Int64.random(in: 0...1 << 40, using: &random)
    var undone = UndoneOffsets(end: start)
    let widest: Int64 = [1, 2, 20, 500, 1 << 40].randomElement(using: &random)!
    for _ in 0..<Int.random(in: 0...2_000, using: &random) {
      let room = CommitMetadata.offsetsLimit - UndoneOffsets.longestVarint - undone.wordsSize
      guard room >= UndoneOffsets.largestGrowth else { break }
      undone.append(undone.end + Int64.random(in: 0..<widest, using: &random))
    }
    var metadata = CommitMetadata(nonce: random.next(), undone: undone)
    let offset = metadata.offset
    metadata.ceiling =
      Bool.random(using: &random) ? offset + .random(in: 0...widest, using: &random) : nil
    metadata.marks = (0..<Int.random(in: 0...mostMarks, using: &random)).map { _ in
      Bool.random(using: &random) ? .random(in: 0 ... .max, using: &random) : nil
    }
    metadata.resultsFrom =
      Bool.random(using: &random) ? .random(in: 0 ... .max, using: &random) : nil
    if Bool.random(using: &random) {
      let count = [0, 3, 200, 2_000].randomElement(using: &random)!
      let listed = Set((0..<count).map { _ in offset + .random(in: 0...widest, using: &random) })
      metadata.ending = .clean(possiblyWritten: listed.sorted())
    }
    return metadata
  }
}

extension [UInt8] {
  fileprivate mutating func mutate(using random: inout SeededGenerator) {
    let place = Int.random(in: 0...count, using: &random)
    switch Int.random(in: 0..<3, using: &random) {
    case 0: insert(UInt8.random(in: 0...255, using: &random), at: place)
    case 1 where place < count: remove(at: place)
    default: if place < count { self[place] ^= 1 << UInt8.random(in: 0..<8, using: &random) }
    }
  }
}
