import Providers
import TestSupport
import Testing

@testable import Transport

struct HTTPResponseParserTests {
  private static let limits = HTTPResponseParser.Limits(headerBytes: 400, bodyBytes: 100)

  /// Reads `text`, cut at `cuts`, and then the end of the connection if it is not yet whole.
  private func read(
    _ text: String, cuts: [Int] = [], method: String = "POST", ends: Bool = true
  ) -> (progress: HTTPResponseParser.Progress, parser: HTTPResponseParser) {
    read(Array(text.utf8), cuts: cuts, method: method, ends: ends)
  }

  private func read(
    _ bytes: [UInt8], cuts: [Int], method: String = "POST", ends: Bool = true
  ) -> (progress: HTTPResponseParser.Progress, parser: HTTPResponseParser) {
    var parser = HTTPResponseParser(limits: Self.limits, method: method)
    var progress = HTTPResponseParser.Progress.incomplete
    for (start, end) in zip([0] + cuts, cuts + [bytes.count]) {
      progress = parser.consume(bytes.span.extracting(start..<end))
    }
    if ends, progress == .incomplete { progress = parser.finish() }
    return (progress, parser)
  }

  private static let whole: [(String, body: String, reusable: Bool)] = [
    ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "hello", true),
    ("HTTP/1.1 200 OK\r\ncontent-length:5\r\nContent-Length: 5 \r\n\r\nhello", "hello", true),
    ("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", "", true),
    ("HTTP/1.1 204 No Content\r\n\r\n", "", true),
    ("HTTP/1.1 304 Not Modified\r\nContent-Length: 90\r\n\r\n", "", true),
    ("HTTP/1.1 200 OK\r\nConnection: x , Close\r\nContent-Length: 2\r\n\r\n{}", "{}", false),
    ("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}", "{}", false),
    ("HTTP/1.0 200 OK\r\n\r\n{\"a\":1}", "{\"a\":1}", false),
    ("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", "", false),
    ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200", "{}", false),
    (
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n5;a=\"b\"\r\nhello\r\n0A \r\n0123456789\r\n000\r\nX-T: 1\r\nY: 2\r\n\r\n",
      "hello0123456789", true
    ),
    (
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 1\r\n\r\n1",
      "1", true
    ),
  ]

  @Test(arguments: whole)
  func `a whole response reads the same wherever it is cut`(
    _ text: String, body: String, reusable: Bool
  ) {
    let count = text.utf8.count
    let cuts = [[], Array(1..<count)] + (1..<count).map { [$0] }
    for cuts in cuts {
      var (progress, parser) = read(text, cuts: cuts)
      #expect(progress == .complete)
      #expect(parser.allowsReuse == reusable)
      #expect(String(decoding: parser.takeReply().body, as: UTF8.self) == body)
    }
  }

  private static let refused: [(String, HTTPResponseParser.Fault)] = [
    ("SSH-2.0-x\r\n", .garbage("no status line of HTTP/1")),
    ("HTTP/2 200\r\n\r\n", .garbage("no status line of HTTP/1")),
    ("HTTP/1.2 200 OK\r\n\r\n", .garbage("no status line of HTTP/1")),
    ("HTTP/1.1 2000 OK\r\n\r\n", .garbage("no status line of HTTP/1")),
    ("HTTP/1.1 2x0 OK\r\n\r\n", .garbage("a status of no digits")),
    ("HTTP/1.1 099 OK\r\n\r\n", .garbage("a status below 100")),
    ("HTTP/1.1 20\r\n\r\n", .garbage("no status line of HTTP/1")),
    (
      "HTTP/1.1 101 Switching\r\n\r\n",
      .garbage("a change of protocol that was not asked for")
    ),
    ("HTTP/1.1 200 OK\nA: b\n\n", .garbage("a line that does not end in CR LF")),
    ("HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n", .garbage("a line that does not end in CR LF")),
    ("HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", .garbage("a header line without a proper name")),
    ("HTTP/1.1 200 OK\r\nA : b\r\n\r\n", .garbage("a header line without a proper name")),
    ("HTTP/1.1 200 OK\r\n: b\r\n\r\n", .garbage("a header line without a proper name")),
    ("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", .garbage("a header line without a proper name")),
    ("HTTP/1.1 200 OK\r\nA: b\u{0}\r\n\r\n", .garbage("a control character in a header")),
    (
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
      .garbage("two lengths that differ")
    ),
    ("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", .garbage("a length of no digits")),
    ("HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\n", .garbage("a length of no digits")),
    ("HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n", .garbage("a length of no digits")),
    (
      "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
      .garbage("a length of no digits")
    ),
    (
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
      .garbage("a transfer coding other than chunked")
    ),
    (
      "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
      .garbage("a transfer coding other than chunked")
    ),
    (
      "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
      .garbage("both a length and chunks")
    ),
    ("HTTP/1.1 200 OK\r\n\r\n", .garbage("neither a length nor an announced end")),
    ("HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n", .bodyTooLarge),
    (
      "HTTP/1.0 200 OK\r\n\r\n" + String(repeating: "x", count: 101), .bodyTooLarge
    ),
    ("HTTP/1.1 200 OK\r\nA: " + String(repeating: "x", count: 400), .headerTooLarge),
    ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", .bodyCut),
    ("HTTP/1.1 200 OK\r\nContent-", .closed),
    ("", .closed),
    ("HTTP/1.1 100 Continue\r\n\r\n", .closed),
  ]

  @Test(arguments: refused)
  func `what is no proper response is refused with its fault, cut or not`(
    _ text: String, _ fault: HTTPResponseParser.Fault
  ) {
    #expect(read(text).progress == .failed(fault))
    #expect(read(text, cuts: Array(0..<text.utf8.count)).progress == .failed(fault))
  }

  private static let refusedChunks: [(String, HTTPResponseParser.Fault)] = [
    ("\r\n", .garbage("a chunk without a size")),
    ("x\r\n", .garbage("a chunk without a size")),
    ("-1\r\n", .garbage("a chunk without a size")),
    ("5\nhello", .garbage("a chunk without a size")),
    ("5\r\nhelloo\r\n", .garbage("a chunk that does not end where it said")),
    ("5\rhello", .garbage("a chunk that does not end where it said")),
    ("fffffffffffffffff\r\n", .garbage("a chunk of absurd size")),
    ("65\r\n", .bodyTooLarge),
    ("32\r\n" + String(repeating: "x", count: 50) + "\r\n33\r\n", .bodyTooLarge),
    ("1;" + String(repeating: "x", count: 401), .headerTooLarge),
    ("0\r\nA: " + String(repeating: "x", count: 401), .headerTooLarge),
    ("1;a\u{1}", .garbage("a control character in a chunk's frame")),
    ("5\r\nhello\r\n0\r\n", .bodyCut),
  ]

  @Test(arguments: refusedChunks)
  func `broken chunks are refused with their fault, cut or not`(
    _ chunks: String, _ fault: HTTPResponseParser.Fault
  ) {
    let text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks
    #expect(read(text).progress == .failed(fault))
    #expect(read(text, cuts: Array(0..<text.utf8.count)).progress == .failed(fault))
  }

  @Test func `an answer to HEAD has no body, whatever its length says`() {
    let (progress, parser) = read(
      "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n", method: "HEAD", ends: false)
    #expect(progress == .complete)
    #expect(parser.allowsReuse)
  }

  @Test func `interim responses are counted`() {
    let flood = String(repeating: "HTTP/1.1 100 C\r\n\r\n", count: 17)
    #expect(read(flood).progress == .failed(.garbage("too many interim responses")))
  }

  @Test func `the reply has the fields of the last header alone`() {
    var (_, parser) = read(
      "HTTP/1.1 103 x\r\nA: interim\r\n\r\nHTTP/1.1 429 Slow\r\nRetry-After:  7 \r\nB:\r\nContent-Length: 0\r\n\r\n"
    )
    let reply = parser.takeReply()
    #expect(reply.status == 429)
    #expect(reply.header("retry-after") == "7")
    #expect(reply.header("a") == nil)
    #expect(reply.headers.map(\.name) == ["Retry-After", "B", "Content-Length"])
    #expect(reply.headers.map(\.value) == ["7", "", "0"])
  }

  /// Mutated responses neither crash nor read differently when they are cut, and cost what they may.
  @Test func `twenty-five thousand mutated responses read the same whole and cut`() {
    var random = SeededGenerator(seed: 20_251_121)
    for _ in 0..<25_000 {
      var bytes = Array(Self.whole.randomElement(using: &random)!.0.utf8)
      for _ in 0..<Int.random(in: 1...6, using: &random) { mutate(&bytes, &random) }
      var (progress, parser) = read(bytes, cuts: [])
      let cuts = (0..<Int.random(in: 1...9, using: &random))
        .map { _ in Int.random(in: 0...bytes.count, using: &random) }.sorted()
      var (cutProgress, cutParser) = read(bytes, cuts: cuts)
      #expect(progress == cutProgress, "\(bytes) \(cuts)")
      guard progress == .complete, cutProgress == .complete else { continue }
      let (reply, cutReply) = (parser.takeReply(), cutParser.takeReply())
      #expect(reply.body.count <= Self.limits.bodyBytes)
      #expect(reply.status == cutReply.status && reply.body == cutReply.body, "\(bytes) \(cuts)")
    }
  }

  private func mutate(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
    let interesting = Array("\r\n: ;,019aF\u{0}\u{7F}".utf8) + [0xFF]
    guard let place = bytes.indices.randomElement(using: &random) else { return }
    switch Int.random(in: 0..<5, using: &random) {
    case 0: bytes[place] = interesting.randomElement(using: &random)!
    case 1: bytes.insert(interesting.randomElement(using: &random)!, at: place)
    case 2: bytes.remove(at: place)
    case 3: bytes.removeSubrange(place...)
    default:
      let other = Int.random(in: place..<bytes.count, using: &random)
      bytes.insert(contentsOf: bytes[place...other], at: place)
    }
  }
}
