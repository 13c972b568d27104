import Delivery
import Sandbox
import Testing

extension Scenarios {
  @Test func `wrong credentials hold the connector, which is probed until it works again`()
    async throws
  {
    try await play { scenario in
      scenario.twilio.otherwise(.status(401))
      try await scenario.enqueue(scenario.request("0"))
      try await scenario.logged("connector held: it takes nothing until one request gets through")
      for index in 1..<20 { try await scenario.enqueue(scenario.request("\(index)")) }

      // One real request after 5 s, 10 s, 20 s, 40 s, 60 s and 60 s, and none in between.
      var probes = 1
      for wait in [5, 10, 20, 40, 60, 60] {
        await scenario.advance(by: .milliseconds(wait * 1_000 - 1))
        #expect(scenario.journal.contents.sent.count == probes)
        await scenario.advance(by: .milliseconds(1))
        probes += 1
        let expected = probes
        _ = try await scenario.journal.first("probe \(probes)") { contents in
          contents.endedTries == expected ? true : nil
        }
      }
      #expect(await scenario.status().contains(#""held":true"#))
      #expect(
        await scenario.metrics().contains(#"otp_breaker_state{connector="twilio-main"} 3"#))

      // The others wait in the retry topics meanwhile.
      try await scenario.withRunningClock {
        _ = try await scenario.journal.first("19 requests in the retry topics") { contents in
          Set(contents.retries.compactMap { $0["otp.event.id"] }).count >= 19 ? true : nil
        }
      }

      scenario.twilio.otherwise(.accept)
      await scenario.advance(by: .seconds(60))
      try await scenario.logged("connector works again")
      try await scenario.withRunningClock {
        for index in 0..<20 {
          let outcome = try await scenario.outcome(for: "\(index)")
          #expect(outcome.ending == "accepted/ok")
          #expect(outcome.body.attempts == 1)
        }
      }
      #expect(scenario.twilio.messageCount == 20)
      #expect(scenario.journal.contents.deadLetters.isEmpty)
      #expect(await scenario.status().contains(#""held":false"#))
    }
  }

  @Test func `while a connector is held requests expire at their deadlines, unsent`() async throws {
    try await play { scenario in
      scenario.twilio.otherwise(.status(401))
      try await scenario.enqueue(scenario.request("probe"))
      try await scenario.logged("connector held: it takes nothing until one request gets through")
      try await scenario.enqueue(scenario.request("short", ["ttlSeconds": 3]))
      // Behind it, so that it was taken when this is concluded.
      _ = try await scenario.outcome(of: scenario.enqueue(nil))
      await scenario.advance(by: .seconds(3))
      let outcome = try await scenario.outcome(for: "short")
      #expect(outcome.ending == "expired/deadline.passed")
      #expect(outcome.body.attempts == 0)
      #expect(scenario.twilio.attemptCount == 1)
    }
  }
}
