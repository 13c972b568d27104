/// The book of one partition during one assignment: what was taken, what of it is done, and
/// therefore what may be committed while later records are still under way.
///
/// Whatever is done above the watermark is written into the commit's metadata, so that after a
/// crash nothing of it is done again. That never fails for want of room: ``room(maximumSpan:)``
/// comes to 0 before it could. About 13,500 offsets fit in the worst order of things, with every
/// second one done; the whole span fits when what is not done is rare or stands together. One
/// record that hangs while thousands behind it are done costs two bytes.
///
/// Each commit also says how far will be sent at most before the next one: whoever takes over after a crash
/// knows which records may have been sent. So nothing is sent before the first commit is acknowledged.
public struct OffsetLedger: Sendable {
  /// What to do with a record.
  public enum Take: Sendable, Equatable {
    /// It is new: do it, then call ``OffsetLedger/complete(_:)``.
    case fresh
    /// It was done before this assignment, as the metadata told; it counts as complete.
    case alreadyDone
    /// It lies below where this assignment began, or was taken before: nothing is to be done.
    case stale
  }

  /// What is to be committed.
  public struct Commit: Sendable, Equatable {
    /// The next offset to be consumed.
    public var offset: Int64
    /// The text to be stored with it.
    public var metadata: String
  }

  /// The offset of the last commit that was acknowledged, at first the one that was read.
  public private(set) var committedOffset: Int64
  /// How many were taken and are not complete.
  public private(set) var incompleteCount = 0

  /// What is not done.
  ///
  /// After a restart that reaches beyond what was taken: what the metadata does not tell to be
  /// done is not done.
  private var undone: UndoneOffsets
  /// One past the highest offset that ``take(_:)`` saw.
  private var next: Int64
  /// One past the highest offset that a former owner may have sent; 0 when there is none.
  ///
  /// It outlives this owner: should this one, too, end without a word, the next must know.
  private var inherited: Int64
  private var hasUnrequestedChanges = true
  /// Nothing from here on is sent before a commit says so.
  private var ceiling: Int64
  /// The ceiling of the commit whose acknowledgement is awaited.
  private var requestedCeiling: Int64?
  /// One past the highest offset that ``release(_:)`` let go.
  private var released: Int64
  /// What the ceiling of the commit before lies a stride above.
  private var base: Int64
  /// The lowest offset that ``release(_:)`` held back since then.
  private var heldBack: Int64?
  /// How far the last commit lets be sent before the next.
  private var stride: Int64 = 0
  private let leastAllowance: Int64

  /// A ledger for a partition that was just assigned.
  /// - Parameters:
  ///   - offset: where consumption starts: the committed offset, if there is one.
  ///   - metadata: what stood beside that very offset.
  ///   - leastAllowance: how many records each commit lets be sent before the next at the least, at least 1.
  /// - Precondition: the metadata was read for `offset`.
  public init(startingAt offset: Int64, metadata: CommitMetadata?, leastAllowance: Int = 16) {
    undone = metadata?.undone ?? UndoneOffsets(end: offset)
    precondition(
      metadata == nil || metadata?.offset == offset, "the metadata is of another offset")
    committedOffset = offset
    next = offset
    ceiling = offset
    released = offset
    base = offset
    self.leastAllowance = Int64(leastAllowance)
    inherited = metadata?.uncertainEnd ?? 0
  }

  /// A ledger for a partition that came straight back, before anyone else had it.
  ///
  /// What was done stays done, and what was taken and is not complete is taken again.
  /// - Parameters:
  ///   - offset: the committed offset; were it above the former watermark, all below it would count as done.
  ///   - former: the ledger of the assignment before this one.
  public init(startingAt offset: Int64, resuming former: OffsetLedger) {
    undone = former.undone
    if offset > undone.end {
      undone = UndoneOffsets(end: offset)
    } else {
      undone.removeAll(in: former.watermark..<max(offset, former.watermark))
    }
    committedOffset = offset
    next = offset
    ceiling = offset
    released = offset
    base = offset
    leastAllowance = former.leastAllowance
    inherited = max(former.released, former.inherited)
  }

  /// Notes where the partition ended when it was taken over: no former owner has sent what lies behind that.
  public mutating func limitInherited(to end: Int64) { inherited = min(inherited, end) }

  /// The next offset to commit: everything below it is done.
  public var watermark: Int64 { undone.first ?? undone.end }

  /// One past the highest offset that was taken, or the watermark if that is higher.
  public var taken: Int64 { max(next, watermark) }

  /// How many offsets lie between the watermark and the highest taken, done or not.
  public var span: Int64 { taken - watermark }

  /// The lowest offset that was taken and is not complete.
  public var oldestIncomplete: Int64? { undone.first.flatMap { $0 < next ? $0 : nil } }

  /// The offsets that were taken and are not complete, ascending.
  public var incompleteOffsets: [Int64] {
    var offsets: [Int64] = []
    offsets.reserveCapacity(incompleteCount)
    var next = undone.first
    while let offset = next, offset < self.next {
      offsets.append(offset)
      next = undone.first(notBelow: offset + 1)
    }
    return offsets
  }

