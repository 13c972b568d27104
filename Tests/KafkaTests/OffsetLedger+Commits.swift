import Testing

@testable import Kafka

func metadata(_ commit: OffsetLedger.Commit?) throws -> CommitMetadata {
  let commit = try #require(commit)
  return try #require(try CommitMetadata.read(commit.metadata, committedAt: commit.offset))
}

func restarted(from commit: OffsetLedger.Commit) throws -> OffsetLedger {
  let metadata = try CommitMetadata.read(commit.metadata, committedAt: commit.offset)
  return OffsetLedger(startingAt: commit.offset, metadata: metadata)
}

/// Expects that all of these may be sent.
func expect(_ ledger: inout OffsetLedger, releases offsets: Range<Int64>) {
  for offset in offsets {
    let isReleased = ledger.release(offset)
    #expect(isReleased, "\(offset)")
  }
}

/// Expects that this one may not be sent yet.
func expect(_ ledger: inout OffsetLedger, holds offset: Int64, _ why: Comment? = nil) {
  let isReleased = ledger.release(offset)
  #expect(!isReleased, why)
}

/// Expects that a commit made now tells exactly what is done.
func expectExact(_ ledger: OffsetLedger, undone: Set<Int64>, end: Int64) throws {
  var copy = ledger
  copy.commitFailed()
  let commit = try copy.commit(nonce: 9).required
  try expectExact(commit, undone: undone, end: end)
}

func expectExact(
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
  var required: Wrapped {
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
