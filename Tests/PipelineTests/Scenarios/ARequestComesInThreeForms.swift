import Delivery
import Pipeline
import Sandbox
import Testing

extension Scenarios {
  @Test
  func `a request comes plain, as a whole CloudEvent or in one's headers, and leaves by HTTP`()
    async throws
  {
    try await play(Setting(way: .receiver, partitions: 2)) { scenario in
      let (plain, structured, binary) = (scenario.number(), scenario.number(), scenario.number())
      let code = scenario.code()

      // What Logto's own HTTP connector posts: without `+`, without an id.
      let first = try await scenario.enqueue(
        scenario.json([
          "to": String(plain.dropFirst()), "type": "SignIn", "payload": ["code": code],
          "ip": "192.0.2.7",
        ]), partition: 1)
      let data = try #require(
        String(validating: scenario.request(nil, to: structured), as: UTF8.self))
      try await scenario.enqueue(
        Array(
          #"{"specversion":"1.0","id":"event-2","source":"/shop","type":"otp.requested","data":\#(data)}"#
            .utf8),
        headers: [RecordHeader("Content-Type", "application/cloudevents+json; charset=utf-8")])
      try await scenario.enqueue(
        scenario.request("not the event's id", to: binary),
        headers: [
          RecordHeader("ce_specversion", "1.0"), RecordHeader("ce_id", "event-3"),
          RecordHeader("ce_source", "/shop"), RecordHeader("ce_type", "otp.requested"),
          RecordHeader("content-type", "application/json"),
        ])

      let outcome = try await scenario.outcome(of: first)
      #expect(outcome.body.id == "\(scenario.topics.requests)/1/0")
      #expect(outcome.ending == "accepted/ok")
      #expect(outcome.record.partition == 1)
      #expect(outcome.record["ce_id"] == "\(scenario.topics.requests)/1/0/final")
      #expect(outcome.body.connector == "receiver")
      #expect(outcome.body.provider == "http-sms")
      #expect(outcome.body.template == nil)
      #expect(try await scenario.outcome(for: "event-2").ending == "accepted/ok")
      #expect(try await scenario.outcome(for: "event-3").ending == "accepted/ok")

      let messages = scenario.receiver.messages
      #expect(
        Set(messages.map(\.recipient)) == [String(plain.dropFirst()), structured, binary])
      let text = messages.first { $0.recipient == String(plain.dropFirst()) }?.text
      #expect(text == #"{"payload":{"code":"\#(code)"},"type":"SignIn"}"#)
      #expect(outcome.body.providerMessageIds?.count == 1)
    }
  }
}
