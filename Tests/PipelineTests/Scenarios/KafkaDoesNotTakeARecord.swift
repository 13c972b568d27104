import Delivery
import Kafka
import Pipeline
import Sandbox
import TestSupport
import Testing

extension Scenarios {
  /// `POLICY_VIOLATION`: the producer does not try again by itself.
  private static let forbidden: Int32 = 44

  @Test func `an outcome that cannot be written keeps its offset, and readiness says so`()
    async throws
  {
    try await play(Setting(hasOwnCluster: true)) { scenario in
      let to = scenario.number()
      try await scenario.enqueue(scenario.request("before"))
      _ = try await scenario.outcome(for: "before")
      try await scenario.commit(upTo: 1)

      let gate = scenario.gate(for: to)
      try await scenario.enqueue(scenario.request("r", to: to))
      try await scenario.taken(by: scenario.twilio, from: to)
      try scenario.bench.cluster.failNext(.produce, with: [Self.forbidden, Self.forbidden])
      gate.raise()

      try await scenario.logged("cannot write to Kafka: intake waits until this works again")
      #expect(scenario.health?.isWritable == false)
      await scenario.advance(by: .seconds(1))
      #expect(try await scenario.committed().committedOffset == 1)

      await scenario.advance(by: .seconds(1))
      #expect(try await scenario.outcome(for: "r").ending == "accepted/ok")
      try await scenario.commit(upTo: 2)
      #expect(scenario.health?.isWritable == true)
      #expect(scenario.twilio.messageCount == 2)
    }
  }

  @Test func `a dead letter that cannot be written keeps its offset, and no outcome goes ahead`()
    async throws
  {
    try await play(Setting(hasOwnCluster: true)) { scenario in
      let to = scenario.number()
      scenario.twilio.script(for: to, [.taken(.refuse(code: "21408"))])
      let gate = scenario.gate(for: to)
      let value = scenario.request("r", to: to)
      let origin = try await scenario.enqueue(value)
      try await scenario.taken(by: scenario.twilio, from: to)
      try scenario.bench.cluster.failNext(.produce, with: [Self.forbidden])
      gate.raise()

      try await scenario.logged("cannot write a dead letter: its offset stays, intake waits")
      #expect(scenario.health?.isWritable == false)
      #expect(scenario.journal.contents.outcomes.isEmpty)
      #expect(await scenario.metrics().contains("otp_dead_letter_failures_total 1"))

      await scenario.advance(by: .seconds(1))
      let letter = try await scenario.deadLetter(of: origin)
      #expect(letter.value == value)
      #expect(letter["otp.dlq.disposition"] == "config")
      #expect(letter["otp.dlq.code"] == "twilio.21408")
      #expect(try await scenario.outcome(for: "r").ending == "dead-lettered/config")
      try await scenario.commit(upTo: 1)
      #expect(scenario.health?.isWritable == true)
      #expect(scenario.journal.contents.deadLetters.count == 1)
      #expect(await scenario.metrics().contains(#"otp_dead_letters_total{disposition="config"} 1"#))
    }
  }

  @Test func `no newer code is sent before the outcome of the one it supersedes is written`()
    async throws
  {
    try await play(Setting(hasOwnCluster: true)) { scenario in
      let to = scenario.number()
      scenario.twilio.script(for: to, [.status(503)])
      try await scenario.enqueue(scenario.request("older", to: to))
      try await scenario.parked("older")
      // The first is the newer request's own record.
      try scenario.bench.cluster.failNext(.produce, with: [0, Self.forbidden])
      try await scenario.enqueue(scenario.request("newer", to: to))
      try await scenario.logged("cannot write to Kafka: intake waits until this works again")
      #expect(scenario.journal.contents.sends(of: "newer").isEmpty)
      await scenario.advance(by: .seconds(1))
      #expect(try await scenario.outcome(for: "newer").ending == "accepted/ok")
      #expect(try await scenario.outcome(for: "older").ending == "superseded/newer.request")
      #expect(scenario.twilio.messageCount == 1)
    }
  }

  @Test func `a commit that is refused is repeated`() async throws {
    try await play(Setting(hasOwnCluster: true)) { scenario in
      // REBALANCE_IN_PROGRESS
      try scenario.bench.cluster.failNext(.offsetCommit, with: [27, 27])
      try await scenario.enqueue(scenario.request("r"))
      // The first commit claims the partition: nothing is taken before it is acknowledged.
      try await scenario.withRunningClock { _ = try await scenario.outcome(for: "r") }
      try await scenario.commit(upTo: 1)
      #expect(
        await scenario.metrics().contains(
          #"otp_commit_errors_total{code="rebalance_in_progress"} 2"#))
    }
  }

  @Test func `a topic that may not be written to for a moment is written to soon after`()
    async throws
  {
    try await play(Setting(hasOwnCluster: true)) { scenario in
      let to = scenario.number()
      let gate = scenario.gate(for: to)
      try await scenario.enqueue(scenario.request("r", to: to))
      try await scenario.taken(by: scenario.twilio, from: to)
      // TOPIC_AUTHORIZATION_FAILED, upon which librdkafka gives the whole topic up for a while.
      try scenario.bench.cluster.failNext(.produce, with: [29])
      gate.raise()
      try await scenario.logged("cannot write to Kafka: intake waits until this works again")
      while scenario.journal.contents.outcomes.isEmpty {
        try Task.checkCancellation()
        await scenario.advance(by: .seconds(1))
      }
    }
  }
}
