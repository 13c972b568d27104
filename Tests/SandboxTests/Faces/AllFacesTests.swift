import Delivery
import HTTPServer
import JSON
import TestSupport
import Testing

@testable import Sandbox

/// What is asked of every provider that the sandbox plays.
@Suite(.timeLimit(.minutes(2)))
struct AllFacesTests {
  @Test func `There is a sample for every stand-in, and none twice`() {
    let names = FaceSample.all().map(\.face.name)
    #expect(names.sorted() == StandInCatalog.makeAll().map(\.name).sorted())
    #expect(Set(names).count == names.count)
  }

  @Test(arguments: FaceSample.all())
  func `What it takes arrives in the inbox with its code`(sample: FaceSample) throws {
    let standIn = StandIn(sample.face)
    let sandbox = try Sandbox([standIn])
    defer { sandbox.stop() }
    let connection = try #require(LoopbackConnection(port: sandbox.port))
    let answer = try send(sample.signed, to: standIn, on: connection)
    #expect((200...204).contains(answer.status))
    let list = try connection.request("GET", "/_/messages")
    let found = try JSONValue(parsing: Array(list.body.utf8))["messages"]
    guard case .array(let messages)? = found, let message = messages.first else {
      Issue.record("nothing in the inbox: \(answer.body)")
      return
    }
    #expect(messages.count == 1 && message["code"]?.string == "482913")
    #expect(message["provider"]?.string == sample.face.name)
    #expect(message["channel"]?.string == sample.face.channel.rawValue)
  }

  @Test(arguments: FaceSample.all())
  func `Faults are met: a status, a code, a lost answer`(sample: FaceSample) throws {
    let standIn = StandIn(sample.face)
    let sandbox = try Sandbox([standIn])
    defer { sandbox.stop() }
    let connection = try #require(LoopbackConnection(port: sandbox.port))
    standIn.script([.status(503, retryAfter: .seconds(7)), .refuse(code: "unheard-of")])
    let failure = try send(sample.signed, to: standIn, on: connection)
    #expect(failure.status == 503 && failure.headers["retry-after"] == "7")
    let refusal = try send(sample.signed, to: standIn, on: connection)
    #expect(refusal.status != 503 && !refusal.body.isEmpty && standIn.messageCount == 0)
    standIn.script([.taken(.close)])
    #expect(throws: LoopbackConnection.NoAnswer.self) {
      try send(sample.signed, to: standIn, on: connection)
    }
    #expect(standIn.messageCount == 1)
  }

  @Test(arguments: FaceSample.all())
  func `Every code and every status has an answer`(sample: FaceSample) throws {
    let submission = try sample.face.submission(in: sample.signed, path: sample.request.path)
    for code in ["1", "400", "503", "x"] {
      let answer = sample.face.refusal(code: code, of: submission)
      #expect((200...599).contains(answer.status))
    }
    for status in 400...599 { #expect(sample.face.failure(status: status).status == status) }
  }

  @Test(arguments: FaceSample.all())
  func `Mutated requests are read or refused, never more`(sample: FaceSample) {
    var random = SeededGenerator(seed: 7)
    for round in 0..<600 {
      var request = sample.request
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        mutate(&request, using: &random)
      }
      // Half of them signed as they are now, so that what lies behind the signature is reached.
      if round.isMultiple(of: 2) { request = sample.sign(request) }
      _ = sample.face.answer(toQuestion: request, path: request.path)
      if let read = try? sample.face.submission(in: request, path: request.path) {
        _ = sample.face.acceptance(of: read, id: sample.face.makeID())
        _ = sample.face.refusal(code: read.text, of: read)
      }
    }
  }

  private func mutate(_ request: inout IncomingRequest, using random: inout SeededGenerator) {
    let words = ["", "null", "1e999", "-1", "[]", "{}", "\u{0}", "é", "%", "&", "<a@b>", ";", "/"]
    let word = words.randomElement(using: &random)!
    switch Int.random(in: 0...5, using: &random) {
    case 0: request.headers.removeAll { _ in Bool.random(using: &random) }
    case 1:
      if let index = request.headers.indices.randomElement(using: &random) {
        request.headers[index].value += word
      }
    case 2:
      if let index = request.headers.indices.randomElement(using: &random) {
        request.headers[index].value = word
      }
    case 3: request.target += word
    case 4:
      guard let index = request.body.indices.randomElement(using: &random) else { return }
      request.body[index] = UInt8.random(in: 0...255, using: &random)
    default:
      let start = Int.random(in: 0...request.body.count, using: &random)
      let end = Int.random(in: start...min(request.body.count, start + 20), using: &random)
      request.body.replaceSubrange(start..<end, with: word.utf8)
    }
  }

  private func send(
    _ request: IncomingRequest, to standIn: StandIn, on connection: LoopbackConnection
  ) throws -> LoopbackConnection.Answer {
    let headers = request.headers.filter { $0.name != "Host" }
    return try connection.request(
      request.method, "/\(standIn.name)\(request.target)",
      headers: Dictionary(headers.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }),
      body: String(decoding: request.body, as: UTF8.self))
  }
}
