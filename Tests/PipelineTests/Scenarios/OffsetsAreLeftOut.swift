import Testing

extension Scenarios {
  @Test func `a gap leads past what the last commit allows, and all behind it is sent in order`()
    async throws
  {
    try await play(Setting(clients: .without(3..<200))) { scenario in
      try await scenario.enqueue(all: (0..<300).map { scenario.request("\($0)") })
      let ids = (Array(0..<3) + Array(200..<300)).map(String.init)
      for id in ids { #expect(try await scenario.outcome(for: id).ending == "accepted/ok") }
      #expect(scenario.journal.contents.sent == ids)
      #expect(scenario.journal.contents.outcomes.count == ids.count)
      try await scenario.commit(upTo: 300)
    }
  }
}
