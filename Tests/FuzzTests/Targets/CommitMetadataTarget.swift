@testable import Kafka

/// What was read is written and read again as the same; also when the check is made to fit, without which little gets past it.
///
/// The first line has the committed offset; the text, or the bytes behind its check, follow.
func checkCommitMetadata(_ bytes: [UInt8]) throws(Violation) {
  let line = bytes.prefix { $0 != 0x0A }
  let offset = Int64(String(decoding: line, as: UTF8.self)) ?? Int64(bytes.count)
  let rest = Array(bytes.dropFirst(line.count + 1))
  try checkAgain(String(decoding: rest, as: UTF8.self), offset: offset)
  let check = CommitMetadata.check(of: rest[...], offset: offset)
  try checkAgain(Base64.encode([1] + check + rest), offset: offset)
}

private func checkAgain(_ text: String, offset: Int64) throws(Violation) {
  guard let read = try? CommitMetadata.read(text, committedAt: offset) else { return }
  try require(read.offset == offset, "read for \(offset), stands beside \(read.offset)")
  let again = try? CommitMetadata.read(read.text, committedAt: offset)
  // Of a text longer than any that is written, the highest offsets may be left out.
  guard read.undone.wordsSize + UndoneOffsets.longestVarint <= CommitMetadata.offsetsLimit else {
    return try require(again != nil, "written, but not read")
  }
  try require(again == read, "read again: \(again.words), was: \(read)")
  var ledger = OffsetLedger(startingAt: offset, metadata: read)
  try require(ledger.watermark == offset, "a watermark of \(ledger.watermark) at \(offset)")
  try require(offset == .max || ledger.take(offset) != .stale, "the first record is stale")
}
