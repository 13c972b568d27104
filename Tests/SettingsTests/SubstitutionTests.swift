import Delivery
import Testing

@testable import Settings

@Suite struct SubstitutionTests {
  private let environment = [
    "NAME": "otp", "EMPTY": "", "YAML": "x\n  injected: true # &a *b", "PORT": "9999",
    "FLAG": "true", "_x1": "y",
  ]

  private func topic(_ text: String) throws -> String {
    try Workbench().load(minimal + "topics: { requests: \"\(text)\" }", environment: environment)
      .get().topics.requests
  }

  private func problem(_ text: String) throws -> [String] {
    try Workbench().problems(
      minimal + "topics: { requests: \"\(text)\" }", environment: environment)
  }

  @Test(arguments: [
    ("${NAME}", "otp"), ("a.${NAME}.${NAME}", "a.otp.otp"), ("${NAME:-other}", "otp"),
    ("${MISSING:-other}", "other"), ("${EMPTY:-other}", "other"), ("a${EMPTY}b", "ab"),
    ("a${MISSING:-}b", "ab"), ("${_x1}", "y"),
  ])
  func `a reference becomes the value of its variable`(text: String, topic: String) throws {
    #expect(try self.topic(text) == topic)
  }

  @Test(arguments: [
    ("$$", "$"), ("$$$$", "$$"), ("$${NAME}", "${NAME}"), ("$$${NAME}", "$otp"), ("5$", "5$"),
    ("$5 $x", "$5 $x"), ("a$", "a$"), ("${X:-a:-b$}", "a:-b$"),
  ])
  func `a dollar is a dollar unless a brace follows`(text: String, value: String) throws {
    let workbench = try Workbench()
    let configuration = try workbench.load(
      minimal.replacing("AC123", with: "\"\(text)\""), environment: environment
    ).get()
    #expect((configuration.connectors.first?.driver as? StandInSMS)?.account == value)
  }

  @Test(arguments: [
    ("${MISSING}", "the variable MISSING is not set"),
    ("${file:absent}", "the file absent does not exist"),
    ("${file:.}", "the file . cannot be read (is it a file?)"),
    (
      "${}",
      "holds a reference that is none of ${NAME}, ${NAME:-text} and ${file:path}; write $${ for the characters ${"
    ),
    (
      "${1X}",
      "holds a reference that is none of ${NAME}, ${NAME:-text} and ${file:path}; write $${ for the characters ${"
    ),
    (
      "${NAME:x}",
      "holds a reference that is none of ${NAME}, ${NAME:-text} and ${file:path}; write $${ for the characters ${"
    ),
    (
      "${NÄME}",
      "holds a reference that is none of ${NAME}, ${NAME:-text} and ${file:path}; write $${ for the characters ${"
    ),
    ("${NAME", "holds ${ without }; write $${ for the characters ${"),
  ])
  func `a reference that leads nowhere is the one problem of its key`(
    text: String, message: String
  ) throws {
    #expect(try problem(text) == ["otp-worker.yaml:12:21: topics.requests: \(message)"])
  }

  @Test func `all that is missing in a value is told`() throws {
    #expect(try problem("${ONE}-${TWO}").count == 2)
  }

  @Test(arguments: [
    ("secret-of-file\n", "secret-of-file"), ("secret\r\n", "secret"), ("two\n\n", "two\n"),
    ("bare", "bare"),
  ])
  func `a file gives its content without one line break at the end`(
    content: String, value: String
  ) throws {
    let workbench = try Workbench()
    let file = try workbench.write("secrets/token", content)
    for path in [file, "secrets/token", "./secrets/token"] {
      let result = try workbench.load(
        minimal.replacing("token-of-twilio", with: "${file:\(path)}"))
      if value.contains("\n") {
        #expect(throws: ConfigurationProblems.self) { try result.get() }
      } else {
        let driver = try result.get().connectors.first?.driver as? StandInSMS
        #expect(driver?.token == Secret(value))
        #expect(try result.get().sources.contains { $0.hasSuffix("secrets/token") })
      }
    }
  }

  @Test(
    arguments: [[0xFF, 0xFE], [0x61, 0x00], Array(repeating: 0x61, count: 70_000)] as [[UInt8]])
  func `a file that holds no short text is a problem that names it`(bytes: [UInt8]) throws {
    let workbench = try Workbench()
    try workbench.write("token", bytes)
    let problems = try workbench.problems(
      minimal.replacing("token-of-twilio", with: "${file:token}"))
    #expect(problems.count == 1)
    #expect(
      problems.first?.hasPrefix(
        "otp-worker.yaml:8:18: connectors.twilio-main.config.authToken: the file token is ") == true
    )
  }

  @Test func `a value cannot become YAML`() throws {
    let workbench = try Workbench()
    let configuration = try workbench.load(
      minimal.replacing("localhost:9092", with: "${YAML}").replacing("otp-worker }", with: "g }"),
      environment: ["YAML": "x, injected: true } # &a *b"]
    ).get()
    #expect(configuration.kafka.properties.map(\.key) == ["bootstrap.servers", "group.id"])
    #expect(configuration.kafka.properties[0].value.reveal() == "x, injected: true } # &a *b")
  }

  @Test func `numbers and flags may come from variables`() throws {
    let workbench = try Workbench()
    let text = minimal.replacing(
      "    from:",
      with: "    disableRiskCheck: ${FLAG}\n      validityPeriod: ${PORT}\n      from:")
    let configuration = try workbench.load(
      text + "admin:\n  port: ${PORT}\n  enabled: ${FLAG}\n", environment: environment
    ).get()
    #expect(configuration.admin == AdminSettings(host: "127.0.0.1", port: 9_999))
    let driver = try #require(configuration.connectors.first?.driver as? StandInSMS)
    #expect(driver.disablesRiskCheck)
    #expect(driver.validity == 9_999)
  }
}
