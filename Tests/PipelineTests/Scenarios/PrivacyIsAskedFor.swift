import Delivery
import Pipeline
import Sandbox
import Testing

extension Scenarios {
  @Test func `redacted dead letters hold neither key nor value`() async throws {
    try await play(Setting(configure: { $0.deadLetterValue = .redacted })) { scenario in
      let to = scenario.number()
      let origin = try await scenario.enqueue(
        scenario.request("r", to: to, usageType: "OrganizationInvitation"), key: Array(to.utf8))
      let letter = try await scenario.deadLetter(of: origin)
      #expect(letter["otp.dlq.value"] == "redacted")
      #expect(letter["otp.dlq.code"] == "variable.missing")
      #expect(letter.key == nil)
      #expect(letter.value == nil)
      #expect(try await scenario.outcome(for: "r").ending == "dead-lettered/config")
    }
  }

  @Test func `without a key for hashes an outcome has no hash`() async throws {
    try await play(Setting(configure: { $0.hashKey = nil })) { scenario in
      try await scenario.enqueue(scenario.request("r"))
      #expect(try await scenario.outcome(for: "r").body.recipientHash == nil)
    }
  }

  @Test func `a stranger is not written to where only some may be`() async throws {
    let setting = Setting(configure: { $0.allows = { $0.address.hasPrefix("+4520") } })
    try await play(setting) { scenario in
      scenario.hide("13125550123")
      try await scenario.enqueue(scenario.request("stranger", to: "+13125550123"))
      try await scenario.enqueue(scenario.request("friend"))
      let outcome = try await scenario.outcome(for: "stranger")
      #expect(outcome.ending == "rejected/policy.refused")
      #expect(outcome.body.providerCode == "delivery.only")
      #expect(try await scenario.outcome(for: "friend").ending == "accepted/ok")
      #expect(scenario.twilio.attemptCount == 1)
    }
  }
}
