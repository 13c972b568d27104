import Delivery
import Sandbox
import Testing

extension Scenarios {
  @Test func `who waits for the only slot expires in time, and the next has it when it is free`()
    async throws
  {
    try await play(Setting(concurrency: 1)) { scenario in
      let to = scenario.number()
      scenario.twilio.script(for: to, [.taken(.hang), .accept])
      try await scenario.enqueue(scenario.request("hangs", to: to))
      try await scenario.taken(by: scenario.twilio, from: to)
      try await scenario.enqueue(scenario.request("short", ["ttlSeconds": 5]))
      try await scenario.enqueue(scenario.request("patient"))
      // Behind them, so that they were taken when this is concluded.
      _ = try await scenario.outcome(of: scenario.enqueue(nil))

      await scenario.advance(by: .seconds(5))
      #expect(try await scenario.outcome(for: "short").ending == "expired/deadline.passed")
      await scenario.advance(by: .seconds(7))
      #expect(try await scenario.outcome(for: "patient").ending == "accepted/ok")
      try await scenario.advance(to: scenario.parked("hangs"))
      #expect(try await scenario.outcome(for: "hangs").ending == "accepted/ok")
      #expect(scenario.journal.contents.sent == ["hangs", "patient", "hangs"])
    }
  }

  @Test func `a thousand requests go through one slot in the order of offsets`() async throws {
    try await play(Setting(concurrency: 1)) { scenario in
      try await scenario.enqueue(all: (0..<1_000).map { scenario.request("\($0)") })
      #expect(try await scenario.outcome(for: "999").ending == "accepted/ok")
      #expect(scenario.twilio.messages.map(\.idempotencyKey) == (0..<1_000).map { "\($0)" })
      try await scenario.commit(upTo: 1_000)
    }
  }
}
