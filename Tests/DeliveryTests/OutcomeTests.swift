import Delivery
import JSON
import Testing

private let requestedAt = Timestamp(rfc3339: "2026-11-21T10:31:00Z")!
private let concludedAt = requestedAt + .milliseconds(1_234)
private let origin = RecordOrigin(topic: "send-otp", partition: 3, offset: 42)
private let trace = RecordHeader(
  "traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")

private func outcome(_ kind: Outcome.Kind = .accepted, reason: Reason = .ok) -> Outcome {
  let request = Request(
    eventID: "order-1", origin: origin, recipient: Recipient("+4512345678")!,
    usageType: UsageType(rawValue: "SignIn"), payload: Payload(json: [], code: "987654"),
    metadata: Array(#"{"tenant" : "t1"}"#.utf8), requestedAt: requestedAt,
    expiresAt: requestedAt + .seconds(600), trace: [trace])
  return Outcome(kind, reason: reason, of: request, at: concludedAt)
}

@Suite struct OutcomeTests {
  @Test func `a full outcome holds every field of the contract`() {
    var outcome = outcome()
    outcome.template = Outcome.Template(usageType: .generic, locale: "da")
    outcome.connector = "twilio-main"
    outcome.provider = "twilio-short-message-service"
    outcome.providerMessageIDs = ["SM1", "SM2"]
    outcome.providerCode = "queued"
    outcome.detail = "taken \"at once\""
    outcome.attempts = 2
    outcome.possibleDuplicate = true
    outcome.recipientHash = "0f0f"
    outcome.configVersion = "7"
    #expect(
      String(decoding: outcome.value(), as: UTF8.self)
        == #"{"id":"order-1","outcome":"accepted","channel":"sms","usageType":"SignIn","#
        + #""template":{"usageType":"Generic","locale":"da"},"connector":"twilio-main","#
        + #""provider":"twilio-short-message-service","providerMessageIds":["SM1","SM2"],"#
        + #""reason":"ok","providerCode":"queued","detail":"taken \"at once\"","attempts":2,"#
        + #""possibleDuplicate":true,"requestedAt":"2026-11-21T10:31:00.000Z","#
        + #""concludedAt":"2026-11-21T10:31:01.234Z","latencyMs":1234,"#
        + #""source":{"topic":"send-otp","partition":3,"offset":42},"to":"+45••••••78","#
        + #""recipientHash":"0f0f","configVersion":"7","metadata":{"tenant" : "t1"}}"#)
  }

  @Test func `what is not known is left out`() throws {
    let outcome = Outcome(
      .delivered, reason: .ok, eventID: "e", source: origin, requestedAt: concludedAt,
      concludedAt: requestedAt)
    let value = try JSONValue(parsing: outcome.value())
    guard case .object(let members) = value else {
      Issue.record("the value is no object")
      return
    }
    #expect(
      members.map(\.0) == [
        "id", "outcome", "reason", "attempts", "possibleDuplicate", "requestedAt", "concludedAt",
        "latencyMs", "source",
      ])
    // A clock that was put back does not make a negative latency.
    #expect(value["latencyMs"] == .number("0"))
  }

  @Test(arguments: [
    (String(repeating: "x", count: 512), 512), (String(repeating: "x", count: 513), 512),
    (String(repeating: "€", count: 171), 510), ("x" + String(repeating: "😀", count: 128), 509),
    (String(repeating: "😀", count: 128), 512),
  ])
  func `the detail is cut between two characters`(detail: String, bytes: Int) throws {
    var outcome = outcome()
    outcome.detail = detail
    let written = try #require(try JSONValue(parsing: outcome.value())["detail"]?.string)
    #expect(written.utf8.count == bytes)
    #expect(detail.hasPrefix(written))
  }

  @Test func `neither code nor recipient is in what is published`() {
    let outcome = outcome()
    let published =
      outcome.value() + outcome.key
      + outcome.headers(source: Outcome.cloudEventSource(group: "g")).flatMap {
        $0.name.utf8 + ($0.value ?? [])
      }
    let text = String(decoding: published, as: UTF8.self)
    #expect(!text.contains("987654"))
    #expect(!text.contains("12345678"))
  }

  @Test func `a record that was no request is rejected or a dead letter`() throws {
    func failure(_ text: String) throws -> UndecodableRequest {
      try #require(throws: UndecodableRequest.self) {
        try Request.decode(
          value: Array(text.utf8).span, headers: [trace], origin: origin, timestamp: requestedAt,
          now: concludedAt, lifetime: { _ in .seconds(600) })
      }
    }
    let rejected = Outcome(
      try failure(#"{"id":"i","to":"x","type":"SignIn","metadata":{}}"#), at: concludedAt)
    #expect(rejected.kind == .rejected)
    #expect(rejected.reason == .recipientInvalid)
    #expect(rejected.eventID == "i")
    #expect(rejected.usageType?.rawValue == "SignIn")
    #expect(rejected.metadata == Array("{}".utf8))
    #expect(rejected.trace == [trace])

    let poison = Outcome(try failure("nonsense"), at: concludedAt)
    #expect(poison.kind == .deadLettered)
    #expect(poison.reason == .poison)
    #expect(poison.eventID == "send-otp/3/42")
    #expect(poison.providerCode == "decode.json")
    #expect(poison.detail?.isEmpty == false)
    #expect(poison.source == origin)
  }
}

@Suite struct OutcomeRecordTests {
  @Test func `the headers make a CloudEvent in binary mode, the trace behind them`() {
    let headers = outcome(.deadLettered, reason: .config).headers(
      source: Outcome.cloudEventSource(group: "otp-worker"))
    #expect(
      headers == [
        RecordHeader("ce_specversion", "1.0"), RecordHeader("ce_id", "order-1/final"),
        RecordHeader("ce_source", "/otp-worker/otp-worker"),
        RecordHeader("ce_type", "otp.dead-lettered.v1"), RecordHeader("ce_subject", "order-1"),
        RecordHeader("ce_time", "2026-11-21T10:31:01.234Z"),
        RecordHeader("content-type", "application/json"), trace,
      ])
    #expect(outcome().key == Array("order-1".utf8))
  }

  @Test(arguments: Outcome.Kind.allCases)
  func `the type is the outcome's name`(kind: Outcome.Kind) {
    let type = outcome(kind).headers(source: Outcome.cloudEventSource(group: "g")).first {
      $0.name == "ce_type"
    }
    #expect(type?.text == "otp.\(kind.rawValue).v1")
  }

  @Test(
    arguments: [
      (.accepted, .ok, 0, "order-1/final"), (.expired, .deadlinePassed, 0, "order-1/final"),
      (.deadLettered, .exhausted, 3, "order-1/final/r3"),
      (.duplicate, .alreadyConcluded, 0, "order-1/duplicate/3-42"),
      (.duplicate, .alreadyConcluded, 2, "order-1/duplicate/3-42"),
      (.rejected, .idReused, 0, "order-1/duplicate/3-42"),
      (.rejected, .recipientBlocked, 1, "order-1/final/r1"),
      (.delivered, .ok, 0, "order-1/delivered"),
      (.undelivered, .recipientUnreachable, 1, "order-1/undelivered"),
    ] as [(Outcome.Kind, Reason, Int, String)])
  func `the event's id says which end it is`(
    kind: Outcome.Kind, reason: Reason, replayCount: Int, id: String
  ) {
    var outcome = outcome(kind, reason: reason)
    outcome.replayCount = replayCount
    #expect(outcome.cloudEventID == id)
  }

  @Test func `a group's name is a segment of a URI, whatever it holds`() {
    let source = outcome().headers(source: Outcome.cloudEventSource(group: "a/b c\n%æ~")).first {
      $0.name == "ce_source"
    }
    #expect(source?.text == "/otp-worker/a%2Fb%20c%0A%25%C3%A6~")
  }
}
