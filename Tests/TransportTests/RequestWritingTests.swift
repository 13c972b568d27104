import Providers
import TestSupport
import Testing

@testable import Transport

@Suite(.timeLimit(.minutes(1)))
struct RequestWritingTests {
  @Test func `a request is written as it stands, with what the transport adds`() async throws {
    let server = MisbehavingServer([[.readRequest, .write(okay)]])
    let exchange = HTTPExchange(
      server.endpoint(target: "/a/b?c=%20d"),
      headers: [("Content-Type", "application/json"), ("X-Tab", "a\tb")], body: Array("{}".utf8))
    let ending = try await ClientRig.run(ClientOptions(userAgent: "otp-worker/1.2")) {
      await $0.send(exchange)
    }
    #expect(ending.summary == "200")
    #expect(
      server.connections.map(\.text) == [
        """
        POST /a/b?c=%20d HTTP/1.1\r
        Host: 127.0.0.1:\(server.port)\r
        User-Agent: otp-worker/1.2\r
        Content-Type: application/json\r
        X-Tab: a\tb\r
        Content-Length: 2\r
        \r
        {}
        """
      ])
  }

  @Test(arguments: [("GET", false), ("DELETE", false), ("POST", true), ("PUT", true)])
  func `an empty body has a length only where the method calls for one`(
    _ method: String, hasLength: Bool
  ) async throws {
    let server = MisbehavingServer([[.readRequest, .write(okay)]])
    let ending = try await ClientRig.run {
      await $0.send(HTTPExchange(server.endpoint(), method: method))
    }
    #expect(ending.summary == "200")
    #expect(server.connections[0].text.contains("Content-Length: 0\r\n") == hasLength)
  }

  @Test(arguments: Security.allCases)
  func `a large body arrives as it was`(_ security: Security) async throws {
    let server = MisbehavingServer(tls: security.fixture, [[.readRequest, .write(okay)]])
    var random = SeededGenerator(seed: 7)
    var exchange = server.post(security)
    exchange.body = (0..<1_000_003).map { _ in UInt8.random(in: 0...255, using: &random) }
    let ending = try await ClientRig.run(security.options) { [exchange] in
      await $0.send(exchange)
    }
    #expect(ending.summary == "200")
    #expect(server.connections[0].bytes.suffix(exchange.body.count) == exchange.body[...])
  }

  private static let invalid: [(String, @Sendable (inout HTTPExchange) -> Void)] = [
    ("CR LF in a value", { $0.headers = [("A", "b\r\nC: d")] }),
    ("LF in a value", { $0.headers = [("A", "b\nC: d")] }),
    ("NUL in a value", { $0.headers = [("A", "b\u{0}")] }),
    ("a control character beyond ASCII", { $0.headers = [("A", "b\u{85}")] }),
    ("an emoji in a value", { $0.headers = [("A", "😀")] }),
    ("CR LF in a name", { $0.headers = [("A\r\nB", "c")] }),
    ("a colon in a name", { $0.headers = [("A:", "c")] }),
    ("an empty name", { $0.headers = [("", "c")] }),
    ("a length of its own", { $0.headers = [("content-LENGTH", "0")] }),
    ("chunks of its own", { $0.headers = [("Transfer-Encoding", "chunked")] }),
    ("a host of its own", { $0.headers = [("Host", "elsewhere")] }),
    ("a space in the method", { $0.method = "GET /x" }),
    ("CR LF in the target", { $0.endpoint.target = "/ HTTP/1.1\r\nA: b" }),
    ("a space in the target", { $0.endpoint.target = "/a b" }),
    ("no path", { $0.endpoint.target = "" }),
    ("CR LF in the host", { $0.endpoint.host = "a\r\nb" }),
  ]

  @Test(arguments: invalid.indices)
  func `what would change a request's shape is refused before anything is sent`(
    _ index: Int
  ) async throws {
    let server = MisbehavingServer([[]])
    var exchange = server.post()
    Self.invalid[index].1(&exchange)
    let ending = try await ClientRig.run { [exchange] in await $0.send(exchange) }
    #expect(ending.summary == "notWritten request.invalid", "\(Self.invalid[index].0)")
    #expect(server.connections.isEmpty)
  }
}
