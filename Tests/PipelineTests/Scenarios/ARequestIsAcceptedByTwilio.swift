import Delivery
import Sandbox
import Testing

extension Scenarios {
  @Test func `a request is accepted by Twilio, and its outcome tells everything`() async throws {
    try await play(Setting(partitions: 3)) { scenario in
      let (to, code) = (scenario.number(), scenario.code())
      let origin = try await scenario.enqueue(
        scenario.request(
          "sign-in-1", to: to, code: code, payload: ["locale": "da-DK"],
          ["metadata": ["tenant": "t1"]]),
        headers: [
          RecordHeader("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        ],
        partition: 2)
      let outcome = try await scenario.outcome(for: "sign-in-1")

      let message = try #require(scenario.twilio.messages.first)
      #expect(scenario.twilio.messageCount == 1)
      #expect(message.recipient == to)
      #expect(message.text == "\(code) logger dig ind")
      #expect(message.idempotencyKey == "sign-in-1")

      let body = outcome.body
      #expect(outcome.ending == "accepted/ok")
      #expect(body.channel == "sms")
      #expect(body.usageType == "SignIn")
      #expect(body.template == PublishedOutcome.Template(usageType: "SignIn", locale: "da"))
      #expect(body.connector == "twilio-main")
      #expect(body.provider == "twilio-short-message-service")
      #expect(body.providerMessageIds == [message.id])
      #expect(body.attempts == 1)
      #expect(!body.possibleDuplicate)
      #expect(Timestamp(rfc3339: body.requestedAt) == scenario.now)
      #expect(Timestamp(rfc3339: body.concludedAt) == scenario.now)
      #expect(body.latencyMs == 0)
      #expect(outcome.origin == origin)
      #expect(body.to == Recipient(to)?.masked)
      #expect(body.recipientHash?.count == 64)
      #expect(body.configVersion == "scenario-1")
      #expect(body.metadata == ["tenant": "t1"])

      let record = outcome.record
      #expect(record.partition == 2)
      #expect(record.key == Array("sign-in-1".utf8))
      #expect(record["ce_specversion"] == "1.0")
      #expect(record["ce_id"] == "sign-in-1/final")
      #expect(record["ce_source"] == "/otp-worker/\(scenario.group)")
      #expect(record["ce_type"] == "otp.accepted.v1")
      #expect(record["ce_subject"] == "sign-in-1")
      #expect(record["ce_time"] == body.concludedAt)
      #expect(record["content-type"] == "application/json")
      #expect(
        record["traceparent"]?.hasPrefix("00-0af7651916cd43dd8448eb211c80319c-") == true)
    }
  }
}
