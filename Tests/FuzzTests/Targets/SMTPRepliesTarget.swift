import Providers

@testable import Transport

/// Replies read the same wherever they are cut, and what drivers get of them is bounded.
func checkSMTPReplies(_ bytes: [UInt8]) throws(Violation) {
  let readings = Cuts.allCases.map { SMTPReading(bytes, cuts: $0) }
  for reading in readings {
    try require(reading == readings[0], "\(readings[0]), but cut: \(reading)")
  }
  for reply in readings.flatMap(\.replies) {
    try require((200...599).contains(reply.code), "a code of \(reply.code)")
    try require(
      (1...SMTPReplyParser.mostLines).contains(reply.lines.count), "\(reply.lines.count) lines")
    let answer = reply.answering(.message, messageID: "id")
    try require(answer.text.utf8.count <= 1_024, "a text of \(answer.text.utf8.count) bytes")
    try require(!"\(answer)".contains("\n"), "a description of two lines")
    _ = SMTPCapabilities(lines: reply.lines)
  }
}

/// What came of reading replies.
struct SMTPReading: Equatable {
  private(set) var replies: [SMTPReplyParser.Reply] = []
  /// Whether nothing stands behind them that is no reply.
  let isWhole: Bool
  let isBetweenReplies: Bool

  init(_ bytes: [UInt8], cuts: Cuts) {
    var parser = SMTPReplyParser()
    for range in cuts.ranges(of: bytes) {
      replies += parser.consume(bytes.span.extracting(range))
    }
    isWhole = parser.fault == nil
    isBetweenReplies = parser.isBetweenReplies
  }
}
