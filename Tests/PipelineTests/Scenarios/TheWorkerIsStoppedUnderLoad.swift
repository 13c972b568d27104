import Delivery
import Kafka
import Sandbox
import TestSupport
import Testing

extension Scenarios {
  @Test func `a stop under load sends nothing twice and loses nothing`() async throws {
    try await play(Setting(partitions: 2)) { scenario in
      let (gated, parked) = (scenario.number(), scenario.number())
      scenario.twilio.script(for: parked, [.status(503)])
      try await scenario.enqueue(scenario.request("parked", to: parked))
      try await scenario.parked("parked")
      let gate = scenario.gate(for: gated)
      try await scenario.enqueue(scenario.request("gated", to: gated))
      try await scenario.taken(by: scenario.twilio, from: gated)
      // Behind the gate these are all being sent, or wait for a connection or for their turn.
      for index in 0..<150 {
        try await scenario.enqueue(scenario.request("\(index)"), partition: Int32(index % 2))
      }
      try await scenario.enqueue(scenario.request("behind", to: gated, usageType: "Register"))
      try await scenario.sending("0")

      try await scenario.beginStop()
      gate.raise()
      try await scenario.stopped()
      let before = scenario.journal.contents
      #expect(before.isConcluded("gated"))
      #expect(!before.isConcluded("parked"))
      #expect(!before.isConcluded("behind"))

      try await scenario.startWorker()
      for id in ["parked", "gated", "behind"] + (0..<150).map(String.init) {
        #expect(try await scenario.outcome(for: id).ending == "accepted/ok")
      }
      let messages = scenario.twilio.messages
      #expect(messages.count == 153)
      #expect(Set(messages.compactMap(\.idempotencyKey)).count == 153)
      // The retry's waiting ended with the stop: the new worker sends it at once.
      #expect(scenario.journal.contents.sends(of: "parked").count == 2)
      #expect(scenario.journal.contents.parkings(of: "parked").count == 1)
    }
  }

  @Test func `after a stop everything that is done is committed`() async throws {
    try await play { scenario in
      for index in 0..<30 { try await scenario.enqueue(scenario.request("\(index)")) }
      for index in 0..<30 { _ = try await scenario.outcome(for: "\(index)") }
      try await scenario.stopWorker()
      #expect(try await scenario.committed().committedOffset == 30)
      #expect(scenario.journal.contents.lines.contains { $0.contains(#""message":"stopped""#) })
    }
  }

  @Test func `thousands who wait for one person are handed back, and come again`() async throws {
    try await play { scenario in
      let to = scenario.number()
      scenario.twilio.script(for: to, [.status(401)])
      try await scenario.enqueue(scenario.request("0", to: to, ["supersede": false]))
      try await scenario.logged("connector held: it takes nothing until one request gets through")
      try await scenario.enqueue(
        all: (1..<2_000).map { scenario.request("\($0)", to: to, ["supersede": false]) })
      _ = try await scenario.outcome(of: scenario.enqueue(nil))
      #expect(await scenario.status().contains(#""waiting":2000"#))
      try await scenario.stopWorker()
      #expect(scenario.journal.contents.outcomes.count == 1)

      try await scenario.startWorker()
      #expect(try await scenario.outcome(for: "1999").ending == "accepted/ok")
      #expect(scenario.twilio.messages.map(\.idempotencyKey) == (0..<2_000).map { "\($0)" })
    }
  }

  @Test func `a worker that is stopped before it has joined the group stops`() async throws {
    try await play { scenario in
      try await scenario.stopWorker()
      try await scenario.enqueue(scenario.request("r"))
      try await scenario.startWorker()
      #expect(try await scenario.outcome(for: "r").ending == "accepted/ok")
    }
  }
}
