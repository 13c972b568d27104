import Delivery
import TestSupport
import Testing

extension Scenarios {
  /// An address that no other request has; must never be told.
  private func address(_ scenario: Scenario) -> String {
    let address = "u" + scenario.number().dropFirst() + "@example.org"
    scenario.hide(address)
    return address
  }

  @Test func `a code goes out by mail`() async throws {
    let server = MailServer()
    try await play(Setting(mailServer: server)) { scenario in
      let (to, code) = (address(scenario), scenario.code())
      try await scenario.enqueue(scenario.request("r", to: to, code: code))

      let outcome = try await scenario.outcome(for: "r")
      #expect(outcome.ending == "accepted/ok")
      #expect(outcome.body.attempts == 1)
      let mail = try #require(server.mails.first)
      #expect(mail.recipient == "RCPT TO:<\(to)>")
      #expect(mail.data.contains("Subject: Your code\r\n"))
      #expect(mail.data.contains("multipart/alternative"))
      #expect(mail.data.contains("Your code is \(code)\r\n"))
      #expect(mail.data.contains("<p>Your code is <b>\(code)</b></p>"))
      #expect(server.commands[0].contains { $0.hasPrefix("AUTH PLAIN") })
    }
  }

  @Test func `a greylisted recipient waits without using a try`() async throws {
    let server = MailServer { command, number in
      command.hasPrefix("RCPT") && number == 1 ? .write("450 4.2.0 greylisted\r\n") : nil
    }
    try await play(Setting(mailServer: server)) { scenario in
      let begun = scenario.now
      try await scenario.enqueue(scenario.request("r", to: address(scenario)))
      let due = try await scenario.deferred("r")
      #expect(due == begun + .seconds(120))
      await scenario.advance(to: due)

      let outcome = try await scenario.outcome(for: "r")
      #expect(outcome.ending == "accepted/ok")
      #expect(outcome.body.attempts == 1)
      #expect(!outcome.body.possibleDuplicate)
      #expect(server.mails.count == 1)
    }
  }

  @Test func `a connection lost behind the dot costs one extra mail with the same Message-ID`()
    async throws
  {
    let server = MailServer { command, number in command == "." && number == 1 ? .close : nil }
    try await play(Setting(mailServer: server)) { scenario in
      try await scenario.enqueue(scenario.request("r", to: address(scenario)))
      try await scenario.advance(to: scenario.parked("r"))

      let outcome = try await scenario.outcome(for: "r")
      #expect(outcome.ending == "accepted/ok")
      #expect(outcome.body.attempts == 2)
      #expect(outcome.body.possibleDuplicate)
      let ids = server.mails.map { mail in
        mail.data.split(separator: "\r\n").first { $0.hasPrefix("Message-ID: ") }
      }
      #expect(ids.count == 2)
      #expect(ids[0] != nil && ids[0] == ids[1])
    }
  }

  @Test func `a connection lost before the dot is tried again, and nothing is sent twice`()
    async throws
  {
    let server = MailServer { command, number in command == "DATA" && number == 1 ? .close : nil }
    try await play(Setting(mailServer: server)) { scenario in
      try await scenario.enqueue(scenario.request("r", to: address(scenario)))
      try await scenario.advance(to: scenario.parked("r"))

      let outcome = try await scenario.outcome(for: "r")
      #expect(outcome.ending == "accepted/ok")
      #expect(outcome.body.attempts == 2)
      #expect(!outcome.body.possibleDuplicate)
      #expect(server.mails.count == 1)
    }
  }

  @Test func `a refused login holds the connector, and nobody's mail is lost`() async throws {
    let server = MailServer { command, number in
      command.hasPrefix("AUTH") && number == 1 ? .write("535 5.7.8 no\r\n") : nil
    }
    try await play(Setting(mailServer: server)) { scenario in
      try await scenario.enqueue(scenario.request("r", to: address(scenario)))
      try await scenario.logged("attempt failed")
      try await scenario.withRunningClock {
        _ = try await scenario.outcome(for: "r")
      }
      #expect(try await scenario.outcome(for: "r").ending == "accepted/ok")
      #expect(server.mails.count == 1)
    }
  }
}
