import Delivery
import Kafka
import Pipeline
import Retry
import Sandbox
import Testing

extension Scenarios {
  @Test func `a replay is sent under a key of its own and ends by an outcome of its own`()
    async throws
  {
    try await play { scenario in
      let to = scenario.number()
      scenario.twilio.script(for: to, [.refuse(code: "21610", status: 400)])
      let value = scenario.request("r", to: to)
      let origin = try await scenario.enqueue(value)
      #expect(try await scenario.outcome(for: "r").ending == "rejected/recipient.blocked")

      var replay = Continuation(
        eventID: "r", origin: origin, requestedAt: scenario.now,
        expiresAt: scenario.now + .seconds(600), notBefore: scenario.now, hop: 1)
      replay.replayCount = 1
      let record = ProducerRecord(
        topic: scenario.topics.replay, partition: 0, key: nil, value: value,
        headers: replay.headers(replacingIn: []))
      _ = try await scenario.bench.write(record)
      let outcome = try await scenario.journal.first("the outcome of the replay") {
        $0.outcomes.first { $0.record["ce_id"] == "r/final/r1" }
      }
      #expect(outcome.ending == "accepted/ok")
      #expect(outcome.origin == origin)
      #expect(scenario.twilio.messages.map(\.idempotencyKey) == ["r/r1"])

      // The same replay once more has its outcome.
      _ = try await scenario.bench.write(record)
      _ = try await scenario.outcome(of: scenario.enqueue(nil))
      #expect(scenario.twilio.attemptCount == 2)
    }
  }

  @Test func `a request that somebody puts into the replay topic by hand is one like any other`()
    async throws
  {
    try await play { scenario in
      let place = try await scenario.bench.write(
        ProducerRecord(
          topic: scenario.topics.replay, partition: 0, key: nil, value: scenario.request("r")))
      let outcome = try await scenario.outcome(for: "r")
      #expect(outcome.ending == "accepted/ok")
      #expect(outcome.origin == place)
    }
  }
}
