import Delivery
import Pipeline
import Sandbox
import TestSupport
import Testing

extension Scenarios {
  @Test(arguments: [1, 2, 3] as [UInt64])
  func `providers do whatever they like: each request ends once, and as it went`(seed: UInt64)
    async throws
  {
    var setting = Setting(partitions: 2, concurrency: 3)
    // Budgets so small that each is used up.
    setting.configure = { configuration in
      configuration.limits.inFlight = 4
      configuration.limits.parked = 12
      configuration.limits.concluding = 4
      configuration.limits.uncommittedSpan = 30
    }
    try await play(setting) { scenario in
      var generator = SeededGenerator(seed: seed)
      var recipients: [String: String] = [:]
      for index in 0..<120 {
        let to =
          index % 4 == 0 ? recipients["\(index / 2)"] ?? scenario.number() : scenario.number()
        scenario.scriptMishaps(for: to, using: &generator)
        recipients["\(index)"] = to
        try await scenario.enqueue(
          scenario.request(
            "\(index)", to: to, ["ttlSeconds": Int.random(in: 1...60, using: &generator)]),
          partition: Int32(index % 2))
      }
      try await scenario.letTimePass(untilOutcomes: 120)

      let messages = Dictionary(grouping: scenario.twilio.messages) { $0.idempotencyKey ?? "" }
      for (id, to) in recipients {
        let outcome = try await scenario.outcome(for: id)
        let count = messages[id, default: []].count
        #expect(messages[id, default: []].allSatisfy { $0.recipient == to })
        switch outcome.body.outcome {
        case "accepted":
          #expect(count == 1 || count == 2 && outcome.body.possibleDuplicate, "\(id)")
        case "dead-lettered": #expect(count <= 2, "\(id)")
        default:
          // One may have gone out whose answer was lost; then the outcome owns up to it.
          #expect(count == 0 || count == 1 && outcome.body.possibleDuplicate, "\(id)")
        }
        #expect(outcome.body.attempts <= 4)
      }
      let dead = scenario.journal.contents.outcomes.count { $0.body.outcome == "dead-lettered" }
      _ = try await scenario.journal.first("\(dead) dead letters") { contents in
        contents.deadLetters.count >= dead ? true : nil
      }
      #expect(scenario.journal.contents.deadLetters.count == dead)
      #expect(!scenario.journal.contents.sendsPastDeadline)
    }
  }
}

extension Scenario {
  /// Lets the provider do odd things with the first requests for a recipient.
  fileprivate func scriptMishaps(for recipient: String, using generator: inout SeededGenerator) {
    for _ in 0..<Int.random(in: 0...3, using: &generator) {
      switch Int.random(in: 0..<9, using: &generator) {
      case 0: twilio.script(for: recipient, [.accept])
      case 1: twilio.script(for: recipient, [.status(503)])
      case 2: twilio.script(for: recipient, [.status(429, retryAfter: .seconds(2))])
      case 3: twilio.script(for: recipient, [.close])
      case 4: twilio.script(for: recipient, [.taken(.close)])
      case 5: twilio.script(for: recipient, [.refuse(code: "21610")])
      case 6: twilio.script(for: recipient, [.refuse(code: "21408")])
      case 7: twilio.script(for: recipient, [.status(500)])
      default: twilio.script(for: recipient, [.status(401)])
      }
    }
  }

  /// Moves the clock whenever no send is open, until so many requests have ended.
  fileprivate func letTimePass(untilOutcomes count: Int) async throws {
    while journal.contents.conclusions < count {
      _ = try await journal.first("the end of all tries") { contents in
        contents.sent.count == contents.endedTries ? true : nil
      }
      await advance(by: .milliseconds(100))
    }
  }
}

extension Journal.Contents {
  /// How many requests have ended.
  fileprivate var conclusions: Int {
    steps.count { if case .concluded = $0.kind { true } else { false } }
  }

  /// Whether a try began when it was too late.
  fileprivate var sendsPastDeadline: Bool {
    var lastTries: [String: Timestamp] = [:]
    for step in steps {
      if case .sending = step.kind { lastTries[step.eventID] = step.at }
      if case .concluded(let outcome) = step.kind, outcome.kind == .expired,
        let last = lastTries[step.eventID], last > outcome.concludedAt
      {
        return true
      }
    }
    return false
  }
}
