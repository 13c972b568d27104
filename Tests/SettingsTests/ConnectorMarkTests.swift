import Testing

@testable import Settings

/// What tells an unchanged connector from a changed one.
struct ConnectorMarkTests {
  private let workbench: Workbench

  init() throws {
    workbench = try Workbench()
    try workbench.write("ca.pem", "certificates")
    try workbench.write("token", "token-of-twilio")
  }

  private func mark(
    _ text: String, _ environment: [String: String] = [:]
  ) throws -> ContentMark {
    try workbench.load(text, environment: environment).get().connectors[0].mark
  }

  @Test func `where settings stand and where they come from does not count`() throws {
    let mark = try mark(minimal)
    #expect(try self.mark("# a line\n\n" + minimal) == mark)
    #expect(try self.mark(minimal + "limits: { inFlight: 100 }\n") == mark)
    for reference in ["${TOKEN}", "${file:token}", "${NONE:-token-of-twilio}"] {
      let text = minimal.replacing("token-of-twilio", with: "\"\(reference)\"")
      #expect(try self.mark(text, ["TOKEN": "token-of-twilio"]) == mark)
    }
  }

  @Test(arguments: [
    ("AC123", "AC124"), ("token-of-twilio", "token-of-another"), ("Your code", "The code"),
    ("usageType: Generic", "usageType: SignIn"),
    ("provider: twilio", "concurrency: 3\n    provider: twilio"),
    ("provider: twilio", "defaultLocale: da\n    provider: twilio"),
    ("provider: twilio", "caFile: ca.pem\n    provider: twilio"),
    ("provider: twilio", "proxy: \"http://127.0.0.1:1\"\n    provider: twilio"),
  ])
  func `any setting counts`(from: String, to: String) throws {
    #expect(try mark(minimal.replacing(from, with: to)) != mark(minimal))
  }

  @Test func `a secret and certificates count by what is in them, which is not shown`() throws {
    let text = minimal.replacing("token-of-twilio", with: "\"${file:token}\"")
      .replacing("provider: twilio", with: "caFile: ca.pem\n    provider: twilio")
    let first = try mark(text)
    #expect(try mark(text) == first)
    try workbench.write("token", "token-of-another")
    let second = try mark(text)
    #expect(second != first)
    try workbench.write("ca.pem", "other certificates")
    #expect(try mark(text) != second)
    #expect("\(first)" == "<mark>")
  }
}
