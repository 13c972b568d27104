import TestSupport
import Testing

@testable import Kafka

/// A partition, its group's coordinator and its consumers of one life after another, played with
/// sets of offsets beside the ledger.
@Suite struct OffsetLedgerPropertyTests {
  /// Fifty seeds each.
  @Test(arguments: UInt64(0)..<10)
  func `in any interleaving nothing is skipped, lost or invented`(batch: UInt64) throws {
    for seed in batch * 50..<batch * 50 + 50 {
      var world = World(seed: seed)
      for _ in 0..<2_000 { try world.step() }
    }
  }
}

/// What the ledger should think, as plain sets.
private struct Model {
  /// Taken and incomplete, or known from the metadata not to be done.
  var undone: Set<Int64> = []
  /// One past the highest offset of which anything is known.
  var end: Int64 = 0
}

private struct World {
  private struct Request {
    var commit: OffsetLedger.Commit
    var model: Model
  }

  private let seed: UInt64
  private let gaps: Double
  private let maximumSpan: Int64
  private let habit: Habit
  private var random: SeededGenerator

  private var ledger = OffsetLedger(startingAt: 0, metadata: nil)
  private var model = Model()
  private var next: Int64 = 0
  private var underWay: [Int64] = []
  private var pending: [Request] = []
  /// What the coordinator has stored.
  private var stored = Request(commit: .init(offset: 0, metadata: ""), model: Model())
  /// What was sent and is not done, in this life or in one before it that ended without a word.
  private var maybeSent: Set<Int64> = []
  /// Every record that was done in any life.
  private var everDone: Set<Int64> = []
  private var checked: Int64 = 0
  /// The lowest offset that was not released since the last request, and the one that the request is about.
  private var heldBack: Int64?
  private var askedFor: Int64?

  /// In which order records are done.
  private enum Habit: CaseIterable {
    case any
    case oldestFirst
    case newestFirst
    case everySecond
    case oneHangs
  }

  init(seed: UInt64) {
    self.seed = seed
    random = SeededGenerator(seed: seed)
    gaps = [0, 0.03, 0.5].randomElement(using: &random)!
    maximumSpan = [5, 64, 700, 20_000].randomElement(using: &random)!
    habit = Habit.allCases.randomElement(using: &random)!
  }

  mutating func step() throws {
    switch Int.random(in: 0..<1_000, using: &random) {
    case 0..<420: takeOne()
    case 420..<620: sendOne()
    case 620..<920: completeOne()
    case 920..<955: try request()
    case 955..<980: acknowledge()
    case 980..<990: fail()
    case 990..<994: loseAnswer()
    case 994..<996: resume()
    case 996..<998: try restart()
    default: try handOver()
    }
    expectAgreement()
  }

  private func isRecord(_ offset: Int64) -> Bool {
    var hash = SeededGenerator(seed: seed ^ UInt64(offset) &* 0x9E37_79B9)
    return Double.random(in: 0..<1, using: &hash) >= gaps
  }

  private mutating func takeOne() {
    guard ledger.room(maximumSpan: maximumSpan) > 0 else { return }
    var offset = next
    while !isRecord(offset) { offset += 1 }
    model.undone.subtract(next..<offset)
    let isKnownDone = offset < model.end && !model.undone.contains(offset)
    #expect(ledger.take(offset) == (isKnownDone ? .alreadyDone : .fresh), "seed \(seed)")
    next = offset + 1
    guard !isKnownDone else { return }
    model.undone.insert(offset)
    model.end = max(model.end, next)
    underWay.append(offset)
  }

  private mutating func sendOne() {
    guard let offset = underWay.randomElement(using: &random) else { return }
    if ledger.release(offset) {
      maybeSent.insert(offset)
    } else {
      heldBack = min(heldBack ?? offset, offset)
    }
  }

  private mutating func completeOne() {
    guard !underWay.isEmpty else { return }
    let index =
      switch habit {
      case .any: underWay.indices.randomElement(using: &random)!
      case .oldestFirst: 0
      case .newestFirst: underWay.count - 1
      case .everySecond: underWay.firstIndex { $0.isMultiple(of: 2) } ?? 0
      case .oneHangs: min(1, underWay.count - 1)
      }
    let offset = underWay.remove(at: index)
    #expect(ledger.complete(offset) == true, "seed \(seed)")
    #expect(ledger.complete(offset) == false, "seed \(seed)")
    model.undone.remove(offset)
    maybeSent.remove(offset)
    everDone.insert(offset)
  }

