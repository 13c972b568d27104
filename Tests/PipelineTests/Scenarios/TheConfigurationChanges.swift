import Delivery
import Pipeline
import Providers
import Sandbox
import TestSupport
import Testing

extension Scenarios {
  @Test func `a retry that waits leaves by the connector that has become active meanwhile`()
    async throws
  {
    try await play { scenario in
      let to = scenario.number()
      scenario.twilio.script(for: to, [.status(503)])
      try await scenario.enqueue(scenario.request("r", to: to))
      let due = try await scenario.parked("r")
      await scenario.reconfigure(
        as: "scenario-2", to: scenario.configuration.directory.connectors["receiver"])
      await scenario.advance(to: due)

      let outcome = try await scenario.outcome(for: "r")
      #expect(outcome.ending == "accepted/ok")
      #expect(outcome.body.connector == "receiver")
      #expect(outcome.body.attempts == 2)
      #expect(outcome.body.configVersion == "scenario-2")
      #expect(scenario.receiver.messages.map(\.recipient) == [to])
      #expect(scenario.twilio.messageCount == 0)
    }
  }

  @Test func `a retry that waits has the text of the new template`() async throws {
    try await play { scenario in
      let to = scenario.number()
      scenario.twilio.script(for: to, [.status(503)])
      try await scenario.enqueue(scenario.request("r", to: to))
      let due = try await scenario.parked("r")
      await scenario.reconfigure(
        as: "scenario-2",
        to: try scenario.newTwilio([Wording(usageType: "Generic", text: "Brand new: {{code}}")]))
      await scenario.advance(to: due)
      #expect(try await scenario.outcome(for: "r").ending == "accepted/ok")
      #expect(scenario.twilio.messages.first?.text.hasPrefix("Brand new: ") == true)
    }
  }

