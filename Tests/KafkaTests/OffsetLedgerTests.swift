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

  @Test func `nothing is sent that the last commit does not allow, which is twice what was sent`()
    throws
  {
    var ledger = OffsetLedger(startingAt: 100, metadata: nil)
    for offset in 100..<Int64(200) { _ = ledger.take(offset) }
    expect(&ledger, holds: 100, "nobody knows yet that it is ours")
    #expect(try metadata(ledger.commit(nonce: 1)).ceiling == 116)
    expect(&ledger, holds: 100, "it is not acknowledged")
    ledger.committed(100)
    expect(&ledger, releases: 100..<116)
    expect(&ledger, holds: 116)
    #expect(try metadata(ledger.commit(nonce: 1)).ceiling == 148)
    ledger.commitFailed()
    expect(&ledger, holds: 117)
    #expect(try metadata(ledger.commit(nonce: 1)).ceiling == 133, "from the one that waits")
    ledger.committed(100)
    expect(&ledger, releases: 132..<133)
    expect(&ledger, holds: 133)
  }

  @Test func `what a commit allows less than the one before holds before it is acknowledged`()
    throws
  {
    var ledger = OffsetLedger(startingAt: 0, metadata: nil, leastAllowance: 100)
    for offset in 0..<Int64(200) { _ = ledger.take(offset) }
    _ = try ledger.commit(nonce: 1).required
    ledger.committed(0)
    expect(&ledger, releases: 0..<100)
    #expect(try metadata(ledger.commit(nonce: 1)).ceiling == 300)
    ledger.committed(0)
    ledger.complete(0)
    #expect(try metadata(ledger.commit(nonce: 1)).ceiling == 200, "it falls by half only")
    expect(&ledger, holds: 200)
    ledger.commitFailed()
    expect(&ledger, holds: 200)
    expect(&ledger, releases: 199..<200)
  }

  @Test func `whatever lies before it, the next commit allows what was held back`() throws {
    var ledger = OffsetLedger(startingAt: 0, metadata: nil)
    _ = try ledger.commit(nonce: 1).required
    ledger.committed(0)
    for offset in [Int64(0), 5_000, 5_001] { _ = ledger.take(offset) }
    expect(&ledger, holds: 5_001)
    expect(&ledger, holds: 5_000)
    #expect(try metadata(ledger.commit(nonce: 1)).ceiling == 5_016)
    ledger.committed(0)
    expect(&ledger, releases: 5_001..<5_002)
    ledger.requireCommit()
    #expect(
      try metadata(ledger.commit(nonce: 1)).ceiling == 5_018, "the way there counts for nothing")
  }

  @Test func `a commit carries what it was told, and how far may be sent`() throws {
    var ledger = OffsetLedger(startingAt: 3, metadata: nil)
    for offset in 3..<Int64(9) { _ = ledger.take(offset) }
    for offset in [Int64(3), 5, 8] { ledger.complete(offset) }
    let metadata = try metadata(
      ledger.commit(
        nonce: 8, marks: [4, nil], resultsFrom: 2, ending: .clean(possiblyWritten: [7, 3, 5, 4])))
    #expect(metadata.nonce == 8)
    #expect(metadata.ceiling == 20)
    #expect(metadata.marks == [4, nil])
    #expect(metadata.resultsFrom == 2)
    #expect(metadata.ending == .clean(possiblyWritten: [4, 7]), "what is done was not left open")
  }

  @Test(arguments: [
    (CommitMetadata.Ending.open, Int64(17)), (.clean(possiblyWritten: [2, 24]), 25),
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
    #expect(try metadata(again.commit(nonce: 2)).ceiling == passedOn)
    again.limitInherited(to: 30)
    again.requireCommit()
    #expect(try metadata(again.commit(nonce: 2)).ceiling == min(passedOn, 30))
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
    #expect(try metadata(commit).ceiling == 19)
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
}
