import Delivery
import Pipeline
import Retry
import Sandbox
import TestSupport
import Testing

extension Scenarios {
  private static let opens =
    "breaker open: the provider fails, one request is let through after a while"

  @Test func `a provider that fails is left alone, and one real request asks whether it is back`()
    async throws
  {
    try await play { scenario in
      scenario.twilio.otherwise(.status(503))
      for index in 0..<5 { try await scenario.enqueue(scenario.request("\(index)")) }
      let line = try await scenario.logged(Self.opens)
      #expect(line.contains("5 failures in a row"))
      #expect(line.contains(#""waitMs":5000"#))
      #expect(await scenario.status().contains(#""breaker":"open","reopensInMs":5000"#))

      // Their second tries are due meanwhile.
      for (wait, probes) in [(5, 1), (10, 2)] {
        await scenario.advance(by: .milliseconds(wait * 1_000 - 1))
        #expect(scenario.journal.contents.sent.count == 4 + probes)
        #expect(
          await scenario.metrics().contains(#"otp_breaker_state{connector="twilio-main"} 2"#))
        if probes == 2 { scenario.twilio.otherwise(.accept) }
        await scenario.advance(by: .milliseconds(1))
        if probes == 1 {
          #expect(try await scenario.logged(Self.opens, count: 2).contains(#""waitMs":10000"#))
        }
      }
      try await scenario.logged("breaker lets one request through", count: 2)
      try await scenario.logged("breaker closed: the provider works again")
      try await scenario.withRunningClock {
        for index in 0..<5 {
          let outcome = try await scenario.outcome(for: "\(index)")
          #expect(outcome.ending == "accepted/ok")
        }
      }
      #expect(scenario.twilio.attemptCount == 11)
      #expect(await scenario.status().contains(#""breaker":"closed","reopensInMs":0"#))
      #expect(await scenario.metrics().contains(#"otp_breaker_state{connector="twilio-main"} 0"#))
    }
  }

  @Test func `an open breaker is half-open when its time has come, though nobody waits`()
    async throws
  {
    let setting = Setting(configure: { $0.policy = RetryPolicy(ambiguous: .never) })
    try await play(setting) { scenario in
      scenario.twilio.otherwise(.status(500))
      for index in 0..<5 { try await scenario.enqueue(scenario.request("\(index)")) }
      for index in 0..<5 { _ = try await scenario.outcome(for: "\(index)") }
      await scenario.advance(by: .seconds(5))
      #expect(await scenario.metrics().contains(#"otp_breaker_state{connector="twilio-main"} 1"#))
      #expect(await scenario.status().contains(#""breaker":"probing""#))

      scenario.twilio.otherwise(.accept)
      try await scenario.enqueue(scenario.request("next"))
      #expect(try await scenario.outcome(for: "next").ending == "accepted/ok")
      #expect(await scenario.metrics().contains(#"otp_breaker_state{connector="twilio-main"} 0"#))
    }
  }

  @Test func `one odd recipient stops nobody else, however often it fails`() async throws {
    try await play { scenario in
      let to = scenario.number()
      scenario.twilio.always(.status(500), for: to)
      let ids = (0..<12).map { "odd-\($0)" }
      for id in ids {
        try await scenario.enqueue(scenario.request(id, to: to, ["supersede": false]))
      }
      try await scenario.withRunningClock {
        for id in ids {
          let outcome = try await scenario.outcome(for: id)
          #expect(outcome.ending == "dead-lettered/ambiguous")
        }
      }
      #expect(scenario.twilio.attemptCount == 24)
      try await scenario.enqueue(scenario.request("other"))
      #expect(try await scenario.outcome(for: "other").ending == "accepted/ok")
      #expect(!scenario.journal.contents.lines.contains { $0.contains("breaker") })
    }
  }

  @Test(arguments: [503, 401])
  func `a connector that takes nothing does not stop the other channel`(status: Int) async throws {
    let server = MailServer()
    try await play(Setting(mailServer: server)) { scenario in
      scenario.twilio.otherwise(.status(status))
      for index in 0..<5 { try await scenario.enqueue(scenario.request("first-\(index)")) }
      try await scenario.logged(
        status == 401
          ? "connector held: it takes nothing until one request gets through" : Self.opens)
      for index in 0..<40 {
        try await scenario.enqueue(scenario.request("sms-\(index)"))
        let address = "u" + scenario.number().dropFirst() + "@example.org"
        try await scenario.enqueue(scenario.request("mail-\(index)", to: address))
      }
      for index in 0..<40 {
        #expect(try await scenario.outcome(for: "mail-\(index)").ending == "accepted/ok")
      }
      #expect(scenario.twilio.attemptCount <= 5)

      scenario.twilio.otherwise(.accept)
      try await scenario.withRunningClock {
        for index in 0..<40 {
          let outcome = try await scenario.outcome(for: "sms-\(index)")
          #expect(outcome.ending == "accepted/ok")
        }
      }
    }
  }
}
