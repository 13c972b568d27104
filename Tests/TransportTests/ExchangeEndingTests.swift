import EventLoop
import Providers
import TestSupport
import Testing
import Transport

/// One way for a server to end an exchange, and what must be made of it.
struct ExchangeEnd: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var script: [MisbehavingServer.Step]
  var bodyBytes = 2
  /// Whether the server neither reads nor closes when its script is over.
  var isMute = false
  /// Whether the deadline ends it, once the server has come to its last step.
  var runsOut = false
  var ending: String
  /// How many whole requests the server may have seen.
  var requests = 1

  init(
    _ description: String, _ script: [MisbehavingServer.Step], bodyBytes: Int = 2,
    isMute: Bool = false, runsOut: Bool = false, requests: Int = 1, _ ending: String
  ) {
    testDescription = description
    self.script = script
    self.bodyBytes = bodyBytes
    self.isMute = isMute
    self.runsOut = runsOut
    self.requests = requests
    self.ending = ending
  }

  static let large = 16 << 20
  static let head = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"

  static let all = [
    ExchangeEnd("answers", [.readRequest, .write(okay)], "200"),
    ExchangeEnd(
      "reads half a large body and resets", [.read(1 << 20), .reset], bodyBytes: large,
      requests: 0, "incomplete http.reset"),
    ExchangeEnd(
      "reads a header and nothing more", [.readHead], bodyBytes: large,
      isMute: true, runsOut: true, requests: 0, "incomplete http.timeout"),
    ExchangeEnd("reads all and resets", [.readRequest, .reset], "ambiguous http.reset"),
    ExchangeEnd("reads all and closes", [.readRequest, .finish], "ambiguous http.closed"),
    ExchangeEnd("reads all and sends FIN alone", [.readRequest, .cut], "ambiguous http.closed"),
    ExchangeEnd(
      "reads all and says nothing", [.readRequest], isMute: true, runsOut: true,
      "ambiguous http.timeout"),
    ExchangeEnd(
      "cuts the status line", [.readRequest, .write("HTTP/1."), .finish], "ambiguous http.closed"),
    ExchangeEnd(
      "cuts the header", [.readRequest, .write("HTTP/1.1 200 OK\r\nContent-Ty"), .finish],
      "ambiguous http.closed"),
    ExchangeEnd(
      "is no HTTP", [.readRequest, .write("SSH-2.0-OpenSSH_9\r\n")], "ambiguous http.garbage"),
    ExchangeEnd(
      "cuts the body", [.readRequest, .write(head + "{\"id\":"), .finish],
      "responding(status: 200) http.body.cut"),
    ExchangeEnd(
      "sends FIN alone in the body", [.readRequest, .write(head + "{\"id\":"), .cut],
      "responding(status: 200) http.body.cut"),
    ExchangeEnd(
      "resets in the body", [.readRequest, .write(head), .reset],
      "responding(status: 200) http.body.cut"),
    ExchangeEnd(
      "stops in the body", [.readRequest, .write(head)], isMute: true, runsOut: true,
      "responding(status: 200) http.timeout"),
    ExchangeEnd(
      "cuts a chunk",
      [
        .readRequest,
        .write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"), .finish,
      ], "responding(status: 200) http.body.cut"),
    ExchangeEnd(
      "answers early and resets",
      [
        .readHead, .write("HTTP/1.1 503 Busy\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"),
        .reset,
      ], bodyBytes: large, requests: 0, "503"),
    ExchangeEnd(
      "answers early",
      [
        .readHead, .write("HTTP/1.1 503 Busy\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"),
      ], bodyBytes: large, isMute: true, requests: 0, "503"),
    ExchangeEnd(
      "answers early with half a body",
      [.readHead, .write("HTTP/1.1 503 Busy\r\nContent-Length: 9\r\n\r\nbusy")],
      bodyBytes: large, isMute: true, runsOut: true, requests: 0,
      "responding(status: 503) http.timeout"),
    ExchangeEnd(
      "announces a gigabyte",
      [
        .readRequest, .write("HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n"),
        .writeForever([UInt8](repeating: 0x78, count: 65_536)),
      ], "responding(status: 200) http.body.too-large"),
    ExchangeEnd(
      "sends chunks for ever",
      [
        .readRequest, .write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
        .writeForever(Array("1000\r\n".utf8) + [UInt8](repeating: 0x78, count: 4_096) + [13, 10]),
      ], "responding(status: 200) http.body.too-large"),
    ExchangeEnd(
      "sends a header for ever",
      [
        .readRequest, .write("HTTP/1.1 200 OK\r\n"), .writeForever(Array("X-Fill: fill\r\n".utf8)),
      ], "ambiguous http.header.too-large"),
    ExchangeEnd(
      "sends interim responses for ever",
      [.readRequest, .writeForever(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))],
      "ambiguous http.garbage"),
    ExchangeEnd(
      "sends an interim response first",
      [.readRequest, .write("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + okay)], "200"),
    ExchangeEnd(
      "ends the body by closing, as announced",
      [.readRequest, .write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}"), .finish], "200"),
    ExchangeEnd(
      "has neither a length nor an announced end",
      [.readRequest, .write("HTTP/1.1 200 OK\r\n\r\n{}"), .finish],
      "responding(status: 200) http.garbage"),
    ExchangeEnd(
      "redirects",
      [
        .readRequest,
        .write("HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n"),
      ], "302"),
    ExchangeEnd(
      "sends close_notify alone, or FIN", [.readRequest, .closeNotify, .cut],
      "ambiguous http.closed"),
  ]
}

@Suite(.timeLimit(.minutes(1)))
struct ExchangeEndingTests {
  @Test(arguments: ExchangeEnd.all, Security.allCases)
  func `an exchange ends by how far it got, when the server`(
    _ end: ExchangeEnd, _ security: Security
  ) async throws {
    let clock = ManualClock(wallMilliseconds: 0)
    let scriptIsOver = Signal()
    let script = end.script + [.raise(scriptIsOver)] + (end.isMute ? [.wait(Signal())] : [])
    let server = MisbehavingServer(tls: security.fixture, [script])
    let ending = try await ClientRig.run(security.options, clock: clock) { rig in
      let exchange = await rig.start(server.post(security, bodyBytes: end.bodyBytes))
      if end.runsOut {
        await scriptIsOver.raised()
        clock.advance(by: .seconds(20))
      }
      return await exchange.value
    }
    #expect(ending.summary == end.ending, "\(ending)")
    #expect(server.connections.count == 1)
    #expect(server.requests == end.requests)
  }
}
