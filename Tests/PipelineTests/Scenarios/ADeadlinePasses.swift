import Delivery
import Sandbox
import Testing

extension Scenarios {
  @Test func `what is too old when it is taken expires unsent`() async throws {
    // Records an hour old by the scenario's clock, as after a long outage.
    try await play(Setting(clockLead: .seconds(3_600))) { scenario in
      try await scenario.enqueue(scenario.request("usual"))
      try await scenario.enqueue(scenario.request("own-ttl", ["ttlSeconds": 3_500]))
      try await scenario.enqueue(
        scenario.request("dated", ["expiresAt": "2020-01-31T12:00:00Z", "ttlSeconds": 604_800]))
      try await scenario.enqueue(scenario.request("long-lived", ["ttlSeconds": 4_000]))
      try await scenario.enqueue(
        scenario.request(
          "invitation", usageType: "OrganizationInvitation",
          payload: ["link": "https://x.example/i"]
        ))
      for id in ["usual", "own-ttl", "dated"] {
        let outcome = try await scenario.outcome(for: id)
        #expect(outcome.ending == "expired/deadline.passed")
        #expect(outcome.body.attempts == 0)
      }
      for id in ["long-lived", "invitation"] {
        #expect(try await scenario.outcome(for: id).ending == "accepted/ok")
      }
      #expect(scenario.twilio.attemptCount == 2)
      #expect(scenario.journal.contents.deadLetters.isEmpty)
    }
  }

  @Test func `when no further try fits before the deadline a request expires at once`() async throws
  {
    try await play { scenario in
      let to = scenario.number()
      scenario.twilio.always(.status(503), for: to)
      try await scenario.enqueue(scenario.request("r", to: to, ["ttlSeconds": 2]))
      // The third try, two seconds later, would be too late: nobody waits for that.
      try await scenario.advance(to: scenario.parked("r"))
      let outcome = try await scenario.outcome(for: "r")
      #expect(outcome.ending == "expired/deadline.passed")
      #expect(outcome.body.attempts == 2)
      #expect(outcome.body.latencyMs < 1_000)
      #expect(scenario.twilio.attemptCount == 2)
      #expect(scenario.journal.contents.deadLetters.isEmpty)
    }
  }

  @Test func `whoever waits behind a send that hangs expires at its own deadline, unsent`()
    async throws
  {
    try await play { scenario in
      let to = scenario.number()
      scenario.twilio.script(for: to, [.taken(.hang)])
      try await scenario.enqueue(scenario.request("first", to: to, ["ttlSeconds": 8]))
      try await scenario.enqueue(
        scenario.request("second", to: to, usageType: "Register", ["ttlSeconds": 3]))
      try await scenario.enqueue(scenario.request("other"))
      _ = try await scenario.outcome(for: "other")
      try await scenario.taken(by: scenario.twilio, from: to)

      await scenario.advance(by: .seconds(3))
      let second = try await scenario.outcome(for: "second")
      #expect(second.ending == "expired/deadline.passed")
      #expect(second.body.attempts == 0)
      #expect(scenario.journal.contents.sends(of: "second").isEmpty)

      // The send that hangs ends with its request's deadline, and may have been taken.
      await scenario.advance(by: .seconds(5))
      let first = try await scenario.outcome(for: "first")
      #expect(first.ending == "dead-lettered/ambiguous")
      #expect(first.body.attempts == 1)
      #expect(scenario.twilio.messages.count { $0.recipient == to } == 1)
    }
  }
}
