import Delivery
import HTTPServer
import JSON
import TestSupport
import Testing

@testable import Sandbox

@Suite(.timeLimit(.minutes(1)))
struct InboxAPITests {
  private let sandbox: Sandbox
  private let connection: LoopbackConnection

  init() throws {
    sandbox = try Sandbox([StandIn(HTTPSMSFace()), StandIn(HTTPEmailFace())])
    connection = try #require(LoopbackConnection(port: sandbox.port))
  }

  @discardableResult
  private func post(
    _ path: String, _ body: String, on other: LoopbackConnection? = nil,
    headers: [String: String] = ["Content-Type": "application/json"]
  ) throws -> LoopbackConnection.Answer {
    try (other ?? connection).request("POST", path, headers: headers, body: body)
  }

  private func send(to recipient: String = "4512345678", code: String = "123456") throws {
    let body = #"{"to":"\#(recipient)","type":"SignIn","payload":{"code":"\#(code)"}}"#
    let other = try #require(LoopbackConnection(port: sandbox.port))
    #expect(try post("/http-sms", body, on: other).status == 200)
  }

  private func get(_ target: String) throws -> (status: Int, body: JSONValue) {
    let answer = try connection.request("GET", target)
    return (answer.status, try JSONValue(parsing: Array(answer.body.utf8)))
  }

  private func codes(_ target: String) throws -> [String] {
    guard case .array(let messages)? = try get(target).body["messages"] else { return [] }
    return messages.compactMap { $0["code"]?.string }
  }

  // MARK: - Messages

  @Test func `What a stand-in took can be read, as a list and one by one`() throws {
    defer { sandbox.stop() }
    try send(to: "4511111111", code: "111111")
    try send(to: "4522222222", code: "222222")
    #expect(try codes("/_/messages") == ["222222", "111111"])
    #expect(try codes("/_/messages?to=%2B4511111111") == ["111111"])
    #expect(try codes("/_/messages?to=+4511111111&channel=sms&usageType=SignIn") == ["111111"])
    #expect(try codes("/_/messages?limit=1&provider=http-sms") == ["222222"])
    #expect(try codes("/_/messages?q=%22code%22%3A%22111") == ["111111"])
    #expect(try codes("/_/messages?channel=email") == [])
    let message = try get("/_/messages/1").body
    #expect(message["request"]?["line"]?.string == "POST /http-sms")
    #expect(message["request"]?["body"]?.string?.contains("4511111111") == true)
    #expect(message["usageType"]?.string == "SignIn")
    #expect(try connection.request("DELETE", "/_/messages").status == 204)
    #expect(try codes("/_/messages") == [])
    #expect(try get("/_/messages/1").status == 404)
  }

  @Test(arguments: [
    "limit=0", "limit=x", "limit=1001", "channel=fax", "since=yesterday", "wait=-1", "wait=9999",
    "nonsense=1", "to=%FF", "after=-1", "view=all", "q=%",
  ])
  func `A query that cannot be followed is told what to write`(query: String) throws {
    defer { sandbox.stop() }
    let (status, body) = try get("/_/messages?\(query)")
    #expect(status == 400)
    #expect(body["error"]?.string?.isEmpty == false)
  }

  @Test func `Somebody who waits gets the message when it comes`() throws {
    defer { sandbox.stop() }
    connection.send("GET", "/_/messages?to=4522222222&wait=60")
    try send(to: "4511111111")
    try send(to: "4522222222", code: "987654")
    let answer = try connection.answer()
    #expect(answer.status == 200)
    #expect(answer.body.contains("987654") && !answer.body.contains("4511111111"))
    // And at once when it is there.
    #expect(try codes("/_/messages?to=4522222222&wait=60") == ["987654"])
  }

  @Test func `A wait in vain ends with an empty list`() throws {
    defer { sandbox.stop() }
    let begin = ContinuousClock.now
    #expect(try codes("/_/messages?wait=1") == [])
    #expect(begin.duration(to: .now) >= .milliseconds(990))
  }

  @Test func `A mail's HTML comes with a policy that runs and fetches nothing`() throws {
    defer { sandbox.stop() }
    var message = InboxTests.message(channel: .email)
    message.html = "<script>alert(1)</script><b>1234</b>"
    sandbox.inbox.add(message)
    let answer = try connection.request("GET", "/_/messages/1/html")
    #expect(answer.body == message.html)
    let policy = answer.headers["content-security-policy"] ?? ""
    #expect(policy.hasPrefix("sandbox; default-src 'none'") && !policy.contains("script"))
    #expect(answer.headers["x-content-type-options"] == "nosniff")
    sandbox.inbox.add(InboxTests.message())
    #expect(try connection.request("GET", "/_/messages/2/html").status == 404)
  }

  // MARK: - Events

  @Test func `Events come as they happen, and those that were missed after a return`() throws {
    defer { sandbox.stop() }
    connection.send("GET", "/_/events")
    let begin = try connection.received(until: "event: reset")
    #expect(begin.contains("text/event-stream"))
    try send(code: "111111")
    let first = try connection.received(until: "event: message")
    let mark = try #require(first.split(separator: "id: ").last?.prefix { !$0.isNewline })
    #expect(try connection.received(until: "\n\n").contains(#""code":"111111""#))
    try send(code: "222222")
    sandbox.note(
      InboxConclusion(
        providerMessageID: sandbox.inbox.message(2)?.providerMessageID, outcome: "accepted"))
    _ = try connection.received(until: "event: conclusion")
    #expect(try connection.received(until: "\n\n").contains(#""outcome":"accepted""#))

    let back = try #require(LoopbackConnection(port: sandbox.port))
    back.send("GET", "/_/events", headers: ["Last-Event-ID": String(mark)])
    let missed = try back.received(until: "event: conclusion")
    #expect(missed.contains("222222") && !missed.contains("111111") && !missed.contains("reset"))
    for stranger in ["x-1", "", "\(mark)9999", "-"] {
      let other = try #require(LoopbackConnection(port: sandbox.port))
      other.send("GET", "/_/events", headers: ["Last-Event-ID": stranger])
      _ = try other.received(until: "event: reset")
    }
  }

