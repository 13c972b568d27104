import Delivery
import Sandbox
import Testing

extension Scenarios {
  @Test func `refused numbers are rejected, and say nothing about the provider`() async throws {
    try await play { scenario in
      for index in 0..<25 {
        let to = scenario.number()
        scenario.twilio.always(.refuse(code: "21211"), for: to)
        try await scenario.enqueue(scenario.request("bad-\(index)", to: to))
      }
      try await scenario.enqueue(scenario.request("good"))
      #expect(try await scenario.outcome(for: "good").ending == "accepted/ok")
      for index in 0..<25 {
        let outcome = try await scenario.outcome(for: "bad-\(index)")
        #expect(outcome.ending == "rejected/recipient.invalid")
        #expect(outcome.body.providerCode == "twilio.21211")
        #expect(outcome.body.attempts == 1)
      }
      #expect(scenario.twilio.attemptCount == 26)
      #expect(scenario.journal.contents.deadLetters.isEmpty)
      #expect(
        await scenario.metrics().contains(#"otp_breaker_state{connector="twilio-main"} 0"#))
    }
  }
}
