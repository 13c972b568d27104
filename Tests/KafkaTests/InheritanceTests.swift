import Testing

@testable import Kafka

@Suite struct InheritanceTests {
  @Test func `where nobody was before, nothing was sent`() {
    var inheritance = Inheritance(metadata: nil, wasEverCommitted: false)
    #expect(inheritance.nonce == nil)
    #expect(inheritance.isSettled)
    #expect(doubtful(&inheritance, among: 0..<10) == [])
  }

  @Test(
    arguments: [
      ([], []), ([5], [5]), ([5, 7, 8], [5, 7, 8]), ([6], []), ([20], []), ([5, 6, 9], [5, 9]),
    ] as [([Int64], [Int64])])
  func `after an ending in good order only what it lists is in doubt`(
    listed: [Int64], doubtful expected: [Int64]
  ) {
    let metadata = metadata(taken: 10, ending: .clean(possiblyWritten: listed))
    var inheritance = Inheritance(metadata: metadata, wasEverCommitted: true)
    #expect(inheritance.nonce == 77)
    // 6 is done, so nobody asks about it.
    #expect(doubtful(&inheritance, among: [5, 7, 8, 9, 11, 12]) == expected)
    #expect(inheritance.isSettled == (listed != [20]))
  }

  @Test(
    arguments: [
      (Int64?(8), [5, 7]), (11, [5, 7, 8, 10]), (5, []),
      // Told by an older version: the end of what it knew counts.
      (nil, [5, 7, 8]),
    ] as [(Int64?, [Int64])])
  func `after an end without a word all is in doubt that its last commit allowed`(
    taken: Int64?, doubtful expected: [Int64]
  ) {
    var inheritance = Inheritance(
      metadata: metadata(taken: taken, ending: .open), wasEverCommitted: true)
    #expect(inheritance.nonce == 77)
    #expect(!inheritance.isSettled)
    #expect(doubtful(&inheritance, among: [5, 7, 8, 10, 11, 12]) == expected)
    #expect(inheritance.isSettled)
  }

  @Test func `without metadata that can be read as many are in doubt as may be in flight`() {
    var inheritance = Inheritance(metadata: nil, wasEverCommitted: true)
    #expect(inheritance.nonce == nil)
    #expect(doubtful(&inheritance, among: 1_000..<2_000) == Array(1_000..<1_512))
  }

  private func metadata(taken: Int64?, ending: CommitMetadata.Ending) -> CommitMetadata {
    var undone = UndoneOffsets(end: 5)
    for offset in [Int64(5), 7, 8] { undone.append(offset) }
    return CommitMetadata(nonce: 77, undone: undone, ceiling: taken, ending: ending)
  }

  private func doubtful(
    _ inheritance: inout Inheritance, among offsets: some Sequence<Int64>
  ) -> [Int64] {
    offsets.filter { inheritance.mayHaveBeenSent($0) }
  }
}
