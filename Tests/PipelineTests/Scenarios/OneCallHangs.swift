import Delivery
import Kafka
import Sandbox
import Testing

extension Scenarios {
  @Test func `one call hangs: all others flow and are committed, and it alone is sent again`()
    async throws
  {
    try await play { scenario in
      let to = scenario.number()
      scenario.twilio.script(for: to, [.hang])
      let first = try await scenario.enqueue(scenario.request("hangs", to: to))
      try await scenario.sending("hangs")
      var last = first
      for index in 0..<100 { last = try await scenario.enqueue(scenario.request("\(index)")) }
      for index in 0..<100 {
        #expect(try await scenario.outcome(for: "\(index)").ending == "accepted/ok")
      }
      await scenario.advance(by: .milliseconds(250))
      #expect(last.offset == 100)

      // What has not been answered in fifteen seconds when the worker is stopped, is cut short.
      try await scenario.beginStop()
      await scenario.advance(by: .seconds(15))
      try await scenario.stopped()
      let committed = try await scenario.committed()
      #expect(committed.committedOffset == first.offset)
      #expect(committed.metadata?.isEmpty == false)

      try await scenario.startWorker()
      scenario.twilio.script(for: to, [.accept])
      let outcome = try await scenario.outcome(for: "hangs")
      #expect(outcome.ending == "accepted/ok")
      #expect(outcome.body.possibleDuplicate)
      try await scenario.enqueue(scenario.request("new"))
      #expect(try await scenario.outcome(for: "new").ending == "accepted/ok")
      #expect(scenario.journal.contents.sent.count { $0 == "hangs" } == 2)
      #expect(scenario.twilio.messageCount == 102)
      #expect(scenario.journal.contents.outcomes.count == 102)
      #expect(
        await scenario.metrics().contains(#"otp_dedup_hits_total{layer="ranges"} 100"#))
      try await scenario.commit(upTo: 102)
    }
  }
}
