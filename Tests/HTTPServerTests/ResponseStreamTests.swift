import HTTPServer
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ResponseStreamTests {
  /// A listener that streams every answer, and hands the streams over.
  private func listener(
    limit: Int = 1 << 20, host: String = "127.0.0.1"
  ) throws -> (HTTPListener, AsyncStream<ResponseStream>.AsyncIterator) {
    let (streams, arrivals) = AsyncStream.makeStream(of: ResponseStream.self)
    let listener = try HTTPListener(host: host, port: 0, limits: HTTPListenerTests.limits) {
      request, responder in
      arrivals.yield(
        responder.stream(OutgoingResponse(status: 200, type: "text/plain", body: []), limit: limit))
    }
    return (listener, streams.makeAsyncIterator())
  }

  @Test func `Pieces arrive as they are written, and the end ends the body`() async throws {
    var (listener, streams) = try listener()
    defer { listener.stop() }
    let connection = try #require(LoopbackConnection(port: listener.port))
    connection.send("GET", "/")
    let stream = try #require(await streams.next())
    for number in 0..<200 {
      #expect(stream.write(Array("piece \(number);".utf8)))
      _ = try connection.received(until: "piece \(number);")
    }
    stream.end()
    #expect(try connection.received(until: "0\r\n\r\n").contains("0\r\n\r\n"))
    #expect(!stream.write([1]))
    // The connection serves the next request.
    connection.send("GET", "/")
    let next = try #require(await streams.next())
    next.write(Array("again".utf8))
    #expect(try connection.received(until: "again").contains("200 OK"))
  }

  @Test func `A client that does not read is cut off, and its stream closes`() async throws {
    var (listener, streams) = try listener(limit: 100_000)
    defer { listener.stop() }
    let connection = try #require(LoopbackConnection(port: listener.port))
    connection.send("GET", "/")
    let stream = try #require(await streams.next())
    let closed = Signal()
    stream.onClose { closed.raise() }
    let piece = [UInt8](repeating: 65, count: 50_000)
    // What the sockets hold is bounded, so a write fails sooner or later.
    while stream.write(piece) {}
    await closed.raised()
    #expect(!stream.write(piece))
    withExtendedLifetime(connection) {}
  }

  @Test func `A client that leaves closes its stream at the next write`() async throws {
    var (listener, streams) = try listener()
    defer { listener.stop() }
    var connection = LoopbackConnection(port: listener.port)
    connection?.send("GET", "/")
    let stream = try #require(await streams.next())
    let closed = Signal()
    stream.onClose { closed.raise() }
    stream.write(Array("hello".utf8))
    _ = try connection?.received(until: "hello")
    connection = nil
    while stream.write([65]) {}
    await closed.raised()
    let late = Signal()
    stream.onClose { late.raise() }
    #expect(late.isRaised)
  }

  @Test func `Stopping ends streams that are open and idle`() async throws {
    var (listener, streams) = try listener(host: "127.0.0.3")
    let connections = try (0..<20).map { _ in
      try #require(LoopbackConnection(host: "127.0.0.3", port: listener.port))
    }
    var open: [ResponseStream] = []
    for connection in connections {
      connection.send("GET", "/")
      let stream = try #require(await streams.next())
      stream.write(Array("x;".utf8))
      _ = try connection.received(until: "x;")
      open.append(stream)
    }
    listener.stop()
    for connection in connections {
      #expect(throws: LoopbackConnection.NoAnswer.self) { try connection.received(until: "never") }
    }
    for stream in open { #expect(!stream.write([1])) }
  }

  @Test func `Writers on several threads and a reader lose nothing`() async throws {
    var (listener, streams) = try listener(limit: 64 << 20)
    defer { listener.stop() }
    let connection = try #require(LoopbackConnection(port: listener.port))
    connection.send("GET", "/")
    let stream = try #require(await streams.next())
    await withTaskGroup(of: Void.self) { group in
      for writer in 0..<4 {
        group.addTask {
          for number in 0..<500 { stream.write(Array("<\(writer):\(number)>".utf8)) }
        }
      }
    }
    stream.write(Array("done".utf8))
    let text = try connection.received(until: "done")
    // Chunks may cut a piece in two; their sizes stand in between.
    #expect(text.count { $0 == "<" } == 2_000)
    #expect(text.count { $0 == ">" } == 2_000)
  }
}
