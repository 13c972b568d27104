import Delivery
import Pipeline
import Sandbox
import Testing

extension Scenarios {
  @Test func `the same request twice is sent once, whether the first is under way or concluded`()
    async throws
  {
    try await play(Setting(partitions: 2)) { scenario in
      let to = scenario.number()
      scenario.twilio.script(for: to, [.status(503)])
      let waiting = scenario.request("waiting", to: to)
      let done = scenario.request("done")
      try await scenario.enqueue(waiting)
      try await scenario.enqueue(done)
      let due = try await scenario.parked("waiting")
      _ = try await scenario.outcome(for: "done")

      let again = [
        ("waiting", try await scenario.enqueue(waiting)),
        ("waiting", try await scenario.enqueue(waiting, partition: 1)),
        ("done", try await scenario.enqueue(done)),
        ("done", try await scenario.enqueue(done, partition: 1)),
      ]
      for (id, origin) in again {
        let outcome = try await scenario.outcome(of: origin)
        #expect(outcome.ending == "duplicate/already.concluded")
        #expect(outcome.body.attempts == 0)
        #expect(outcome.record["ce_id"] == "\(id)/duplicate/\(origin.partition)-\(origin.offset)")
        #expect(outcome.record["ce_type"] == "otp.duplicate.v1")
        #expect(outcome.record.partition == origin.partition)
      }
      await scenario.advance(to: due)
      _ = try await scenario.journal.first("the end of waiting") { contents in
        contents.outcomes.first { $0.record["ce_id"] == "waiting/final" }
      }
      #expect(scenario.twilio.messageCount == 2)
      #expect(scenario.journal.contents.deadLetters.isEmpty)
      #expect(await scenario.metrics().contains(#"otp_dedup_hits_total{layer="recent"} 4"#))
    }
  }

  @Test func `the same id with another body is rejected, and the first goes on`() async throws {
    try await play { scenario in
      let to = scenario.number()
      scenario.twilio.script(for: to, [.status(503)])
      try await scenario.enqueue(scenario.request("id", to: to))
      let due = try await scenario.parked("id")
      let other = try await scenario.enqueue(scenario.request("id", to: to))
      let outcome = try await scenario.outcome(of: other)
      #expect(outcome.ending == "rejected/id.reused")
      #expect(outcome.body.providerCode == "id.reused")
      #expect(outcome.record["ce_id"] == "id/duplicate/0-1")

      await scenario.advance(to: due)
      let first = try await scenario.outcome(
        of: RecordOrigin(topic: scenario.topics.requests, partition: 0, offset: 0))
      #expect(first.ending == "accepted/ok")
      #expect(first.body.attempts == 2)
      #expect(scenario.twilio.messageCount == 1)
    }
  }

  @Test func `a request without an id is never a duplicate`() async throws {
    try await play { scenario in
      let value = scenario.request(nil)
      let origins = [try await scenario.enqueue(value), try await scenario.enqueue(value)]
      for origin in origins {
        #expect(try await scenario.outcome(of: origin).ending == "accepted/ok")
      }
    }
  }
}
