import Testing

@testable import Settings

struct ConfigurationRestartTests {
  private func keys(_ change: (String) -> String) throws -> [String] {
    let workbench = try Workbench()
    let text = minimal + "admin: { port: 9500 }\n"
    let start = try workbench.load(text).get()
    return try workbench.load(change(text)).get().keysThatNeedARestart(since: start)
  }

  @Test(arguments: [
    ("limits: { inFlight: 9 }", []), ("delivery: { tries: 2 }", []), ("log: { level: debug }", []),
    ("deadLetter: { value: redacted }", []),
    ("privacy: { hashKey: \"a key of sixteen bytes or more\" }", []),
    ("log: { format: text }", ["log.format"]),
    ("topics: { requests: a, results: b }", ["topics.requests", "topics.results"]),
    ("topics: { deadLetters: c }", ["topics.deadLetters"]),
  ])
  func `what a restart needs is named`(section: String, expected: [String]) throws {
    #expect(try keys { $0 + section + "\n" } == expected)
  }

  @Test func `so are Kafka's properties and the admin listener`() throws {
    #expect(
      try keys { $0.replacing("group.id: otp-worker", with: "group.id: other, client.id: me") }
        == ["kafka.client.id", "kafka.group.id"])
    #expect(try keys { $0.replacing("port: 9500", with: "port: 9501") } == ["admin.port"])
    #expect(
      try keys { $0.replacing("port: 9500", with: "port: 9500, host: \"::1\"") } == ["admin.host"])
    #expect(
      try keys { $0.replacing("port: 9500", with: "port: 9500, enabled: false") }
        == ["admin.enabled"])
  }
}
