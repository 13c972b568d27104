import Kafka

/// A ledger that goes on from its own commit knows what the one before knew: nothing that was not done counts as done, and
/// nothing that was done is done again.
///
/// Each byte is a step: the lower half takes a record, leaving out as many offsets; the upper half completes one that is open.
func checkLedger(_ bytes: [UInt8]) throws(Violation) {
  let start = Int64(bytes.count)
  var ledger = OffsetLedger(startingAt: start, metadata: nil)
  var open: [Int64] = []
  var next = start
  for byte in bytes {
    if byte < 128 {
      guard ledger.room(maximumSpan: 20_000) > 0 else { continue }
      // Mostly none is left out.
      next += byte < 96 ? 0 : Int64(byte)
      try require(ledger.take(next) == .fresh, "a record that is not fresh")
      open.append(next)
      next += 1
    } else if !open.isEmpty {
      let offset = open.remove(at: Int(byte - 128) * open.count / 128)
      try require(ledger.complete(offset), "\(offset) was complete already")
    }
  }
  try require(ledger.incompleteCount == open.count, "another number is incomplete")
  try require(ledger.watermark == open.min() ?? next, "a watermark of \(ledger.watermark)")
  try checkSuccessor(of: &ledger, open: Set(open), end: next)
}

private func checkSuccessor(
  of ledger: inout OffsetLedger, open: Set<Int64>, end: Int64
) throws(Violation) {
  guard let commit = ledger.commit(nonce: 7),
    let metadata = try? CommitMetadata.read(commit.metadata, committedAt: commit.offset)
  else { throw Violation(description: "a commit that cannot be read") }
  var successor = OffsetLedger(startingAt: commit.offset, metadata: metadata)
  for offset in commit.offset..<end {
    let expected = open.contains(offset) ? OffsetLedger.Take.fresh : .alreadyDone
    let take = successor.take(offset)
    try require(take == expected, "\(offset) is \(take), but \(expected) is right")
  }
  try require(successor.take(end) == .fresh, "a new record is not fresh")
}