  @Test func `More listeners than can be borne are sent away, and places become free`() throws {
    defer { sandbox.stop() }
    var listeners: [LoopbackConnection] = []
    for _ in 0..<InboxLimits().subscribers {
      let listener = try #require(LoopbackConnection(port: sandbox.port))
      listener.send("GET", "/_/events")
      _ = try listener.received(until: "event: reset")
      listeners.append(listener)
    }
    connection.send("GET", "/_/events")
    let refused = try connection.received(until: "0\r\n\r\n")
    #expect(!refused.contains("event:"))
    listeners = []
    // Those that left are found when something is written to them.
    var isFree = false
    while !isFree {
      try send()
      let next = try #require(LoopbackConnection(port: sandbox.port))
      // One that is sent away ends its connection.
      next.send("GET", "/_/events", headers: ["Connection": "close"])
      isFree = (try? next.received(until: "\n\n"))?.contains("retry") ?? false
    }
  }

  // MARK: - Faults

  @Test func `A fault is met as often as it says, by whom it is for`() throws {
    defer { sandbox.stop() }
    let fault =
      #"{"provider":"http-sms","to":"+45 1111 1111","times":2,"status":503,"retryAfter":7}"#
    #expect(try post("/_/script", fault).status == 201)
    #expect(try connection.request("GET", "/_/script").body.contains(#""times":2"#))
    let body = #"{"to":"4511111111","type":"SignIn","payload":{}}"#
    try send(to: "4522222222")
    for left in [true, false] {
      let answer = try post("/http-sms", body)
      #expect(answer.status == 503 && answer.headers["retry-after"] == "7")
      let pending = try connection.request("GET", "/_/script").body
      #expect(pending.contains(#""times":1"#) == left)
    }
    #expect(try post("/http-sms", body).status == 200)
    #expect(sandbox.inbox.count == 2)
  }

  @Test func `An answer that is lost leaves the message, one that is dropped before does not`()
    throws
  {
    defer { sandbox.stop() }
    let body = #"{"to":"4511111111","type":"SignIn","payload":{}}"#
    for (when, count) in [("before", 0), ("after", 1)] {
      try post("/_/script", #"{"drop":"\#(when)"}"#)
      let other = try #require(LoopbackConnection(port: sandbox.port))
      #expect(throws: LoopbackConnection.NoAnswer.self) { try post("/http-sms", body, on: other) }
      #expect(sandbox.inbox.count == count)
    }
    try post("/_/script", #"{"delayMs":200}"#)
    let begin = ContinuousClock.now
    #expect(try post("/http-sms", body).status == 200)
    #expect(begin.duration(to: .now) >= .milliseconds(190))
    try post("/_/script", #"{"hang":true}"#)
    #expect(try connection.request("DELETE", "/_/script/4").status == 204)
    #expect(try connection.request("DELETE", "/_/script/4").status == 404)
    #expect(try post("/http-sms", body).status == 200)
  }

  // MARK: - Strangers

  @Test(arguments: [
    ("Host: evil.example", 421), ("Host: 127.0.0.1.evil.example", 421), ("X: y", 421),
    ("Host: localhost:1", 200), ("Host: [::1]:9", 200), ("Host: 127.0.0.1", 200),
    ("Host: 127.0.0.1\r\nOrigin: http://evil.example", 403),
    ("Host: 127.0.0.1\r\nOrigin: null", 403),
    ("Host: 127.0.0.1\r\nOrigin: http://127.0.0.1", 200),
  ])
  func `Pages of other origins get nothing`(head: String, status: Int) throws {
    defer { sandbox.stop() }
    try send()
    connection.sendRaw("GET /_/messages HTTP/1.1\r\n\(head)\r\n\r\n")
    let answer = try connection.answer()
    #expect(answer.status == status)
    #expect(answer.body.contains("123456") == (status == 200))
    #expect(answer.headers["access-control-allow-origin"] == nil)
  }

  @Test func `A form of another page cannot ask for a fault`() throws {
    defer { sandbox.stop() }
    for type in ["text/plain", "application/x-www-form-urlencoded", ""] {
      let answer = try post("/_/script", #"{"status":503}"#, headers: ["Content-Type": type])
      #expect(answer.status == 415)
    }
    #expect(sandbox.faults.pending.isEmpty)
    let giant = String(repeating: "x", count: 2 << 20)
    #expect(try post("/_/script", giant).status == 413)
  }

  @Test func `The page allows its own script and style and nothing else`() throws {
    defer { sandbox.stop() }
    let answer = try connection.request("GET", "/")
    #expect(answer.status == 200 && answer.body.contains("<title>Inbox</title>"))
    let policy = answer.headers["content-security-policy"] ?? ""
    #expect(policy.contains("default-src 'none'") && policy.contains("script-src 'sha256-"))
    #expect(!policy.contains("unsafe"))
    // Nothing that the policy forbids stands in it.
    for forbidden in [" onclick=", " style=", "javascript:", "src=\"http", "@import", "url("] {
      #expect(!answer.body.contains(forbidden))
    }
    #expect(try connection.request("GET", "/_/nothing").status == 404)
    #expect(try connection.request("PUT", "/_/messages").status == 405)
  }
}
