import Delivery
import Kafka
import Pipeline
import Sandbox
import Testing

/// A record that cannot be sent, and how it must end.
private struct BadRecord: Sendable, CustomStringConvertible {
  var description: String
  var value: [UInt8]?
  var key: [UInt8]?
  var ending = "dead-lettered/poison"
  var code: String
  /// What can be read of the event id.
  var id: String?

  init(
    _ description: String, _ value: [UInt8]?, key: [UInt8]? = Array("key".utf8),
    ending: String = "dead-lettered/poison", code: String, id: String? = nil
  ) {
    self.description = description
    self.value = value
    self.key = key
    self.ending = ending
    self.code = code
    self.id = id
  }

  init(_ description: String, _ value: String, code: String, id: String? = nil) {
    self.init(description, Array(value.utf8), code: code, id: id)
  }
}

extension Scenario {
  /// One record for each way in which a request can be wrong.
  fileprivate func badRecords() -> [BadRecord] {
    [
      BadRecord(
        "not UTF-8", Array(#"{"to":""#.utf8) + [0xC3, 0x28] + Array(#""}"#.utf8),
        code: "decode.utf8"),
      BadRecord("not JSON", "hello", code: "decode.json"),
      BadRecord("nothing", "", code: "decode.json"),
      BadRecord("cut off", #"{"to":"+4512345678","usageType":"SignIn""#, code: "decode.json"),
      BadRecord("JSON of another shape", "[1,2]", code: "decode.shape"),
      BadRecord("a tombstone", nil, code: "decode.tombstone"),
      BadRecord(
        "two megabytes", request("large", ["padding": String(repeating: "x", count: 2_000_000)]),
        ending: "dead-lettered/oversize", code: "decode.oversize"),
      BadRecord(
        "a NUL in the key", Array("{}".utf8), key: [0x61, 0, 0x62], code: "decode.field.to"),
      BadRecord("no key, no value", nil, key: nil, code: "decode.tombstone"),
      BadRecord(
        "nested 10,000 deep",
        #"{"x":\#(String(repeating: "[", count: 10_000))\#(String(repeating: "]", count: 10_000))}"#,
        code: "decode.json"),
      BadRecord(
        "duplicate members", #"{"id":"twice","id":"b"}"#, code: "decode.duplicate", id: "twice"),
      BadRecord(
        "a lone high surrogate", #"{"to":"\ud83d","usageType":"SignIn"}"#, code: "decode.json"),
      BadRecord(
        "a lone low surrogate", #"{"unknown":"\ude00","usageType":"SignIn"}"#, code: "decode.json"),
    ] + badFields() + unsendable()
  }

  private func badFields() -> [BadRecord] {
    let number = number()
    return [
      BadRecord(
        "no recipient", #"{"id":"no-to","usageType":"SignIn"}"#, code: "decode.field.to",
        id: "no-to"),
      BadRecord(
        "a recipient that is a number", #"{"to":4512345678,"usageType":"SignIn","id":"to-7"}"#,
        code: "decode.field.to", id: "to-7"),
      BadRecord(
        "no usage type", #"{"id":"no-type","to":"\#(number)"}"#, code: "decode.field.usageType",
        id: "no-type"),
      BadRecord(
        "two usage types", request("two-types", ["type": "Register"]), code: "decode.field.type",
        id: "two-types"),
      BadRecord(
        "a code that is a number",
        #"{"id":"code-7","to":"\#(number)","usageType":"SignIn","payload":{"code":482913}}"#,
        code: "decode.field.payload.code", id: "code-7"),
      BadRecord(
        "a payload that is a list", request("payload-7", ["payload": [1, 2]]),
        code: "decode.field.payload", id: "payload-7"),
      BadRecord("an empty id", request(""), code: "decode.field.id"),
      BadRecord(
        "an id that is too long", request(String(repeating: "i", count: 129)),
        code: "decode.field.id"),
      BadRecord(
        "another channel", request("channel-7", ["channel": "pigeon"]),
        code: "decode.field.channel", id: "channel-7"),
      BadRecord(
        "no time to live", request("ttl-0", ["ttlSeconds": 0]), code: "decode.field.ttlSeconds",
        id: "ttl-0"),
      BadRecord(
        "no date", request("date-7", ["expiresAt": "tomorrow"]), code: "decode.field.expiresAt",
        id: "date-7"),
      BadRecord(
        "supersede as a text", request("supersede-7", ["supersede": "false"]),
        code: "decode.field.supersede", id: "supersede-7"),
      BadRecord(
        "too much metadata",
        request("metadata-7", ["metadata": ["a": String(repeating: "m", count: 1_100)]]),
        code: "decode.field.metadata", id: "metadata-7"),
      BadRecord("a line break in the id", request("a\r\nb"), code: "decode.field.id"),
      BadRecord(
        "a line break in the usage type", request("crlf-type", usageType: "Sign\r\nIn"),
        code: "decode.field.usageType", id: "crlf-type"),
      BadRecord(
        "a line break in the address of the client", request("crlf-ip", ["ip": "::1\r\nX: y"]),
        code: "decode.field.ip", id: "crlf-ip"),
    ]
  }

  /// Requests that can be read but not sent.
  private func unsendable() -> [BadRecord] {
    let (rejected, config) = ("rejected/recipient.invalid", "dead-lettered/config")
    return [
      BadRecord(
        "too short a number", request("short", to: "+4512"), ending: rejected,
        code: "recipient.invalid", id: "short"),
      BadRecord(
        "an address without a dot", request("no-dot", to: "a@localhost"), ending: rejected,
        code: "recipient.invalid", id: "no-dot"),
      BadRecord(
        "a line break in the recipient", request("crlf-to", to: "\(number())\r\nBcc: x"),
        ending: rejected, code: "recipient.invalid", id: "crlf-to"),
      BadRecord(
        "no template", request("no-template", usageType: "Unheard"), ending: config,
        code: "template.missing", id: "no-template"),
      BadRecord(
        "no value for a variable", request("no-link", usageType: "ForgotPassword"), ending: config,
        code: "variable.missing", id: "no-link"),
      BadRecord(
        "no connector for the channel", request("mail", to: mailAddress()), ending: config,
        code: "connector.missing", id: "mail"),
    ]
  }

  private func mailAddress() -> String {
    hide("somebody.else@example.com")
    return "somebody.else@example.com"
  }
}

extension Scenarios {
  @Test func `a bad record ends as it should, and the next one of its partition is sent`()
    async throws
  {
    let setting = Setting(
      wordings: [
        Wording(usageType: "SignIn", text: "{{code}} signs you in"),
        Wording(usageType: "ForgotPassword", text: "{{code}}, or {{link}}"),
      ])
    try await play(setting) { scenario in
      let headers = [
        RecordHeader("x-producer", [0, 255, 1]), RecordHeader("otp.dlq.code", "mine"),
        RecordHeader("x-null", nil),
      ]
      var expected: [(record: BadRecord, origin: RecordOrigin)] = []
      var last: RecordOrigin?
      for (index, record) in scenario.badRecords().enumerated() {
        let origin = try await scenario.enqueue(record.value, key: record.key, headers: headers)
        expected.append((record, origin))
        last = try await scenario.enqueue(scenario.request("good-\(index)"))
      }
      for (record, origin) in expected {
        let outcome = try await scenario.outcome(of: origin)
        #expect(outcome.ending == record.ending, "\(record)")
        #expect(outcome.body.providerCode == record.code, "\(record)")
        #expect(outcome.body.id == record.id ?? origin.description, "\(record)")
        #expect(outcome.body.attempts == 0, "\(record)")
        guard outcome.body.outcome == "dead-lettered" else { continue }
        let letter = try await scenario.deadLetter(of: origin)
        #expect(letter.key == record.key, "\(record)")
        #expect(letter.value == record.value, "\(record)")
        #expect(letter.headers.first == headers[0], "\(record)")
        #expect(letter.headers.contains(headers[2]), "\(record)")
        #expect(letter["otp.dlq.code"] == record.code, "\(record)")
        #expect(letter["otp.dlq.disposition"] == outcome.body.reason, "\(record)")
        #expect(letter["otp.dlq.value"] == nil, "\(record)")
      }
      for index in expected.indices {
        #expect(try await scenario.outcome(for: "good-\(index)").ending == "accepted/ok")
      }
      #expect(scenario.twilio.messageCount == expected.count)
      #expect(
        scenario.journal.contents.deadLetters.count
          == expected.count { $0.record.ending.hasPrefix("dead-lettered") })
      try await scenario.commit(upTo: try #require(last).offset + 1)
    }
  }

  @Test func `a line break in a value arrives as it is, in the text and nowhere else`()
    async throws
  {
    try await play { scenario in
      scenario.hide("31\r\n41")
      let to = scenario.number()
      try await scenario.enqueue(
        scenario.request(
          "crlf", to: to, code: "31\r\n41",
          payload: ["locale": "da\r\nX-Header: 1"], ["metadata": ["a": "b\r\nc"]]),
        headers: [RecordHeader("traceparent", "00-\r\n")])
      let outcome = try await scenario.outcome(for: "crlf")
      #expect(outcome.ending == "accepted/ok")
      #expect(outcome.body.metadata == ["a": "b\r\nc"])
      #expect(outcome.record["traceparent"] == nil)
      #expect(scenario.twilio.messages.map(\.text) == ["31\r\n41 signs you in"])
    }
  }

  @Test func `a value that the dead letters do not take is left out, and said to be`() async throws
  {
    try await play(Setting(kafka: [("message.max.bytes", "1000000")])) { scenario in
      let origin = try await scenario.bench.write(
        .init(
          topic: scenario.topics.requests, partition: 0, key: Array("k".utf8),
          value: scenario.request("large", ["padding": String(repeating: "x", count: 2_000_000)])))
      let letter = try await scenario.deadLetter(of: origin)
      #expect(letter["otp.dlq.value"] == "omitted")
      #expect(letter.value == nil)
      #expect(letter.key == Array("k".utf8))
      #expect(try await scenario.outcome(of: origin).ending == "dead-lettered/oversize")
    }
  }
}
