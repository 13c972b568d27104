import Delivery
import Sandbox
import Testing

extension Scenarios {
  @Test func `what uses a template that the provider does not take waits, and all else flows`()
    async throws
  {
    try await play { scenario in
      let begun = scenario.now
      let refused = (0..<3).map { _ in scenario.number() }
      for to in refused { scenario.twilio.always(.refuse(code: "21617"), for: to) }
      try await scenario.enqueue(scenario.request("0", to: refused[0]))
      let line = try await scenario.logged(
        "template held: what uses it waits until one request gets through")
      #expect(line.contains(#""usageType":"SignIn""#) && line.contains("twilio.21617"))

      for index in 1..<3 {
        try await scenario.enqueue(scenario.request("\(index)", to: refused[index]))
        #expect(try await scenario.parked("\(index)") == begun + .seconds(5))
      }
      try await scenario.enqueue(scenario.request("danish", payload: ["locale": "da"]))
      try await scenario.enqueue(scenario.request("generic", usageType: "ForgotPassword"))
      for id in ["danish", "generic"] {
        #expect(try await scenario.outcome(for: id).ending == "accepted/ok")
      }
      #expect(
        await scenario.status().contains(
          #""heldTemplates":[{"usageType":"SignIn","probeInMs":5000}]"#))
      #expect(await scenario.metrics().contains(#"otp_breaker_state{connector="twilio-main"} 0"#))

      // One probe, of one that was not refused yet, then none for ten seconds.
      await scenario.advance(by: .seconds(5))
      try await scenario.ended(4)
      #expect(scenario.journal.contents.sends(of: "0").count == 1)
      await scenario.advance(by: .milliseconds(9_999))
      #expect(scenario.journal.contents.sent.count == 4)

      for to in refused { scenario.twilio.always(.accept, for: to) }
      await scenario.advance(by: .milliseconds(1))
      try await scenario.ended(5)
      try await scenario.logged("template works again")
      // The second that was refused waits in a retry topic.
      try await scenario.withRunningClock {
        for id in ["0", "1", "2"] {
          let outcome = try await scenario.outcome(for: id)
          #expect(outcome.ending == "accepted/ok")
          #expect(outcome.body.attempts == 1)
        }
      }
      #expect(await scenario.status().contains(#""heldTemplates":[]"#))
    }
  }

  @Test func `what waits for a slot when its template is refused is not sent`() async throws {
    try await play(Setting(concurrency: 1)) { scenario in
      scenario.twilio.otherwise(.refuse(code: "21617"))
      let other = scenario.number()
      scenario.twilio.always(.accept, for: other)
      try await scenario.enqueue(all: (0..<20).map { scenario.request("\($0)") })
      try await scenario.enqueue(scenario.request("other", to: other, usageType: "Generic"))
      #expect(try await scenario.outcome(for: "other").ending == "accepted/ok")
      #expect(scenario.journal.contents.sent == ["0", "other"])
    }
  }

  @Test func `a request that ends before its template is tried again expires at once`()
    async throws
  {
    try await play { scenario in
      scenario.twilio.otherwise(.refuse(code: "21617"))
      try await scenario.enqueue(scenario.request("probe"))
      try await scenario.parked("probe")
      try await scenario.enqueue(scenario.request("short", ["ttlSeconds": 3]))
      let outcome = try await scenario.outcome(for: "short")
      #expect(outcome.ending == "expired/deadline.passed")
      #expect(outcome.body.attempts == 0)
      #expect(scenario.twilio.attemptCount == 1)
    }
  }
}

extension Scenario {
  /// Waits until so many tries have ended, and no more have begun.
  fileprivate func ended(_ count: Int) async throws {
    _ = try await journal.first("\(count) tries") { $0.endedTries >= count ? true : nil }
    #expect(journal.contents.sent.count == count)
  }
}