  @Test func `what wrong credentials hold goes out at once with the right ones`() async throws {
    try await play { scenario in
      let wrong = "0123456789abcdef0123456789abcdef"
      scenario.hide(wrong)
      await scenario.reconfigure(as: "scenario-2", to: try scenario.newTwilio(token: wrong))
      for index in 0..<10 { try await scenario.enqueue(scenario.request("\(index)")) }
      try await scenario.logged("connector held: it takes nothing until one request gets through")
      // Behind them, so that they were taken when this is concluded.
      _ = try await scenario.outcome(of: scenario.enqueue(nil))

      await scenario.reconfigure(as: "scenario-3", to: try scenario.newTwilio())
      for index in 0..<10 {
        let outcome = try await scenario.outcome(for: "\(index)")
        #expect(outcome.ending == "accepted/ok")
        #expect(outcome.body.configVersion == "scenario-3")
      }
      #expect(scenario.twilio.messageCount == 10)
      #expect(
        await scenario.metrics().contains(#"otp_breaker_state{connector="twilio-main"} 0"#))
      #expect(
        await scenario.metrics().contains(#"otp_config_reloads_total{result="success"} 2"#))
    }
  }

  @Test func `a hold of an unchanged connector ends when a person reloads, not otherwise`()
    async throws
  {
    try await play { scenario in
      scenario.twilio.otherwise(.status(401))
      try await scenario.enqueue(scenario.request("r"))
      try await scenario.logged("connector held: it takes nothing until one request gets through")
      scenario.twilio.otherwise(.accept)
      await scenario.reconfigure(as: "scenario-2", to: scenario.oldTwilio)
      #expect(await scenario.status().contains(#""held":true"#))
      #expect(scenario.twilio.attemptCount == 1)

      await scenario.reconfigure(as: "scenario-3", to: scenario.oldTwilio, liftsHolds: true)
      #expect(try await scenario.outcome(for: "r").ending == "accepted/ok")
      #expect(await scenario.status().contains(#""held":false"#))
    }
  }

  @Test func `a connector that is removed under load ends what it sends, and nothing is lost`()
    async throws
  {
    try await play { scenario in
      let gated = scenario.number()
      let gate = scenario.gate(for: gated)
      try await scenario.enqueue(scenario.request("gated", to: gated))
      try await scenario.taken(by: scenario.twilio, from: gated)
      try await scenario.enqueue(all: (0..<300).map { scenario.request("\($0)") })
      try await scenario.sending("0")

      await scenario.reconfigure(
        as: "scenario-2", to: scenario.configuration.directory.connectors["receiver"])
      #expect(await scenario.status().contains(#""replaced":true"#))
      gate.raise()
      let outcome = try await scenario.outcome(for: "gated")
      #expect(outcome.body.connector == "twilio-main")
      #expect(outcome.body.configVersion == "scenario-1")
      for index in 0..<300 {
        #expect(try await scenario.outcome(for: "\(index)").ending == "accepted/ok")
      }
      let messages = scenario.twilio.messages + scenario.receiver.messages
      #expect(messages.count == 301)
      #expect(Set(messages.compactMap(\.idempotencyKey)).count == 301)
      #expect(scenario.receiver.messageCount > 0)
      #expect(!(await scenario.status()).contains("twilio-main"))
      #expect(!(await scenario.metrics()).contains(#"otp_inflight{connector="twilio-main"}"#))
      try await scenario.commit(upTo: 301)
    }
  }

  @Test func `an unchanged connector goes on sending, and its outcomes tell the new version`()
    async throws
  {
    try await play { scenario in
      let gated = scenario.number()
      let gate = scenario.gate(for: gated)
      try await scenario.enqueue(scenario.request("gated", to: gated))
      try await scenario.taken(by: scenario.twilio, from: gated)
      await scenario.reconfigure(as: "scenario-2", to: scenario.oldTwilio)
      let status = await scenario.status()
      #expect(status.contains(#""replaced":false"#) && !status.contains(#""replaced":true"#))
      #expect(status.contains(#""configVersion":"scenario-2""#))
      gate.raise()
      #expect(try await scenario.outcome(for: "gated").body.configVersion == "scenario-1")
      try await scenario.enqueue(scenario.request("next"))
      #expect(try await scenario.outcome(for: "next").body.configVersion == "scenario-2")
    }
  }

  @Test func `a refused answer of the old credentials does not hold the new ones`() async throws {
    try await play { scenario in
      let gated = scenario.number()
      scenario.twilio.script(for: gated, [.taken(.hang)])
      try await scenario.enqueue(scenario.request("hangs", to: gated))
      try await scenario.taken(by: scenario.twilio, from: gated)
      scenario.twilio.otherwise(.status(401))
      try await scenario.enqueue(scenario.request("refused"))
      try await scenario.logged("connector held: it takes nothing until one request gets through")
      scenario.twilio.otherwise(.accept)
      await scenario.reconfigure(as: "scenario-2", to: try scenario.newTwilio())
      #expect(try await scenario.outcome(for: "refused").ending == "accepted/ok")
      // The old one's send runs into its time limit; it is repeated by the new one.
      await scenario.advance(by: Pipeline.exchangeTimeout)
      try await scenario.advance(to: scenario.parked("hangs"))
      #expect(try await scenario.outcome(for: "hangs").ending == "accepted/ok")
      let status = await scenario.status()
      #expect(status.contains(#""held":false"#) && !status.contains(#""held":true"#))
    }
  }

  @Test func `a reload in the middle of a stop changes nothing`() async throws {
    try await play { scenario in
      let gated = scenario.number()
      let gate = scenario.gate(for: gated)
      try await scenario.enqueue(scenario.request("gated", to: gated))
      try await scenario.taken(by: scenario.twilio, from: gated)
      try await scenario.enqueue(scenario.request("behind", to: gated, usageType: "Register"))
      let health = scenario.health
      try await scenario.beginStop()
      let held = health?.heldWork
      #expect(held?.step == .draining)
      #expect(held?.connectors.map(\.connector) == ["twilio-main"])
      #expect(held?.description.contains("sends: 1 (twilio-main 1); outcomes: 0") == true)

      await scenario.reconfigure(as: "scenario-2", to: nil, liftsHolds: true)
      gate.raise()
      try await scenario.stopped()
      #expect(health?.heldWork.step == .stopped)
      #expect(try await scenario.outcome(for: "gated").body.configVersion == "scenario-1")
      try await scenario.startWorker()
      #expect(try await scenario.outcome(for: "behind").ending == "accepted/ok")
    }
  }
}
