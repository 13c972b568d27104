import Delivery
import Pipeline
import Sandbox
import TestSupport
import Testing

/// A request that takes nobody's place.
private struct Newer: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var usageType: String
  var payload: [String: any Sendable]
  var supersede: Bool

  init(
    _ description: String, usageType: String = "SignIn", payload: [String: any Sendable] = [:],
    supersede: Bool = true
  ) {
    testDescription = description
    self.usageType = usageType
    self.payload = payload
    self.supersede = supersede
  }
}

extension Scenarios {
  @Test func `an older code that waits for a retry is given up before the newer is sent`()
    async throws
  {
    try await play { scenario in
      let (to, newer) = (scenario.number(), scenario.code())
      scenario.twilio.script(for: to, [.status(503)])
      try await scenario.enqueue(scenario.request("older", to: to))
      let due = try await scenario.parked("older")
      try await scenario.enqueue(scenario.request("newer", to: to, code: newer))

      #expect(try await scenario.outcome(for: "newer").ending == "accepted/ok")
      let older = try await scenario.outcome(for: "older")
      #expect(older.ending == "superseded/newer.request")
      #expect(older.body.attempts == 1)
      #expect(!older.body.possibleDuplicate)
      await scenario.advance(to: due)
      #expect(scenario.twilio.messages.map(\.text) == ["\(newer) signs you in"])
      #expect(scenario.journal.contents.isConcluded("older", beforeSending: "newer"))
    }
  }

  @Test func `of five codes in a row the first and the newest are sent`() async throws {
    try await play { scenario in
      let to = scenario.number()
      let gate = scenario.gate(for: to)
      for index in 1...5 { try await scenario.enqueue(scenario.request("\(index)", to: to)) }
      // The first is being sent: whether it arrives is no longer ours to decide.
      for index in 2...4 {
        let outcome = try await scenario.outcome(for: "\(index)")
        #expect(outcome.ending == "superseded/newer.request")
        #expect(outcome.body.attempts == 0)
      }
      gate.raise()
      for id in ["1", "5"] {
        #expect(try await scenario.outcome(for: id).ending == "accepted/ok")
      }
      #expect(scenario.journal.contents.sent == ["1", "5"])
      #expect(scenario.twilio.messageCount == 2)
    }
  }

  @Test func `an older code whose answer was lost is not sent again once there is a newer`()
    async throws
  {
    try await play { scenario in
      let to = scenario.number()
      scenario.twilio.script(for: to, [.taken(.hang)])
      try await scenario.enqueue(scenario.request("older", to: to))
      try await scenario.taken(by: scenario.twilio, from: to)
      try await scenario.enqueue(scenario.request("newer", to: to))
      // Behind the newer one, so that it was taken when this is concluded.
      try await scenario.enqueue(scenario.request("other"))
      _ = try await scenario.outcome(for: "other")

      await scenario.advance(by: .seconds(12))
      let older = try await scenario.outcome(for: "older")
      #expect(older.ending == "superseded/newer.request")
      #expect(older.body.possibleDuplicate)
      #expect(try await scenario.outcome(for: "newer").ending == "accepted/ok")
      #expect(scenario.journal.contents.isConcluded("older", beforeSending: "newer"))
      #expect(scenario.twilio.messages.count { $0.recipient == to } == 2)
    }
  }

  @Test(arguments: [
    Newer("one that says so", supersede: false),
    Newer("one of another usage type", usageType: "Register"),
    Newer("one with a link", payload: ["link": "https://x.example/in"]),
    Newer("one for another application", payload: ["application": ["id": "two"]]),
    Newer(
      "an invitation", usageType: "OrganizationInvitation",
      payload: ["link": "https://x.example/in"]),
  ])
  private func `no older code is given up for`(_ newer: Newer) async throws {
    try await play { scenario in
      let to = scenario.number()
      func newerRequest(_ id: String) -> [UInt8] {
        scenario.request(
          id, to: to, usageType: newer.usageType, payload: newer.payload,
          ["supersede": newer.supersede])
      }

      // Whichever of the two comes first.
      scenario.twilio.script(for: to, [.status(503), .accept, .status(503)])
      try await scenario.enqueue(scenario.request("1", to: to))
      let due = try await scenario.parked("1")
      try await scenario.enqueue(newerRequest("2"))
      #expect(try await scenario.outcome(for: "2").ending == "accepted/ok")
      try await scenario.enqueue(newerRequest("3"))
      let laterDue = try await scenario.parked("3")
      try await scenario.enqueue(scenario.request("4", to: to, usageType: "BindMfa"))
      #expect(try await scenario.outcome(for: "4").ending == "accepted/ok")
      await scenario.advance(to: max(due, laterDue))
      for id in ["1", "3"] {
        #expect(try await scenario.outcome(for: id).ending == "accepted/ok")
      }
      #expect(scenario.twilio.messageCount == 4)
      #expect(scenario.journal.contents.sent.prefix(4) == ["1", "2", "3", "4"])
    }
  }
}

extension Journal.Contents {
  /// Whether the outcome of one request was acknowledged before the first try of another began.
  fileprivate func isConcluded(_ older: String, beforeSending newer: String) -> Bool {
    let conclusion = steps.firstIndex { step in
      if step.eventID == older, case .concluded = step.kind { true } else { false }
    }
    let sending = steps.firstIndex { step in
      if step.eventID == newer, case .sending = step.kind { true } else { false }
    }
    guard let conclusion, let sending else { return false }
    return conclusion < sending
  }
}
