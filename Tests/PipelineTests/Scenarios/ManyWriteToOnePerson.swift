import Delivery
import Sandbox
import Testing

extension Scenarios {
  @Test func `first tries for one recipient go out in the order of offsets, others in between`()
    async throws
  {
    try await play(Setting(partitions: 2)) { scenario in
      let to = scenario.number()
      var codes: [String] = []
      for index in 0..<50 {
        let code = scenario.code()
        codes.append(code)
        try await scenario.enqueue(
          scenario.request("one-\(index)", to: to, code: code, ["supersede": false]))
        try await scenario.enqueue(
          scenario.request("other-\(index)"), partition: Int32(index % 2))
      }
      for index in 0..<50 {
        #expect(try await scenario.outcome(for: "one-\(index)").ending == "accepted/ok")
        #expect(try await scenario.outcome(for: "other-\(index)").ending == "accepted/ok")
      }
      let texts = scenario.twilio.messages.filter { $0.recipient == to }.map(\.text)
      #expect(texts == codes.map { "\($0) signs you in" })
      #expect(scenario.twilio.messageCount == 100)
      // Each stands in the partition of its request, in order of it where one waits for the other.
      let outcomes = scenario.journal.contents.outcomes.filter { $0.body.id.hasPrefix("one-") }
      #expect(outcomes.map(\.body.id) == (0..<50).map { "one-\($0)" })
      #expect(
        scenario.journal.contents.outcomes.allSatisfy { $0.record.partition == $0.origin.partition }
      )
    }
  }

  @Test func `a retry does not hold up what comes after it for the same person`() async throws {
    try await play { scenario in
      let to = scenario.number()
      scenario.twilio.script(for: to, [.status(503)])
      try await scenario.enqueue(scenario.request("a", to: to))
      let due = try await scenario.parked("a")
      try await scenario.enqueue(scenario.request("b", to: to, usageType: "Register"))
      try await scenario.enqueue(scenario.request("c", to: to, usageType: "MfaVerification"))
      for id in ["b", "c"] {
        #expect(try await scenario.outcome(for: id).ending == "accepted/ok")
      }
      await scenario.advance(to: due)
      #expect(try await scenario.outcome(for: "a").ending == "accepted/ok")
      #expect(scenario.journal.contents.sent == ["a", "b", "c", "a"])
    }
  }
}
