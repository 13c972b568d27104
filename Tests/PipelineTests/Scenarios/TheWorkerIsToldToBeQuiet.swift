import Delivery
import Pipeline
import Sandbox
import Testing

extension Scenarios {
  @Test func `a quiet worker ends what it has and leaves the rest to the next`() async throws {
    try await play { scenario in
      let to = scenario.number()
      scenario.twilio.script(for: to, [.status(503)])
      try await scenario.enqueue(scenario.request("r", to: to))
      let due = try await scenario.parked("r")
      await scenario.quiet()
      #expect(scenario.health?.isQuiet == true)
      try await scenario.logged("quiet: nothing new is taken")
      try await scenario.enqueue(scenario.request("late"))
      // Once the record lies ready, it would be taken.
      while !(await scenario.metrics()).contains(#"otp_consumer_lag{partition="0"} 1"#) {
        try Task.checkCancellation()
        await scenario.advance(by: .milliseconds(1))
      }
      await scenario.advance(to: due)
      #expect(try await scenario.outcome(for: "r").ending == "accepted/ok")
      try await scenario.stopWorker()
      #expect(scenario.journal.contents.sends(of: "late").isEmpty)

      try await scenario.startWorker()
      #expect(scenario.health?.isQuiet == false)
      #expect(try await scenario.outcome(for: "late").ending == "accepted/ok")
    }
  }
}
