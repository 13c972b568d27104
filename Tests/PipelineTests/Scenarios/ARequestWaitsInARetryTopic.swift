import Delivery
import Kafka
import Pipeline
import Retry
import Sandbox
import TestSupport
import Testing

extension Scenarios {
  @Test func `a waiting retry survives a restart with its deadline, its tries and its trace`()
    async throws
  {
    try await play { scenario in
      let to = scenario.number()
      scenario.twilio.script(for: to, [.status(503, retryAfter: .seconds(20))])
      let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
      let begun = scenario.now
      let origin = try await scenario.enqueue(
        scenario.request("r", to: to), headers: [RecordHeader("traceparent", trace)])
      let due = try await scenario.deferred("r")
      #expect(due == begun + .seconds(30))
      try await scenario.stopWorker()
      try await scenario.startWorker()
      try await scenario.enqueue(scenario.request("other"))
      #expect(try await scenario.outcome(for: "other").ending == "accepted/ok")
      #expect(scenario.journal.contents.sends(of: "r").count == 1)

      await scenario.advance(to: due)
      let outcome = try await scenario.outcome(for: "r")
      #expect(outcome.ending == "accepted/ok")
      #expect(outcome.origin == origin)
      #expect(outcome.body.attempts == 2)
      #expect(!outcome.body.possibleDuplicate)
      #expect(outcome.body.latencyMs == 30_000)
      #expect(outcome.record["traceparent"] == trace)
      #expect(scenario.twilio.messages.map(\.idempotencyKey) == ["other", "r"])
    }
  }

  @Test func `a newer code supersedes one in a retry topic, after a restart too`()
    async throws
  {
    try await play { scenario in
      let (one, two) = (scenario.number(), scenario.number())
      for to in [one, two] {
        scenario.twilio.script(for: to, [.status(503, retryAfter: .seconds(20))])
      }
      try await scenario.enqueue(scenario.request("older-1", to: one))
      try await scenario.deferred("older-1")
      try await scenario.enqueue(scenario.request("older-2", to: two))
      let due = try await scenario.deferred("older-2")
      for (id, to) in [("newer-1", one), ("newer-2", two)] {
        try await scenario.enqueue(scenario.request(id, to: to))
        #expect(try await scenario.outcome(for: id).ending == "accepted/ok")
      }
      // What is remembered of the second is gone with the worker; its results are not.
      try await scenario.stopWorker()
      try await scenario.startWorker()
      try await scenario.enqueue(scenario.request("other"))
      _ = try await scenario.outcome(for: "other")
      await scenario.advance(to: due)
      for id in ["older-1", "older-2"] {
        let outcome = try await scenario.outcome(for: id)
        #expect(outcome.ending == "superseded/newer.request")
        #expect(outcome.body.attempts == 1)
        #expect(scenario.journal.contents.sends(of: id).count == 1)
      }
    }
  }

  @Test func `a code that is older than one in a retry topic takes nobody's place`() async throws {
    try await play { scenario in
      let to = scenario.number()
      scenario.twilio.script(
        for: to, [.status(503, retryAfter: .seconds(100)), .status(503, retryAfter: .seconds(20))])
      try await scenario.enqueue(scenario.request("older", to: to))
      let late = try await scenario.deferred("older")
      try await scenario.enqueue(scenario.request("newer", to: to))
      let soon = try await scenario.deferred("newer")
      await scenario.advance(to: soon)
      #expect(try await scenario.outcome(for: "newer").ending == "accepted/ok")
      await scenario.advance(to: late)
      #expect(try await scenario.outcome(for: "older").ending == "superseded/newer.request")
    }
  }

  @Test
  func `a wait longer than any retry topic goes through the longest until it is over`()
    async throws
  {
    try await play { scenario in
      let to = scenario.number()
      scenario.twilio.script(for: to, [.status(503, retryAfter: .seconds(1_000))])
      let begun = scenario.now
      try await scenario.enqueue(scenario.request("r", to: to, ["ttlSeconds": 86_400]))
      for count in 1...2 {
        let due = try await scenario.deferred("r", count: count)
        #expect(due == begun + .seconds(600 * count))
        await scenario.advance(to: due)
      }
      #expect(try await scenario.outcome(for: "r").ending == "accepted/ok")
      #expect(scenario.twilio.attemptCount == 2)
      #expect(try await scenario.retries(2).map { $0["otp.attempts"] } == ["1", "1"])
    }
  }

  @Test func `headers that nobody of ours wrote make a dead letter`() async throws {
    try await play { scenario in
      let topic = scenario.topics.retries[.seconds30] ?? ""
      let value = scenario.request("r")
      let place = try await scenario.bench.write(
        ProducerRecord(
          topic: topic, partition: 0, key: nil, value: value,
          headers: [RecordHeader("otp.format", "1"), RecordHeader("otp.event.id", "r")]))
      let letter = try await scenario.deadLetter(of: place)
      #expect(letter["otp.dlq.disposition"] == "poison")
      #expect(letter["otp.dlq.code"] == "decode.header.otp.origin")
      #expect(letter.value == value)
      #expect(try await scenario.outcome(of: place).ending == "dead-lettered/poison")
      #expect(scenario.twilio.attemptCount == 0)
    }
  }

  @Test func `when the process is nearly full, what would park waits in a retry topic`()
    async throws
  {
    var setting = Setting()
    setting.configure = { $0.limits.parked = 5 }
    try await play(setting) { scenario in
      let numbers = (0..<5).map { _ in scenario.number() }
      for number in numbers { scenario.twilio.script(for: number, [.status(503)]) }
      for (index, number) in numbers.enumerated() {
        try await scenario.enqueue(scenario.request("\(index)", to: number))
        if index < 4 {
          try await scenario.parked("\(index)")
        } else {
          try await scenario.deferred("\(index)")
        }
      }
      await scenario.advance(by: .seconds(30))
      for index in numbers.indices {
        let outcome = try await scenario.outcome(for: "\(index)")
        #expect(outcome.ending == "accepted/ok")
        #expect(outcome.body.attempts == 2)
      }
    }
  }
}
