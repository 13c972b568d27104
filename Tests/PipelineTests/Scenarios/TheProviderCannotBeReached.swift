import Delivery
import Sandbox
import Testing

extension Scenarios {
  @Test func `nobody listens: the tries are used up, and it is certain that nothing was sent`()
    async throws
  {
    try await play(Setting(isProviderAway: true)) { scenario in
      let origin = try await scenario.enqueue(scenario.request("r"))
      for count in 1...3 { try await scenario.advance(to: scenario.parked("r", count: count)) }
      for count in 1...2 { try await scenario.advance(to: scenario.deferred("r", count: count)) }
      let outcome = try await scenario.outcome(for: "r")
      #expect(outcome.ending == "dead-lettered/exhausted")
      #expect(outcome.body.providerCode == "connect.refused")
      #expect(outcome.body.attempts == 6)
      #expect(!outcome.body.possibleDuplicate)
      #expect(try await scenario.deadLetter(of: origin)["otp.dlq.code"] == "connect.refused")
    }
  }
}
