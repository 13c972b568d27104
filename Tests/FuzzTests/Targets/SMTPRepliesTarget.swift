import Providers

@testable import Transport

/// Replies read the same wherever they are cut, and what drivers get of them is bounded.
func checkSMTPReplies(_ bytes: [UInt8]) throws(Violation) {
  let readings = Cuts.allCases.map { SMTPReading(bytes, cuts: $0) }
  for reading in readings {
    try require(reading.isWhole == readings[0].isWhole, "refused or not, by where it is cut")
    if reading.isWhole {
      try require(reading == readings[0], "\(readings[0]), but cut: \(reading)")
    }
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
  /// Whether nothing among them was no reply.
  private(set) var isWhole = true
  private(set) var isBetweenReplies = true

  init(_ bytes: [UInt8], cuts: Cuts) {
    var parser = SMTPReplyParser()
    do throws(SMTPReplyParser.Fault) {
      for range in cuts.ranges(of: bytes) {
        replies += try parser.consume(bytes.span.extracting(range))
      }
      isBetweenReplies = parser.isBetweenReplies
    } catch {
      isWhole = false
    }
  }
}
