import HTTPServer
import Sandbox
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct SandboxTests {
  private let standIn = StandIn(HTTPSMSFace())

  private func post(
    _ connection: LoopbackConnection, to recipient: String = "4512345678",
    headers: [String: String] = [:]
  ) throws -> LoopbackConnection.Answer {
    try connection.request(
      "POST", "/http-sms/send", headers: json(headers), body: body(to: recipient))
  }

  private func json(_ headers: [String: String] = [:]) -> [String: String] {
    headers.merging(["Content-Type": "application/json"]) { $1 }
  }

  private func body(to recipient: String) -> String {
    #"{"to":"\#(recipient)","type":"SignIn","payload":{"code":"123456"}}"#
  }

  @Test func `A message that is in order is taken and kept`() throws {
    let sandbox = try Sandbox([standIn])
    defer { sandbox.stop() }
    let connection = try #require(LoopbackConnection(port: sandbox.port))
    let answer = try post(connection, headers: ["Idempotency-Key": "e-1"])
    let message = try #require(standIn.messages.first)
    #expect(answer.status == 200)
    #expect(answer.body == #"{"id":"\#(message.id)"}"#)
    #expect(message.provider == "http-sms")
    #expect(message.recipient == "4512345678")
    #expect(message.text.contains("123456"))
    #expect(message.idempotencyKey == "e-1")
    #expect(String(decoding: message.request.body, as: UTF8.self) == body(to: "4512345678"))
    #expect(standIn.messageCount == 1 && standIn.attemptCount == 1)
    #expect(sandbox.url(of: standIn) == "http://127.0.0.1:\(sandbox.port)/http-sms")
  }

  @Test func `A script is followed step by step, then messages are taken again`() throws {
    let sandbox = try Sandbox([standIn])
    defer { sandbox.stop() }
    standIn.script([.status(503, retryAfter: .seconds(7)), .status(429)])
    let connection = try #require(LoopbackConnection(port: sandbox.port))
    let first = try post(connection)
    #expect(first.status == 503)
    #expect(first.headers["retry-after"] == "7")
    #expect(try post(connection).status == 429)
    #expect(standIn.messages.isEmpty)
    #expect(try post(connection).status == 200)
    #expect(standIn.messageCount == 1 && standIn.attemptCount == 3)
  }

  @Test func `A recipient's own steps come first, and nobody else takes them`() throws {
    let sandbox = try Sandbox([standIn])
    defer { sandbox.stop() }
    standIn.script(for: "+45 11 11 11 11", [.status(500)])
    standIn.script([.status(501)])
    standIn.always(.refuse(code: "422"), for: "4522222222")
    let connection = try #require(LoopbackConnection(port: sandbox.port))
    #expect(try post(connection, to: "4533333333").status == 501)
    #expect(try post(connection, to: "+4511111111").status == 500)
    #expect(try post(connection, to: "4511111111").status == 200)
    for _ in 0..<2 { #expect(try post(connection, to: "4522222222").status == 422) }
    standIn.otherwise(.status(503))
    #expect(try post(connection, to: "4511111111").status == 503)
  }

  @Test func `An answer can be lost after the message was taken, or before`() throws {
    let sandbox = try Sandbox([standIn])
    defer { sandbox.stop() }
    standIn.script([.close, .taken(.close), .taken(.status(500)), .taken(.accept)])
    for taken in [0, 1] {
      let connection = try #require(LoopbackConnection(port: sandbox.port))
      #expect(throws: LoopbackConnection.NoAnswer.self) { try post(connection) }
      #expect(standIn.messageCount == taken)
    }
    let connection = try #require(LoopbackConnection(port: sandbox.port))
    #expect(try post(connection).status == 500)
    #expect(standIn.messageCount == 2)
    #expect(try post(connection).status == 200)
    #expect(standIn.messageCount == 3)
  }

  @Test func `128 kept connections go on while others hang or are late`() throws {
    let sandbox = try Sandbox([standIn])
    defer { sandbox.stop() }
    standIn.always(.hang, for: "4511111111")
    standIn.always(.after(.milliseconds(300), .accept), for: "4522222222")
    let hanging = try #require(LoopbackConnection(port: sandbox.port))
    hanging.send("POST", "/http-sms/", headers: json(), body: body(to: "4511111111"))
    let late = try (0..<20).map { _ in try #require(LoopbackConnection(port: sandbox.port)) }
    let begin = ContinuousClock.now
    for connection in late {
      connection.send("POST", "/http-sms/", headers: json(), body: body(to: "4522222222"))
    }
    let connections = try (0..<128).map { _ in
      try #require(LoopbackConnection(port: sandbox.port))
    }
    for _ in 0..<3 {
      for connection in connections {
        connection.send("POST", "/http-sms/", headers: json(), body: body(to: "4533333333"))
      }
      for connection in connections { #expect(try connection.answer().status == 200) }
    }
    for connection in late { #expect(try connection.answer().status == 200) }
    let elapsed = begin.duration(to: .now)
    // One after the other, the twenty would take six seconds.
    #expect(elapsed >= .milliseconds(300) && elapsed < .seconds(5))
    #expect(standIn.messageCount == 3 * 128 + 20)
    sandbox.stop()
    #expect(throws: LoopbackConnection.NoAnswer.self) { try hanging.answer() }
  }

  @Test func `Messages are told as they come, and the stream ends with the sandbox`() async throws {
    let sandbox = try Sandbox([standIn])
    let heard = Mutex<[String]>([])
    standIn.onMessage { message in heard.withLock { $0.append(message.recipient) } }
    let connection = try #require(LoopbackConnection(port: sandbox.port))
    _ = try post(connection, to: "4511111111")
    let stream = standIn.messageStream()
    _ = try post(connection, to: "4522222222")
    #expect(heard.withLock { $0 } == ["4511111111", "4522222222"])
    sandbox.stop()
    var streamed: [String] = []
    for await message in stream { streamed.append(message.recipient) }
    #expect(streamed == ["4511111111", "4522222222"])
    sandbox.stop()
  }

  @Test func `A stream that nobody reads any more is let go`() async throws {
    let sandbox = try Sandbox([standIn])
    defer { sandbox.stop() }
    let connection = try #require(LoopbackConnection(port: sandbox.port))
    _ = try post(connection)
    for await _ in standIn.messageStream() { break }
    #expect(try post(connection).status == 200)
  }

  @Test func `A path of nobody names who is there, unless somebody is at the root`() throws {
    let sandbox = try Sandbox([standIn])
    defer { sandbox.stop() }
    let connection = try #require(LoopbackConnection(port: sandbox.port))
    let answer = try connection.request("GET", "/nobody/x")
    #expect(answer.status == 404)
    #expect(answer.body.contains("/http-sms/"))

    let rooted = try Sandbox([standIn], root: standIn)
    defer { rooted.stop() }
    let other = try #require(LoopbackConnection(port: rooted.port))
    let taken = try other.request("POST", "/x", headers: json(), body: body(to: "4512345678"))
    #expect(taken.status == 200)
  }

  @Test func `Of very many messages the last are kept, and all are counted`() throws {
    let forgetful = StandIn(HTTPSMSFace(), historyLimit: 2)
    let sandbox = try Sandbox([forgetful])
    defer { sandbox.stop() }
    let connection = try #require(LoopbackConnection(port: sandbox.port))
    for number in 0..<9 { _ = try post(connection, to: "451234567\(number)") }
    #expect(forgetful.messageCount == 9)
    #expect((2...4).contains(forgetful.messages.count))
    #expect(forgetful.messages.last?.recipient == "4512345678")
  }
}
