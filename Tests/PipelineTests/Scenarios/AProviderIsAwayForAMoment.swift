import Delivery
import Pipeline
import Retry
import Sandbox
import Testing

extension Scenarios {
  @Test func `two answers of 503, and the third try is accepted`() async throws {
    try await play { scenario in
      let to = scenario.number()
      scenario.twilio.script(for: to, [.status(503), .status(503)])
      let begun = scenario.now
      try await scenario.enqueue(scenario.request("r", to: to))

      let second = try await scenario.parked("r")
      #expect((.milliseconds(400) ... .milliseconds(600)).contains(second - begun))
      await scenario.advance(to: second + .milliseconds(-1))
      #expect(scenario.journal.contents.sends(of: "r") == [begun])
      await scenario.advance(to: second)
      #expect(try await scenario.sending("r", try: 2) == second)

      let third = try await scenario.parked("r", count: 2)
      #expect((.milliseconds(1_600) ... .milliseconds(2_400)).contains(third - second))
      await scenario.advance(to: third)
      #expect(try await scenario.sending("r", try: 3) == third)

      let outcome = try await scenario.outcome(for: "r")
      #expect(outcome.ending == "accepted/ok")
      #expect(outcome.body.attempts == 3)
      #expect(!outcome.body.possibleDuplicate)
      #expect(outcome.body.latencyMs == Int((third - begun).milliseconds))
      #expect(scenario.twilio.messages.map(\.recipient) == [to])
      #expect(scenario.twilio.attemptCount == 3)
    }
  }

  @Test func `six answers of 503, the last two from the retry topics, and a person has to look`()
    async throws
  {
    try await play { scenario in
      let to = scenario.number()
      scenario.twilio.always(.status(503), for: to)
      let begun = scenario.now
      let value = scenario.request("r", to: to)
      let origin = try await scenario.enqueue(value, key: Array(to.utf8))
      for count in 1...3 { try await scenario.advance(to: scenario.parked("r", count: count)) }
      for (count, delay) in [(1, 30), (2, 120)] {
        let due = try await scenario.deferred("r", count: count)
        #expect(due == scenario.now + .seconds(delay))
        #expect(await scenario.metrics().contains("otp_parked 0"))
        await scenario.advance(to: due + .milliseconds(-1))
        #expect(scenario.journal.contents.sends(of: "r").count == 3 + count)
        await scenario.advance(to: due)
        #expect(try await scenario.sending("r", try: 4 + count) == due)
      }

      let outcome = try await scenario.outcome(for: "r")
      #expect(outcome.ending == "dead-lettered/exhausted")
      #expect(outcome.body.providerCode == "twilio.20503")
      #expect(outcome.body.attempts == 6)
      #expect(outcome.origin == origin)
      #expect(scenario.twilio.attemptCount == 6)

      let retries = try await scenario.retries(2)
      #expect(
        retries.map(\.topic) == [
          scenario.topics.retries[.seconds30], scenario.topics.retries[.minutes2],
        ])
      #expect(retries.allSatisfy { $0.key == Array(to.utf8) && $0.value == value })
      #expect(retries.map { $0["otp.hop"] } == ["1", "2"])
      #expect(retries.map { $0["otp.attempts"] } == ["4", "5"])
      #expect(retries.allSatisfy { $0["otp.origin"] == origin.description })

      let letter = try await scenario.deadLetter(of: origin)
      #expect(letter.key == Array(to.utf8))
      #expect(letter.value == value)
      #expect(letter["__dlq.errors.group"] == scenario.group)
      #expect(letter["__dlq.errors.delivery.count"] == "6")
      #expect(letter.deadLetterOrigin == origin)
      #expect(letter["otp.hop"] == nil)
      #expect(letter["otp.dlq.disposition"] == "exhausted")
      #expect(letter["otp.dlq.code"] == "twilio.20503")
      #expect(letter["otp.dlq.connector"] == "twilio-main")
      #expect(letter["otp.dlq.event.id"] == "r")
      #expect(letter["otp.dlq.first.attempt.at"] == "\(begun.milliseconds)")
      #expect(letter["otp.dlq.failed.at"] == "\(scenario.now.milliseconds)")
      #expect(letter["otp.dlq.expires.at"] == "\((begun + .seconds(600)).milliseconds)")
      #expect(letter["otp.dlq.replay.count"] == "0")
    }
  }
}
