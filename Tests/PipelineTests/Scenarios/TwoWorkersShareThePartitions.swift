import Delivery
import Sandbox
import TestSupport
import Testing

extension Scenarios {
  @Test func `a second worker takes over a partition, and nothing is sent twice or lost`()
    async throws
  {
    try await play(Setting(partitions: 2)) { scenario in
      let parked = [scenario.number(), scenario.number()]
      for partition in 0..<2 {
        for index in 0..<20 {
          try await scenario.enqueue(
            scenario.request("early-\(partition)-\(index)"), partition: Int32(partition))
        }
        scenario.twilio.script(for: parked[partition], [.status(503)])
        try await scenario.enqueue(
          scenario.request("parked-\(partition)", to: parked[partition]),
          partition: Int32(partition))
        for index in 0..<20 { _ = try await scenario.outcome(for: "early-\(partition)-\(index)") }
        // The last one has the next offset: this is how far all but the parked one is done.
        try await scenario.commit(upTo: 20, partition: Int32(partition))
      }
      try await scenario.startWorker()
      try await scenario.logged("partitions revoked")
      for index in 0..<20 {
        try await scenario.enqueue(scenario.request("late-\(index)"), partition: Int32(index % 2))
      }
      try await scenario.logged("partitions assigned", count: 3)
      for id in ["parked-0", "parked-1"] + (0..<20).map({ "late-\($0)" }) {
        #expect(try await scenario.outcome(for: id).ending == "accepted/ok")
      }
      let keys = scenario.twilio.messages.compactMap(\.idempotencyKey)
      #expect(keys.count == 62)
      #expect(Set(keys).count == 62)
    }
  }

  @Test
  func `a send that outlasts the hand-over of its partition is not published by its old owner`()
    async throws
  {
    try await play(Setting(partitions: 2)) { scenario in
      let to = scenario.number()
      scenario.twilio.script(for: to, [.taken(.hang), .accept])
      try await scenario.enqueue(scenario.request("r", to: to), partition: 1)
      try await scenario.taken(by: scenario.twilio, from: to)
      try await scenario.startWorker()
      try await scenario.logged("partitions revoked")
      // A revoke waits ten seconds for what is being sent, and no longer.
      await scenario.advance(by: .seconds(10))
      try await scenario.logged("partition given up with sends still open: they may go out twice")
      try await scenario.logged("partitions assigned", count: 3)
      // Whoever has the partition now sends it again, and only once more: another worker at once, the same one,
      // to whom it came straight back, after the wait that follows such an answer.
      try await scenario.withRunningClock {
        let outcome = try await scenario.outcome(for: "r")
        #expect(outcome.ending == "accepted/ok")
        #expect(outcome.body.possibleDuplicate)
      }
      #expect(scenario.twilio.messages.map(\.idempotencyKey) == ["r", "r"])
      #expect(scenario.journal.contents.outcomes.count == 1)
    }
  }
}
