import Delivery
import Pipeline
import Retry
import Sandbox
import Testing

extension Scenarios {
  @Test func `a lost answer costs one extra send, which says whose it is and owns up to it`()
    async throws
  {
    try await play { scenario in
      let to = scenario.number()
      scenario.twilio.script(for: to, [.taken(.close)])
      try await scenario.enqueue(scenario.request("r ü%", to: to))
      try await scenario.advance(to: scenario.parked("r ü%"))

      let outcome = try await scenario.outcome(for: "r ü%")
      #expect(outcome.ending == "accepted/ok")
      #expect(outcome.body.possibleDuplicate)
      #expect(outcome.body.attempts == 2)
      let keys = scenario.twilio.messages.map(\.idempotencyKey)
      #expect(keys == ["r%20%C3%BC%25", "r%20%C3%BC%25"])
      #expect(
        await scenario.metrics().contains(
          #"otp_possible_duplicates_total{reason="answer.lost"} 1"#))
    }
  }

  @Test func `two lost answers, and a person has to look`() async throws {
    try await play { scenario in
      let to = scenario.number()
      scenario.twilio.always(.taken(.close), for: to)
      let origin = try await scenario.enqueue(scenario.request("r", to: to))
      try await scenario.advance(to: scenario.parked("r"))

      let outcome = try await scenario.outcome(for: "r")
      #expect(outcome.ending == "dead-lettered/ambiguous")
      #expect(outcome.body.attempts == 2)
      #expect(outcome.body.possibleDuplicate)
      #expect(scenario.twilio.attemptCount == 2)
      #expect(scenario.twilio.messages.map(\.idempotencyKey) == ["r", "r"])
      let letter = try await scenario.deadLetter(of: origin)
      #expect(letter["otp.dlq.disposition"] == "ambiguous")
      #expect(letter["__dlq.errors.delivery.count"] == "2")
    }
  }

  @Test func `a lost answer is a person's matter at once where nothing may be sent twice`()
    async throws
  {
    let setting = Setting(configure: { $0.policy = RetryPolicy(ambiguous: .never) })
    try await play(setting) { scenario in
      let to = scenario.number()
      scenario.twilio.always(.taken(.close), for: to)
      let origin = try await scenario.enqueue(scenario.request("r", to: to))

      let outcome = try await scenario.outcome(for: "r")
      #expect(outcome.ending == "dead-lettered/ambiguous")
      #expect(outcome.body.attempts == 1)
      #expect(!outcome.body.possibleDuplicate)
      #expect(try await scenario.deadLetter(of: origin)["otp.dlq.disposition"] == "ambiguous")
      #expect(scenario.twilio.attemptCount == 1)
    }
  }

  @Test func `an answer that does not come in twelve seconds is lost`() async throws {
    try await play { scenario in
      let to = scenario.number()
      scenario.twilio.script(for: to, [.taken(.hang)])
      try await scenario.enqueue(scenario.request("r", to: to))
      try await scenario.taken(by: scenario.twilio, from: to)
      await scenario.advance(by: .milliseconds(11_999))
      #expect(scenario.journal.contents.parkings(of: "r").isEmpty)
      await scenario.advance(by: .milliseconds(1))
      try await scenario.advance(to: scenario.parked("r"))
      let outcome = try await scenario.outcome(for: "r")
      #expect(outcome.ending == "accepted/ok")
      #expect(outcome.body.possibleDuplicate)
      #expect(scenario.twilio.messageCount == 2)
    }
  }
}
