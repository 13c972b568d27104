import Delivery
import Sandbox
import Testing

extension Scenarios {
  @Test func `an answer of 429 waits as long as it asks, and uses no try`() async throws {
    try await play { scenario in
      let to = scenario.number()
      scenario.twilio.script(
        for: to, Array(repeating: .status(429, retryAfter: .seconds(7)), count: 6))
      let begun = scenario.now
      try await scenario.enqueue(scenario.request("r", to: to))
      for count in 1...6 {
        let due = try await scenario.parked("r", count: count)
        #expect(due == begun + .seconds(7) * count)
        await scenario.advance(to: due)
      }
      let outcome = try await scenario.outcome(for: "r")
      #expect(outcome.ending == "accepted/ok")
      #expect(outcome.body.attempts == 1)
      #expect(scenario.twilio.attemptCount == 7)
      #expect(scenario.journal.contents.deadLetters.isEmpty)
    }
  }

  @Test func `a wait that ends after the deadline ends the request at once`() async throws {
    try await play { scenario in
      let to = scenario.number()
      scenario.twilio.script(for: to, [.status(429, retryAfter: .seconds(700))])
      try await scenario.enqueue(scenario.request("r", to: to))
      let outcome = try await scenario.outcome(for: "r")
      #expect(outcome.ending == "expired/deadline.passed")
      #expect(outcome.body.attempts == 0)
      #expect(outcome.body.latencyMs == 0)
    }
  }

  @Test func `an answer of 429 about the whole account lets all others wait too`() async throws {
    try await play { scenario in
      let to = scenario.number()
      scenario.twilio.script(for: to, [.status(429, retryAfter: .seconds(7))])
      try await scenario.enqueue(scenario.request("throttled", to: to))
      let due = try await scenario.parked("throttled")
      try await scenario.enqueue(scenario.request("other"))
      // Behind it, so that it was taken when this is concluded.
      _ = try await scenario.outcome(of: scenario.enqueue(nil))
      #expect(scenario.journal.contents.sends(of: "other").isEmpty)
      #expect(await scenario.status().contains(#""reopensInMs":7000,"pausedMs":7000"#))
      await scenario.advance(to: due)
      for id in ["throttled", "other"] {
        #expect(try await scenario.outcome(for: id).ending == "accepted/ok")
      }
    }
  }
}
