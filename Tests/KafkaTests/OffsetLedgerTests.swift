import TestSupport
import Testing

@testable import Kafka

@Suite struct OffsetLedgerTests {
  @Test func `a new ledger starts at the committed offset with nothing open`() {
    let ledger = OffsetLedger(startingAt: 7, metadata: nil)
    #expect(ledger.watermark == 7)
    #expect(ledger.taken == 7)
    #expect(ledger.span == 0)
    #expect(ledger.incompleteCount == 0)
    #expect(ledger.oldestIncomplete == nil)
    #expect(ledger.committedOffset == 7)
  }

  @Test func `the watermark waits for the oldest incomplete record`() {
    var ledger = OffsetLedger(startingAt: 0, metadata: nil)
    for offset in 0..<Int64(4) { #expect(ledger.take(offset) == .fresh) }
    for offset in [Int64(3), 1, 2] { #expect(ledger.complete(offset) == true) }
    #expect(ledger.watermark == 0)
    #expect(ledger.oldestIncomplete == 0)
    #expect(ledger.span == 4)
    #expect(ledger.incompleteCount == 1)
    #expect(ledger.complete(0) == true)
    #expect(ledger.watermark == 4)
    #expect(ledger.oldestIncomplete == nil)
  }

  @Test func `completing twice, or what was never taken, changes nothing`() {
    var ledger = OffsetLedger(startingAt: 0, metadata: nil)
    _ = ledger.take(0)
    _ = ledger.take(1)
    #expect(ledger.complete(2) == false)
    #expect(ledger.complete(1) == true)
    #expect(ledger.complete(1) == false)
    #expect(ledger.incompleteCount == 1)
    #expect(ledger.watermark == 0)
  }

  @Test func `what a former life left open is not completed before it is taken again`() throws {
    var ledger = OffsetLedger(startingAt: 0, metadata: nil)
    for offset in 0..<Int64(3) { _ = ledger.take(offset) }
    var again = try restarted(from: ledger.commit(nonce: 1).required)
    #expect(again.complete(0) == false)
    #expect(again.take(0) == .fresh)
    #expect(again.complete(0) == true)
    #expect(again.watermark == 1)
  }

  @Test func `a gap counts as done, however wide`() {
    var ledger = OffsetLedger(startingAt: 0, metadata: nil)
    #expect(ledger.take(5) == .fresh)
    #expect(ledger.watermark == 5)
    #expect(ledger.take(5_000_000_000) == .fresh)
    #expect(ledger.span == 5_000_000_001 - 5)
    #expect(ledger.complete(5) == true)
    #expect(ledger.watermark == 5_000_000_000)
    #expect(ledger.span == 1)
  }

  @Test func `what was taken before, or lies below the start, is stale`() {
    var ledger = OffsetLedger(startingAt: 10, metadata: nil)
    #expect(ledger.take(9) == .stale)
    #expect(ledger.take(10) == .fresh)
    #expect(ledger.take(10) == .stale)
    ledger.complete(10)
    #expect(ledger.take(10) == .stale)
    #expect(ledger.incompleteCount == 0)
  }

  @Test func `after a restart what the metadata tells is already done and the rest is fresh`()
    throws
  {
    var ledger = OffsetLedger(startingAt: 0, metadata: nil)
    for offset in 0..<Int64(6) { _ = ledger.take(offset) }
    for offset in [Int64(1), 2, 4] { ledger.complete(offset) }
    var again = try restarted(from: ledger.commit(nonce: 1).required)
    let takes = (0..<Int64(7)).map { again.take($0) }
    #expect(takes == [.fresh, .alreadyDone, .alreadyDone, .fresh, .alreadyDone, .fresh, .fresh])
    #expect(again.incompleteCount == 4)
  }

  @Test func `the watermark may pass what is done before it is taken again`() throws {
    var ledger = OffsetLedger(startingAt: 0, metadata: nil)
    for offset in 0..<Int64(4) { _ = ledger.take(offset) }
    for offset in [Int64(1), 2, 3] { ledger.complete(offset) }
    var again = try restarted(from: ledger.commit(nonce: 1).required)
    _ = again.take(0)
    again.complete(0)
    #expect(again.watermark == 4)
    #expect(again.taken == 4)
    #expect(again.span == 0)
    #expect(again.take(1) == .alreadyDone)
    #expect(again.take(4) == .fresh)
  }

  @Test func `records that vanished before they were taken again count as done`() throws {
    var ledger = OffsetLedger(startingAt: 0, metadata: nil)
    for offset in 0..<Int64(8) { _ = ledger.take(offset) }
    ledger.complete(6)
    var again = try restarted(from: ledger.commit(nonce: 1).required)
    #expect(again.take(5) == .fresh)
    #expect(again.watermark == 5)
    #expect(again.take(7) == .fresh)
    #expect(again.incompleteCount == 2)
  }

  @Test func `nothing is taken beyond the span, until the watermark moves`() {
    var ledger = OffsetLedger(startingAt: 0, metadata: nil)
    for offset in 0..<Int64(3) {
      #expect(ledger.room(maximumSpan: 3) > 0)
      _ = ledger.take(offset)
    }
    #expect(ledger.room(maximumSpan: 3) == 0)
    ledger.complete(1)
    #expect(ledger.room(maximumSpan: 3) == 0)
    ledger.complete(0)
    #expect(ledger.room(maximumSpan: 3) > 0)
  }

  @Test func `a commit is requested once for each change, and again when it failed`() throws {
    var ledger = OffsetLedger(startingAt: 0, metadata: nil)
    #expect(ledger.commit(nonce: 1)?.offset == 0, "the nonce is to be written")
    #expect(ledger.commit(nonce: 1) == nil)
    _ = ledger.take(0)
    #expect(ledger.commit(nonce: 1)?.offset == 0, "how far was taken is to be written")
    ledger.complete(0)
    let commit = try ledger.commit(nonce: 1).required
    #expect(commit.offset == 1)
    ledger.commitFailed()
    #expect(ledger.commit(nonce: 1) == commit)
    ledger.committed(1)
    #expect(ledger.committedOffset == 1)
    #expect(ledger.commit(nonce: 1) == nil)
    ledger.committed(0)
    #expect(ledger.committedOffset == 1, "an acknowledgement that comes late takes nothing back")
  }

  @Test func `a commit may be required, and an ending in good order always is one`() throws {
    var ledger = OffsetLedger(startingAt: 0, metadata: nil)
    _ = ledger.commit(nonce: 1)
    #expect(ledger.commit(nonce: 1, marks: [5], resultsFrom: 6) == nil)
    ledger.requireCommit()
    #expect(ledger.commit(nonce: 1) != nil)
    #expect(ledger.commit(nonce: 1) == nil)
    #expect(ledger.commit(nonce: 1, ending: .clean(possiblyWritten: [])) != nil)
    #expect(ledger.commit(nonce: 1, ending: .clean(possiblyWritten: [])) != nil)
  }

  @Test func `nothing is taken that the last commit does not allow, which is twice what came`()
    throws
  {
    var ledger = OffsetLedger(startingAt: 100, metadata: nil)
    #expect(ledger.allowance == 0, "nobody knows yet that it is ours")
    #expect(try metadata(ledger.commit(nonce: 1)).taken == 116)
    #expect(ledger.allowance == 0, "it is not acknowledged")
    ledger.committed(100)
    #expect(ledger.allowance == 16)
    for offset in 100..<Int64(116) { _ = ledger.take(offset) }
    #expect(ledger.allowance == 0)
    #expect(try metadata(ledger.commit(nonce: 1)).taken == 148)
    ledger.commitFailed()
    #expect(ledger.allowance == 0)
    #expect(try metadata(ledger.commit(nonce: 1)).taken == 132)
    ledger.committed(100)
    #expect(ledger.allowance == 16)
    ledger.requireCommit()
    #expect(try metadata(ledger.commit(nonce: 1)).taken == 132, "never less than the least")
  }

  @Test func `what a commit allows less than the one before holds before it is acknowledged`()
    throws
  {
    var ledger = OffsetLedger(startingAt: 0, metadata: nil)
    _ = try ledger.commit(nonce: 1).required
    ledger.committed(0)
    for offset in 0..<Int64(100) { _ = ledger.take(offset) }
    _ = try ledger.commit(nonce: 1).required
    ledger.committed(0)
    #expect(ledger.allowance == 200)
    ledger.complete(0)
    #expect(try metadata(ledger.commit(nonce: 1)).taken == 200, "it falls by half only")
    #expect(ledger.allowance == 100)
    ledger.commitFailed()
    #expect(ledger.allowance == 100)
  }

  @Test func `a gap leads past what a commit allows, and the next allows what is behind it`() throws
  {
    var ledger = OffsetLedger(startingAt: 0, metadata: nil)
    _ = try ledger.commit(nonce: 1).required
    ledger.committed(0)
    ledger.pass(to: 1_000)
    #expect(ledger.allowance == 0)
    #expect(ledger.watermark == 1_000)
    #expect(try metadata(ledger.commit(nonce: 1)).taken == 3_000)
    ledger.committed(1_000)
    #expect(ledger.take(1_000) == .fresh)
  }

  @Test func `a commit carries what it was told, and how far may be taken`() throws {
    var ledger = OffsetLedger(startingAt: 3, metadata: nil)
    for offset in 3..<Int64(9) { _ = ledger.take(offset) }
    for offset in [Int64(3), 5, 8] { ledger.complete(offset) }
    let metadata = try metadata(
      ledger.commit(
        nonce: 8, marks: [4, nil], resultsFrom: 2, ending: .clean(possiblyWritten: [7, 3, 5, 4])))
    #expect(metadata.nonce == 8)
    #expect(metadata.taken == 25)
    #expect(metadata.marks == [4, nil])
    #expect(metadata.resultsFrom == 2)
    #expect(metadata.ending == .clean(possiblyWritten: [4, 7]), "what is done was not left open")
  }

  @Test(arguments: [
    (CommitMetadata.Ending.open, Int64(90)), (.clean(possiblyWritten: [2, 24]), 25),
    (.clean(possiblyWritten: []), 17),
  ])
  func `an owner that takes nothing passes on how far the one before may have sent`(
    ending: CommitMetadata.Ending, passedOn: Int64
  ) throws {
    var ledger = OffsetLedger(startingAt: 0, metadata: nil)
    for offset in 0..<Int64(30) { _ = ledger.take(offset) }
    for offset in [Int64(0), 3] { ledger.complete(offset) }
    var again = try restarted(from: ledger.commit(nonce: 1, ending: ending).required)
    #expect(again.taken == 1)
    #expect(try metadata(again.commit(nonce: 2)).taken == passedOn)
    again.limitInherited(to: 30)
    again.requireCommit()
    #expect(try metadata(again.commit(nonce: 2)).taken == min(passedOn, 30))
  }

  @Test func `a partition that came straight back goes on where it was`() throws {
    var former = OffsetLedger(startingAt: 0, metadata: nil)
    for offset in 0..<Int64(8) { _ = former.take(offset) }
    for offset in [Int64(0), 1, 2, 5, 7] { former.complete(offset) }
    var ledger = OffsetLedger(startingAt: 1, resuming: former)
    #expect(ledger.incompleteCount == 0)
    #expect(ledger.committedOffset == 1)
    #expect(ledger.watermark == 3)
    let commit = try ledger.commit(nonce: 1).required
    #expect(commit.offset == 3)
    #expect(try metadata(commit).taken == 19)
    let takes = (1..<Int64(9)).map { ledger.take($0) }
    let done = OffsetLedger.Take.alreadyDone
    #expect(takes == [done, done, .fresh, .fresh, done, .fresh, done, .fresh])
    #expect(ledger.incompleteCount == 4)
    #expect(ledger.complete(3) == true)
    #expect(ledger.watermark == 4)
  }

  @Test(arguments: [(4, [4, 6]), (5, [6]), (7, []), (20, [])] as [(Int64, [Int64])])
  func `what another has committed meanwhile counts as done`(offset: Int64, left: [Int64]) throws {
    var former = OffsetLedger(startingAt: 0, metadata: nil)
    for offset in 0..<Int64(7) { _ = former.take(offset) }
    for offset in [Int64(0), 1, 3, 5] { former.complete(offset) }
    var ledger = OffsetLedger(startingAt: offset, resuming: former)
    #expect(ledger.watermark == left.first ?? max(offset, 7))
    for offset in offset..<max(offset, 7) {
      #expect(ledger.take(offset) == (left.contains(offset) ? .fresh : .alreadyDone))
    }
    #expect(ledger.take(max(offset, 7)) == .fresh)
  }

  @Test func `four fifths of the span are nearly full`() {
    var ledger = OffsetLedger(startingAt: 0, metadata: nil)
    var fillings: [Bool] = []
    for offset in 0..<Int64(5) {
      fillings.append(ledger.isNearlyFull(maximumSpan: 5))
      _ = ledger.take(offset)
    }
    #expect(fillings == [false, false, false, false, true])
    ledger.complete(0)
    #expect(ledger.isNearlyFull(maximumSpan: 5))
    ledger.complete(1)
    #expect(!ledger.isNearlyFull(maximumSpan: 5))
  }

  @Test func `four fifths of the metadata are nearly full`() {
    var ledger = OffsetLedger(startingAt: 0, metadata: nil)
    var end: Int64 = 0
    while !ledger.isNearlyFull(maximumSpan: .max) {
      #expect(ledger.room(maximumSpan: .max) > 0)
      _ = ledger.take(end)
      if end % 2 == 1 { ledger.complete(end) }
      end += 1
    }
    let atFourFifths = end
    while ledger.room(maximumSpan: .max) > 0 {
      _ = ledger.take(end)
      if end % 2 == 1 { ledger.complete(end) }
      end += 1
    }
    #expect(ledger.isNearlyFull(maximumSpan: .max))
    #expect((79...83).contains(atFourFifths * 100 / end))
  }

  /// Whatever the order of things, taking stops before the metadata could overflow, and not long
  /// before.
  @Test(arguments: [
    (keepingOneIn: Int64(2), reach: Int64(13_000)),  // worst: every second one hangs
    (keepingOneIn: 50, reach: 20_000),  // two in a hundred wait for a retry
    (keepingOneIn: 20_000, reach: 20_000),  // the first one hangs
  ])
  func `taking goes on while the metadata holds what is done`(keepingOneIn: Int64, reach: Int64)
    throws
  {
    var ledger = OffsetLedger(startingAt: 1_000_001, metadata: nil)
    var undone: Set<Int64> = []
    var offset: Int64 = 1_000_001
    while ledger.room(maximumSpan: 20_000) > 0 {
      #expect(ledger.take(offset) == .fresh)
      undone.insert(offset)
      // 512 are in flight; of those before them only the slow ones are incomplete.
      let finished = offset - 512
      if (finished - 1_000_001) % keepingOneIn != 0, undone.remove(finished) != nil {
        ledger.complete(finished)
      }
      offset += 1
    }
    #expect(ledger.span >= reach)
    try expectExact(ledger, undone: undone, end: offset)
    // Whichever complete now, all still fits.
    var random = SeededGenerator(seed: UInt64(keepingOneIn))
    for offset in undone.shuffled(using: &random) {
      ledger.complete(offset)
      undone.remove(offset)
      if undone.count.isMultiple(of: 997) {
        try expectExact(ledger, undone: undone, end: ledger.taken)
      }
    }
    #expect(ledger.watermark == offset)
  }

  @Test func `ten thousand incomplete always fit, done in the worst order`() throws {
    var ledger = OffsetLedger(startingAt: 0, metadata: nil)
    for offset in 0..<Int64(10_000) {
      #expect(ledger.room(maximumSpan: 20_000) > 0)
      _ = ledger.take(offset)
    }
    for offset in stride(from: Int64(1), to: 10_000, by: 2) { ledger.complete(offset) }
    let undone = Set(stride(from: Int64(0), to: 10_000, by: 2))
    try expectExact(ledger, undone: undone, end: 10_000)
  }

  @Test func `when too much was taken the lowest offsets are kept`() throws {
    var ledger = OffsetLedger(startingAt: 0, metadata: nil)
    for offset in 0..<Int64(40_000) { _ = ledger.take(offset) }
    for offset in stride(from: Int64(1), to: 40_000, by: 2) { ledger.complete(offset) }
    #expect(ledger.room(maximumSpan: .max) == 0)
    let commit = try ledger.commit(nonce: 1).required
    #expect(commit.metadata.utf8.count <= CommitMetadata.longestText)
    var again = try restarted(from: commit)
    let takes = (0..<Int64(40_000)).map { again.take($0) }
    let known = try #require(takes.lastIndex(of: .alreadyDone))
    #expect(known >= 14_000)
    #expect(Array(takes[...known]) == (0...known).map { $0 % 2 == 0 ? .fresh : .alreadyDone })
    #expect(takes[(known + 1)...].allSatisfy { $0 == .fresh }, "nothing that is not done is lost")
  }

  @Test func `what full metadata tells of may be taken again`() throws {
    var ledger = OffsetLedger(startingAt: 0, metadata: nil)
    var end: Int64 = 0
    while ledger.room(maximumSpan: .max) > 0 {
      _ = ledger.take(end)
      if end % 2 == 1 { ledger.complete(end) }
      end += 1
    }
    var again = try restarted(from: ledger.commit(nonce: 1).required)
    for offset in 0..<end {
      #expect(again.room(maximumSpan: .max) > 0)
      #expect(again.take(offset) == (offset % 2 == 0 ? .fresh : .alreadyDone))
    }
    #expect(again.room(maximumSpan: .max) == 0)
  }
}

private func metadata(_ commit: OffsetLedger.Commit?) throws -> CommitMetadata {
  let commit = try #require(commit)
  return try #require(try CommitMetadata.read(commit.metadata, committedAt: commit.offset))
}

private func restarted(from commit: OffsetLedger.Commit) throws -> OffsetLedger {
  let metadata = try CommitMetadata.read(commit.metadata, committedAt: commit.offset)
  return OffsetLedger(startingAt: commit.offset, metadata: metadata)
}

/// Expects that a commit made now tells exactly what is done.
private func expectExact(_ ledger: OffsetLedger, undone: Set<Int64>, end: Int64) throws {
  var copy = ledger
  copy.commitFailed()
  let commit = try copy.commit(nonce: 9).required
  try expectExact(commit, undone: undone, end: end)
}

private func expectExact(
  _ commit: OffsetLedger.Commit, undone: Set<Int64>, end: Int64
) throws {
  #expect(commit.offset == undone.min() ?? end)
  #expect(commit.metadata.utf8.count <= CommitMetadata.longestText)
  let read = try CommitMetadata.read(commit.metadata, committedAt: commit.offset)
  let offsets = try #require(read).undone
  #expect(offsets.end == end)
  #expect(offsets.members == undone.sorted())
}

extension Optional {
  /// The value; `#require` does not take a call that mutates.
  fileprivate var required: Wrapped {
    get throws { try #require(self) }
  }
}

extension UndoneOffsets {
  /// All that are not done, ascending.
  var members: [Int64] {
    Array(
      sequence(state: Int64.min) { lower in
        guard let offset = self.first(notBelow: lower) else { return nil }
        lower = offset + 1
        return offset
      })
  }
}
