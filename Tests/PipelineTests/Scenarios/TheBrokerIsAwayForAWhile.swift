import Delivery
import Kafka
import Pipeline
import Sandbox
import TestSupport
import Testing

extension Scenarios {
  @Test func `without a broker outcomes wait, and all are written once it is back`() async throws {
    try await play(Setting(hasOwnCluster: true)) { scenario in
      let to = scenario.number()
      let gate = scenario.gate(for: to)
      try await scenario.enqueue(scenario.request("first", to: to))
      for index in 0..<20 { try await scenario.enqueue(scenario.request("\(index)")) }
      try await scenario.taken(by: scenario.twilio, from: to)
      try await scenario.sending("19")

      try scenario.bench.cluster.takeDown()
      gate.raise()
      try await scenario.logged("no broker can be reached: waiting for one")
      // Every message has been handed over by then, and no outcome can have been written.
      _ = try await scenario.journal.first("all messages") { [twilio = scenario.twilio] _ in
        twilio.messageCount == 21 ? true : nil
      }
      #expect(scenario.journal.contents.outcomes.isEmpty)
      // The consumer may have told it first; the producer sees it too.
      while scenario.health?.isReachable != false {
        try Task.checkCancellation()
        await scenario.advance(by: .seconds(1))
      }

      try scenario.bench.cluster.bringUp()
      for id in ["first"] + (0..<20).map(String.init) {
        #expect(try await scenario.outcome(for: id).ending == "accepted/ok")
      }
      try await scenario.enqueue(scenario.request("after"))
      #expect(try await scenario.outcome(for: "after").ending == "accepted/ok")
      #expect(scenario.twilio.messageCount == 22)
      try await scenario.commit(upTo: 22)
    }
  }

  @Test
  func `a worker that is stopped without a broker ends, and what it could not write comes again`()
    async throws
  {
    try await play(Setting(hasOwnCluster: true, mayRepeatOutcomes: true)) { scenario in
      let to = scenario.number()
      let gate = scenario.gate(for: to)
      try await scenario.enqueue(scenario.request("sent", to: to))
      try await scenario.taken(by: scenario.twilio, from: to)
      try await scenario.enqueue(scenario.request("next", to: to, usageType: "Register"))
      // Behind it, so that it was taken when this is concluded.
      _ = try await scenario.outcome(of: scenario.enqueue(nil))
      try scenario.bench.cluster.takeDown()
      gate.raise()
      try await scenario.logged("no broker can be reached: waiting for one")

      try await scenario.withRunningClock { try await scenario.stopWorker() }

      try scenario.bench.cluster.bringUp()
      try await scenario.startWorker()
      for id in ["sent", "next"] {
        #expect(try await scenario.outcome(for: id).ending == "accepted/ok")
      }
      // At most what was in flight is sent twice, under the same key.
      let keys = scenario.twilio.messages.compactMap(\.idempotencyKey)
      #expect(keys.suffix(2) == ["sent", "next"])
      #expect([["sent"], ["sent", "next"]].contains(keys.dropLast(2)))
    }
  }
}
