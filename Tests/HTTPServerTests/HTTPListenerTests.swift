import HTTPServer
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct HTTPListenerTests {
  static let limits = ListenerLimits(
    connections: 200, idle: .seconds(30), bodyBytes: 1_000, threads: 1)

  /// Answers with what it understood of the request.
  static let echo: HTTPListener.Handler = { request, responder in
    let text = "\(request.method)|\(request.target)|\(request.path)|\(request.header("X-A") ?? "")|"
    responder.respond(
      OutgoingResponse(status: 200, type: "text/plain", body: Array(text.utf8) + request.body))
  }

  @Test func `A request arrives whole, and the connection serves the next one`() throws {
    let listener = try HTTPListener(
      host: "127.0.0.1", port: 0, limits: Self.limits, handler: Self.echo)
    defer { listener.stop() }
    let connection = try #require(LoopbackConnection(port: listener.port))
    let first = try connection.request(
      "POST", "/a%20b?c=d", headers: ["x-a": "ä"], body: "æøå")
    #expect(first.status == 200)
    #expect(first.body == "POST|/a%20b?c=d|/a b|ä|æøå")
    #expect(first.headers["content-type"] == "text/plain")
    let second = try connection.request("GET", "/")
    #expect(second.body == "GET|/|/||")
  }

  @Test func `A body beyond the limit gets 413`() throws {
    let listener = try HTTPListener(
      host: "127.0.0.1", port: 0, limits: Self.limits, handler: Self.echo)
    defer { listener.stop() }
    let connection = try #require(LoopbackConnection(port: listener.port))
    let whole = try connection.request("POST", "/", body: String(repeating: "x", count: 1_000))
    #expect(whole.status == 200)
    let tooLarge = try connection.request("POST", "/", body: String(repeating: "x", count: 1_001))
    #expect(tooLarge.status == 413)
    #expect(throws: LoopbackConnection.NoAnswer.self) {
      try connection.request("POST", "/", body: String(repeating: "x", count: 1_000_000))
    }
  }

  @Test func `An answer may come later, from another thread, in any order`() throws {
    let waiting = Mutex<[Responder]>([])
    let listener = try HTTPListener(host: "127.0.0.1", port: 0, limits: Self.limits) {
      request, responder in
      guard request.path == "/go" else { return waiting.withLock { $0.append(responder) } }
      responder.respond(OutgoingResponse(status: 200))
    }
    defer { listener.stop() }
    let connections = try (0..<128).map { _ in
      try #require(LoopbackConnection(port: listener.port))
    }
    for connection in connections { connection.send("GET", "/wait") }
    // A request on a connection of its own is served while all the others wait.
    let other = try #require(LoopbackConnection(port: listener.port))
    while waiting.withLock({ $0.count }) < 128 {
      #expect(try other.request("GET", "/go").status == 200)
    }
    for responder in waiting.withLock({ $0.reversed() }) {
      responder.respond(OutgoingResponse(status: 202))
      responder.respond(OutgoingResponse(status: 500))
    }
    for connection in connections { #expect(try connection.answer().status == 202) }
  }

  @Test func `A dropped request ends its connection without an answer`() throws {
    let listener = try HTTPListener(host: "127.0.0.1", port: 0, limits: Self.limits) {
      $1.drop()
    }
    defer { listener.stop() }
    let connection = try #require(LoopbackConnection(port: listener.port))
    let end = #expect(throws: LoopbackConnection.NoAnswer.self) {
      try connection.request("GET", "/")
    }
    #expect(end?.received == "")
  }

  @Test func `Stopping ends what waits, and a late answer does no harm`() async throws {
    let (responders, arrivals) = AsyncStream.makeStream(of: Responder.self)
    // An address of its own: on 127.0.0.1 another test may get the port as soon as it is free.
    let host = "127.0.0.2"
    let listener = try HTTPListener(host: host, port: 0, limits: Self.limits) {
      arrivals.yield($1)
    }
    let connection = try #require(LoopbackConnection(host: host, port: listener.port))
    connection.send("GET", "/")
    var iterator = responders.makeAsyncIterator()
    let responder = try #require(await iterator.next())
    listener.stop()
    #expect(throws: LoopbackConnection.NoAnswer.self) { try connection.answer() }
    #expect(LoopbackConnection(host: host, port: listener.port) == nil)
    responder.respond(OutgoingResponse(status: 200))
    listener.stop()
  }

  @Test func `A port in use is named, with the way out`() throws {
    let first = try HTTPListener(
      host: "127.0.0.1", port: 0, limits: Self.limits, handler: Self.echo)
    defer { first.stop() }
    let error = #expect(throws: ListenerError.self) {
      try HTTPListener(
        host: "127.0.0.1", port: first.port, limits: Self.limits, handler: Self.echo)
    }
    #expect(error == .portInUse(host: "127.0.0.1", port: first.port))
    #expect(error?.description.contains("choose another port") == true)
  }

  @Test(arguments: [
    ("example.com", ListenerError.notAnAddress(host: "example.com")),
    ("", .notAnAddress(host: "")),
    ("192.0.2.1", .addressNotOurs(host: "192.0.2.1")),
  ])
  func `An address that cannot be listened on is named`(
    host: String, expected: ListenerError
  ) {
    #expect(throws: expected) {
      try HTTPListener(host: host, port: 0, limits: Self.limits, handler: Self.echo)
    }
  }
}