  private mutating func request(_ ending: CommitMetadata.Ending = .open) throws {
    guard pending.isEmpty, let commit = ledger.commit(nonce: seed, ending: ending) else { return }
    #expect(commit.metadata.utf8.count <= CommitMetadata.longestText, "seed \(seed)")
    #expect(commit.offset >= ledger.committedOffset, "seed \(seed)")
    let read = try CommitMetadata.read(commit.metadata, committedAt: commit.offset)
    let metadata = try #require(read)
    #expect(metadata.nonce == seed, "seed \(seed)")
    #expect(metadata.undone.members == model.undone.sorted(), "seed \(seed)")
    #expect(metadata.undone.end == model.end, "seed \(seed)")
    while checked < commit.offset {
      #expect(
        everDone.contains(checked) || !isRecord(checked), "\(checked) was skipped, seed \(seed)")
      checked += 1
    }
    #expect(metadata.ending == ending, "seed \(seed)")
    pending.append(Request(commit: commit, model: model))
    askedFor = heldBack.take()
  }

  private mutating func acknowledge() {
    guard !pending.isEmpty else { return }
    stored = pending.removeFirst()
    ledger.committed(stored.commit.offset)
    #expect(ledger.committedOffset == stored.commit.offset, "seed \(seed)")
    guard let offset = askedFor.take(), underWay.contains(offset) else { return }
    let isReleased = ledger.release(offset)
    #expect(isReleased, "\(offset) is held back for ever, seed \(seed)")
    maybeSent.insert(offset)
  }

  private mutating func fail() {
    guard !pending.isEmpty else { return }
    pending.removeFirst()
    ledger.commitFailed()
    #expect(ledger.commit(nonce: seed) != nil, "seed \(seed)")
    ledger.commitFailed()
  }

  /// The coordinator has stored it, and its answer never came.
  private mutating func loseAnswer() {
    guard !pending.isEmpty else { return }
    stored = pending.removeFirst()
    ledger.commitFailed()
  }

  /// The process dies, or loses its partition; the next life knows what was stored.
  private mutating func restart() throws {
    let commit = stored.commit
    let metadata = try CommitMetadata.read(commit.metadata, committedAt: commit.offset)
    ledger = OffsetLedger(startingAt: commit.offset, metadata: metadata)
    model = stored.model
    beginAgain()
    var inheritance = Inheritance(metadata: metadata, wasEverCommitted: true)
    for offset in model.undone.sorted() {
      let isInDoubt = inheritance.mayHaveBeenSent(offset)
      #expect(isInDoubt || !maybeSent.contains(offset), "\(offset) is sent twice, seed \(seed)")
      if metadata?.ending != .open {
        let isReason = maybeSent.contains(offset) || everDone.contains(offset)
        #expect(!isInDoubt || isReason, "\(offset) is in doubt for nothing, seed \(seed)")
      }
    }
  }

  private mutating func beginAgain() {
    next = stored.commit.offset
    checked = min(checked, next)
    underWay = []
    pending = []
    heldBack = nil
    askedFor = nil
  }

  /// The partition is revoked in good order, and somebody else's.
  private mutating func handOver() throws {
    while !pending.isEmpty { acknowledge() }
    heldBack = nil
    let written = underWay.filter { _ in Bool.random(using: &random) }
    maybeSent = Set(written)
    try request(.clean(possiblyWritten: written))
    while !pending.isEmpty { acknowledge() }
    try restart()
  }

  /// The partition is revoked, and comes straight back, whatever is stored.
  private mutating func resume() {
    ledger = OffsetLedger(startingAt: stored.commit.offset, resuming: ledger)
    beginAgain()
  }

  private func expectAgreement() {
    let watermark = model.undone.isEmpty ? model.end : ledger.watermark
    if !model.undone.isEmpty {
      #expect(model.undone.contains(watermark), "seed \(seed)")
      #expect(underWay.first.map { watermark <= $0 } ?? true, "seed \(seed)")
    }
    #expect(ledger.watermark == watermark, "seed \(seed)")
    #expect(ledger.taken == max(next, watermark), "seed \(seed)")
    #expect(ledger.span == ledger.taken - watermark, "seed \(seed)")
    #expect(ledger.incompleteCount == underWay.count, "seed \(seed)")
    #expect(ledger.oldestIncomplete == underWay.first, "seed \(seed)")
    #expect(!underWay.isEmpty || ledger.room(maximumSpan: maximumSpan) > 0, "stuck, seed \(seed)")
  }
}
