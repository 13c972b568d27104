import Providers
import TestSupport
import Testing

@testable import Transport

@Suite(.timeLimit(.minutes(1)))
struct SMTPReplyParserTests {
  typealias Reply = SMTPReplyParser.Reply

  /// The replies in `text`, read in pieces of `size` bytes; nil when it begins with something else.
  private func replies(in text: String, pieces size: Int = .max) -> [Reply]? {
    var parser = SMTPReplyParser()
    var replies: [Reply] = []
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let piece = Array(rest.prefix(size))
      rest = rest.dropFirst(size)
      replies += parser.consume(piece.span)
    }
    return parser.fault != nil && replies.isEmpty ? nil : replies
  }

  private static let good: [(String, [Reply])] = [
    ("250 Ok\r\n", [Reply(code: 250, lines: ["Ok"])]),
    ("250\r\n", [Reply(code: 250, lines: [""])]),
    ("250 \r\n", [Reply(code: 250, lines: [""])]),
    ("250 Ok\n", [Reply(code: 250, lines: ["Ok"])]),
    ("250-a\r\n250-b\r\n250 c\r\n", [Reply(code: 250, lines: ["a", "b", "c"])]),
    ("250-a\r\n250\r\n", [Reply(code: 250, lines: ["a", ""])]),
    ("250 a\r\n354 b\r\n", [Reply(code: 250, lines: ["a"]), Reply(code: 354, lines: ["b"])]),
    ("599 x - y\r\n", [Reply(code: 599, lines: ["x - y"])]),
    ("550-a\r\n", []), ("550 a", []), ("5", []), ("", []),
  ]

  @Test(arguments: good, [1, 2, 3, 7, Int.max])
  func `replies are read however they are cut`(row: (String, [Reply]), size: Int) {
    #expect(replies(in: row.0, pieces: size) == row.1)
  }

  @Test(
    arguments: [
      "hello\r\n", "SSH-2.0", "150 x\r\n", "650 x\r\n", "25 x\r\n", "25\r\n", "250x\r\n", "\r\n",
      "\n",
      "250-a\r\n550 b\r\n", "250-a\r\nb\r\n", " 250 x\r\n", "2\u{0}0 x\r\n", "２50 x\r\n",
      "-250 x\r\n", "250_x",
    ], [1, Int.max])
  func `what is no reply is told`(text: String, size: Int) {
    #expect(replies(in: text, pieces: size) == nil)
  }

  @Test(arguments: [1, 2, 9, Int.max])
  func `what stands before something else is read`(size: Int) {
    #expect(replies(in: "250 a\r\nhello\r\n", pieces: size) == [Reply(code: 250, lines: ["a"])])
  }

  @Test func `lines and replies are bounded`() {
    let line = String(repeating: "x", count: SMTPReplyParser.longestLine - 5)
    #expect(replies(in: "250 \(line)\r\n")?.count == 1)
    #expect(replies(in: "250 \(line)xx\r\n") == nil)
    #expect(replies(in: "250 \(line)xx") == nil)
    let lines = String(repeating: "250-x\r\n", count: SMTPReplyParser.mostLines - 1)
    #expect(replies(in: lines + "250 x\r\n")?.count == 1)
    #expect(replies(in: lines + "250-x\r\n250 x\r\n") == nil)
  }

  private static let enhanced: [([String], SMTPEnhancedCode?, String)] = [
    (["5.1.1 no such user"], SMTPEnhancedCode(5, 1, 1), "no such user"),
    (["5.7.26 a", "5.7.26 b"], SMTPEnhancedCode(5, 7, 26), "a b"),
    (["5.1.1"], SMTPEnhancedCode(5, 1, 1), ""),
    (["2.1.5 odd"], nil, "2.1.5 odd"), (["4.1.1 odd"], nil, "4.1.1 odd"),
    (["no such user"], nil, "no such user"),
    (["5.1 x"], nil, "5.1 x"), (["5.1.1no"], nil, "5.1.1no"), ([""], nil, ""),
    (["hello", "5.1.1 x"], SMTPEnhancedCode(5, 1, 1), "hello x"),
  ]

  @Test(arguments: enhanced)
  func `an enhanced code counts when its class is the code's`(
    row: ([String], SMTPEnhancedCode?, String)
  ) {
    let reply = Reply(code: 550, lines: row.0).answering(.recipient, messageID: "m")
    #expect(reply.enhancedCode == row.1)
    #expect(reply.text == row.2)
  }

  @Test func `a reply's text is bounded`() {
    let reply = Reply(
      code: 250, lines: Array(repeating: String(repeating: "é", count: 900), count: 9))
    #expect(reply.answering(.message, messageID: "").text.utf8.count <= 1_027)
  }

  @Test func `mutated replies are read or told, in any pieces the same`() {
    var random = SeededGenerator(seed: 20_261_121)
    let talk = Array(
      "220 mail ESMTP\r\n250-mail\r\n250-SIZE 1000\r\n250 PIPELINING\r\n354 go\r\n550 5.1.1 no\r\n"
        .utf8)
    for _ in 0..<5_000 {
      var bytes = talk
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: bytes.indices, using: &random)
        switch Int.random(in: 0...2, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: place)
        default: bytes.insert(bytes[place], at: place)
        }
      }
      let text = String(decoding: bytes, as: UTF8.self)
      let whole = replies(in: text)
      #expect(replies(in: text, pieces: 1) == whole)
      for reply in whole ?? [] { #expect((200..<600).contains(reply.code) && !reply.lines.isEmpty) }
    }
  }

  @Test(arguments: [(1_023, 1_023), (1_022, 1_024), (1_024, 1_024), (3, 5)])
  func `a long text is cut between characters`(letters: Int, expected: Int) {
    let reply = SMTPReplyParser.Reply(
      code: 550, lines: [String(repeating: "x", count: letters) + "æ"])
    let text = reply.answering(.message, messageID: "id").text
    #expect(text.utf8.count == expected)
    #expect(!text.unicodeScalars.contains("\u{FFFD}"))
  }

  @Test(arguments: [
    (["mail", "PIPELINING", "8bitmime", "SMTPUTF8", "SIZE 100"], "true true true true 100"),
    (["mail", "SIZE"], "false false false true nil"),
    (["mail", "SIZE 0"], "false false false true nil"),
    (["mail", "SIZE x"], "false false false true nil"),
    (["PIPELINING"], "false false false false nil"),
    (["mail", "XPIPELINING", "SIZE 99999999999999999999"], "false false false true nil"),
    ([], "false false false false nil"),
  ])
  func `what a server offers is read from its reply to EHLO`(lines: [String], expected: String) {
    let offered = SMTPCapabilities(lines: lines)
    let limit = offered.largestMail.map { "\($0)" } ?? "nil"
    #expect(
      "\(offered.pipelining) \(offered.eightBit) \(offered.utf8) \(offered.size) \(limit)"
        == expected)
  }
}
