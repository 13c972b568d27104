import Delivery
import Testing

@testable import Settings

@Suite struct ConnectorReaderTests {
  private let bare = """
    kafka: { bootstrap.servers: "localhost:9092", group.id: otp-worker }
    active: { sms: twilio }

    """
  /// As Logto's console and API give it.
  private let logto = """
    {
    \t"accountSID": "AC0123456789",
    \t"authToken": "pa$$word${not a reference}",
    \t"fromMessagingServiceSID": "MG0123456789",
    \t"disableRiskCheck": true,
    \t"templates": [
    \t\t{"usageType": "SignIn", "content": "Your code \\uD83D\\uDD11 is {{code}}"},
    \t\t{"usageType": "Generic", "content": "Your code is {{code}}\\n"}
    \t]
    }
    """

  private func contents(_ templates: SettingNode?) -> [String] {
    guard case .array(let elements)? = templates?.value else { return [] }
    return elements.compactMap { element in
      element.members?.first { $0.key == "content" }?.node.scalarText
    }
  }

  @Test func `Logto's JSON is taken as it is, from a file of its own`() throws {
    let workbench = try Workbench()
    let path = try workbench.write("logto/twilio.json", logto)
    let configuration = try workbench.load(
      bare + """
        connectors:
          twilio: { provider: twilio-short-message-service, configFile: logto/twilio.json }

        """
    ).get()
    let connector = try #require(configuration.connector(for: .sms))
    let driver = try #require(connector.driver as? StandInSMS)
    #expect(driver.token == Secret("pa$$word${not a reference}"))
    #expect(driver.disablesRiskCheck)
    #expect(
      contents(connector.templates) == ["Your code 🔑 is {{code}}", "Your code is {{code}}\n"])
    #expect(connector.templates?.position == SourcePosition(file: path, line: 6, column: 15))
    #expect(configuration.sources.last == path)
  }

  @Test func `JSON may stand in the YAML file too`() throws {
    let json = logto.replacing("\t", with: " ").replacing("$", with: "")
      .replacing("\\uD83D\\uDD11", with: "🔑").replacing("\n", with: "\n      ")
    let configuration = try Workbench().load(
      bare
        + "connectors:\n  twilio:\n    provider: twilio-short-message-service\n    config: \(json)\n"
    ).get()
    #expect(contents(configuration.connector(for: .sms)?.templates).count == 2)
  }

  @Test func `a folder holds a connector in each file`() throws {
    let workbench = try Workbench()
    try workbench.write(
      "connectors.d/twilio.yml",
      """
      provider: twilio-short-message-service
      concurrency: 7
      rateLimit: 0.5
      configFile: ../twilio.json
      """)
    try workbench.write("twilio.json", logto)
    try workbench.write(
      "connectors.d/mail.json",
      #"{"provider": "http-email", "config": {"endpoint": "https://example.com/mail"}}"#)
    try workbench.write("connectors.d/README.md", "# no connector")
    try workbench.write("connectors.d/.hidden.yaml", "5")
    let configuration = try workbench.load(
      bare.replacing("sms: twilio", with: "sms: twilio, email: mail")
        + "connectorsDirectory: connectors.d\n"
    ).get()
    #expect(configuration.connectors.map(\.name) == ["mail", "twilio"])
    #expect(configuration.connector(for: .sms)?.concurrency == 7)
    #expect(configuration.connector(for: .sms)?.rateLimit == 0.5)
    #expect(configuration.connector(for: .email)?.rateLimit == nil)
    #expect(configuration.connector(for: .email)?.concurrency == 64)
    #expect(configuration.connector(for: .email)?.templates == nil)
    #expect(
      configuration.sources.map { $0.replacing(workbench.folder + "/", with: "") } == [
        "otp-worker.yaml", "connectors.d", "connectors.d/mail.json", "connectors.d/twilio.yml",
        "connectors.d/../twilio.json",
      ])
  }

  @Test func `problems in files of their own are told with those of the main one`() throws {
    let workbench = try Workbench()
    try workbench.write("d/syntax.yaml", "provider: [")
    try workbench.write("d/twilio.json", "{\"provider\": \"nobody\"}")
    try workbench.write("d/twilio.yaml", "provider: http-email\nconfig:\n  endpoint: no\n")
    let problems = try workbench.problems(bare + "connectorsDirectory: d\nlog: { level: all }\n")
    #expect(
      problems == [
        "d/syntax.yaml:2:1: is not YAML: did not find expected node content, while parsing a flow node",
        "d/twilio.json:1:14: connectors.twilio.provider: unknown provider \"nobody\"; known: http-email, twilio-short-message-service",
        "d/twilio.yaml:1:1: connectors.twilio: is given twice; the first time in d/twilio.json on line 1",
        "otp-worker.yaml:4:15: log.level: must be one of debug, info, warning, error, found \"all\"",
      ])
  }

  @Test(arguments: [
    (
      "config: {}\n    configFile: x.json",
      "otp-worker.yaml:7:17: connectors.twilio.configFile: stands beside config; keep one of the two"
    ),
    (
      "configFile: absent.json",
      "otp-worker.yaml:6:17: connectors.twilio.configFile: the file absent.json does not exist"
    ),
    (
      "configFile: [1]",
      "otp-worker.yaml:6:17: connectors.twilio.configFile: must be text on one line, not empty, found a list"
    ),
    (
      "configFile: list.json",
      "list.json:1:1: connectors.twilio.config: must be a mapping of keys to values"
    ),
  ])
  func `a file of settings that cannot be used is told`(lines: String, problem: String) throws {
    let workbench = try Workbench()
    try workbench.write("list.json", "[]")
    let problems = try workbench.problems(
      bare + """
        connectors:
          twilio:
            provider: twilio-short-message-service
            \(lines)

        """)
    #expect(problems.first == problem)
  }

  @Test(arguments: [
    ("{}", "2:1: active: names no connector: set active.sms, active.email or both"),
    ("{ sms: }", "2:1: active: names no connector: set active.sms, active.email or both"),
    (
      "{ sms: mail }", "2:16: active.sms: \"mail\" is a connector for email, this needs one for sms"
    ),
    (
      "{ sms: \"${MAIL}\" }",
      "2:16: active.sms: the connector named here is a connector for email, this needs one for sms"
    ),
    ("{ sms: \"${X}\" }", "2:16: active.sms: names no connector; known: mail, twilio-main"),
    ("{ email: mial }", "2:18: active.email: unknown connector \"mial\"; did you mean \"mail\"?"),
    (
      "{ email: somebody }",
      "2:18: active.email: unknown connector \"somebody\"; known: mail, twilio-main"
    ),
  ])
  func `a channel without a connector that serves it is told`(
    active: String, problem: String
  ) throws {
    let problems = try Workbench().problems(
      minimal.replacing("{ sms: twilio-main }", with: active)
        + "  mail: { provider: http-email, config: { endpoint: \"https://example.com\" } }\n",
      environment: ["MAIL": "mail", "X": "nobody-at-all"])
    #expect(problems == ["otp-worker.yaml:\(problem)"])
  }

  @Test func `what a driver finds unusable without saying why is still a problem`() throws {
    let problems = try Workbench().problems(
      minimal + "  mail: { provider: http-email, config: { endpoint: \"https://a b\" } }\n")
    #expect(problems.count == 1)
    #expect(problems.first?.contains("connectors.mail.config.endpoint: must be a URL") == true)
  }

  @Test func `a proxy may name a user`() throws {
    let configuration = try Workbench().load(
      minimal.replacing("    config:", with: "    proxy: http://user:pass@proxy:3128\n    config:")
    ).get()
    #expect(configuration.connectors.first?.proxy?.reveal() == "http://user:pass@proxy:3128")
  }
}