  /// How many more records may be taken.
  ///
  /// - Parameter maximumSpan: the largest ``span`` wanted, at least 1.
  /// - Returns: 0 when the span is used up, or when the metadata could fail to hold what is done once
  ///   one more is taken, in whatever order all those under way complete. Never 0 when nothing is
  ///   incomplete.
  public func room(maximumSpan: Int64) -> Int {
    let left = max(0, maximumSpan - span)
    // What the metadata told of has its room already.
    let known = max(0, undone.end - next)
    let bytes = CommitMetadata.offsetsLimit - UndoneOffsets.longestVarint - undone.wordsSize
    let fitting = known + Int64(max(0, bytes / UndoneOffsets.largestGrowth))
    return Int(min(left, fitting))
  }

  /// Whether the span, or what fits into the metadata, is all but used up.
  ///
  /// - Parameter maximumSpan: the largest ``span`` wanted, at least 1.
  /// - Returns: whether four fifths of one of them are used.
  public func isNearlyFull(maximumSpan: Int64) -> Bool {
    let limit = CommitMetadata.offsetsLimit - UndoneOffsets.longestVarint
    return span >= maximumSpan - maximumSpan / 5 || undone.wordsSize >= limit - limit / 5
  }

  /// Takes the record at `offset`; offsets rise, and those left out count as done, for there is
  /// no record there (compaction, transaction markers, retention).
  public mutating func take(_ offset: Int64) -> Take {
    guard offset >= next else { return .stale }
    if offset > next { skip(to: offset) }
    next = offset + 1
    if offset >= undone.end {
      undone.append(offset)
    } else if !undone.contains(offset) {
      return .alreadyDone
    }
    incompleteCount += 1
    hasUnrequestedChanges = true
    return .fresh
  }

  /// Lets the record at `offset` be sent, if the last commit that was acknowledged says that it may be.
  /// - Returns: whether it may be sent; if not, the next commit will say so.
  public mutating func release(_ offset: Int64) -> Bool {
    guard offset < ceiling else {
      heldBack = min(heldBack ?? offset, offset)
      hasUnrequestedChanges = true
      return false
    }
    if offset >= released {
      released = offset + 1
      // What comes next should not have to wait.
      hasUnrequestedChanges = true
    }
    return true
  }

  private mutating func skip(to offset: Int64) {
    guard next < undone.end else { return }
    undone.removeAll(in: next..<offset)
    hasUnrequestedChanges = true
  }

  /// Notes that what the record at `offset` came to is durable.
  ///
  /// May be repeated; an offset that was not taken is left alone, so that a mistake elsewhere
  /// cannot commit a record that nobody has seen.
  /// - Returns: whether it was incomplete until now.
  @discardableResult
  public mutating func complete(_ offset: Int64) -> Bool {
    guard offset < next, undone.remove(offset) else { return false }
    incompleteCount -= 1
    hasUnrequestedChanges = true
    return true
  }

  /// What to commit now; one at a time, the next when this one is acknowledged or failed.
  ///
  /// - Parameters:
  ///   - nonce: tells this owner from the one before and the one after.
  ///   - marks: see ``CommitMetadata/marks``; that they rose is no reason for a commit.
  ///   - resultsFrom: see ``CommitMetadata/resultsFrom``; no reason either.
  ///   - ending: whether this is the owner's last commit, in good order. Offsets that are done are left out.
  /// - Returns: nil when the last request says it all; never nil for an ending in good order. A new ledger
  ///   always has something to commit: its owner's nonce.
  public mutating func commit(
    nonce: UInt64, marks: [Int64?] = [], resultsFrom: Int64? = nil,
    ending: CommitMetadata.Ending = .open
  ) -> Commit? {
    guard hasUnrequestedChanges || ending != .open else { return nil }
    hasUnrequestedChanges = false
    let requested = raisedCeiling()
    requestedCeiling = requested
    // Should it be lower than the last, that holds from now on.
    ceiling = min(ceiling, requested)
    let metadata = CommitMetadata(
      nonce: nonce, undone: undone, ceiling: max(requested, inherited), marks: marks,
      resultsFrom: resultsFrom, ending: unfinished(ending))
    return Commit(offset: watermark, metadata: metadata.text)
  }

  /// Twice as far as was sent since the last commit, so that a steady stream never waits; it may fall by half
  /// only, as commits do not come at regular times.
  private mutating func raisedCeiling() -> Int64 {
    stride = max(leastAllowance, 2 * (released - base), stride / 2)
    base = max(base, released, watermark, heldBack.take() ?? 0)
    let (ceiling, overflow) = base.addingReportingOverflow(stride)
    return overflow ? .max : ceiling
  }

  private func unfinished(_ ending: CommitMetadata.Ending) -> CommitMetadata.Ending {
    guard case .clean(let possiblyWritten) = ending else { return .open }
    return .clean(possiblyWritten: possiblyWritten.filter(undone.contains).sorted())
  }

  /// Makes the next ``commit(nonce:marks:resultsFrom:ending:)`` return something although nothing changed.
  public mutating func requireCommit() {
    hasUnrequestedChanges = true
  }

  /// Notes that a commit was acknowledged.
  /// - Parameter offset: the offset of that commit.
  public mutating func committed(_ offset: Int64) {
    committedOffset = max(committedOffset, offset)
    if let requested = requestedCeiling.take() { ceiling = max(ceiling, requested) }
  }

  /// Notes that a commit failed or that its answer was lost: it will be requested again.
  public mutating func commitFailed() {
    hasUnrequestedChanges = true
    requestedCeiling = nil
  }
}
