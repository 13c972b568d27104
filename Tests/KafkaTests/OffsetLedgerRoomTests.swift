import TestSupport
import Testing

@testable import Kafka

/// How much may be taken before the metadata could overflow.
@Suite struct OffsetLedgerRoomTests {
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
