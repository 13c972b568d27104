import Delivery
import Foundation
import Providers
import Settings
import Testing

@Suite struct ExampleConfigurationTests {
  private let environment = [
    "TWILIO_ACCOUNT_SID": "AC0123456789", "TWILIO_AUTH_TOKEN": "token-of-twilio",
  ]

  /// The file in the repository, beside which this test stands.
  private var file: URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "deploy/otp-worker.example.yaml")
  }

  @Test func `the file in deploy is what the table says`() throws {
    if ProcessInfo.processInfo.environment["UPDATE_EXAMPLE"] != nil {
      try Data(ExampleConfiguration.text.utf8).write(to: file)
    }
    let text = try String(contentsOf: file, encoding: .utf8)
    #expect(text == ExampleConfiguration.text, "run the tests once with UPDATE_EXAMPLE=1")
  }

  @Test func `the file in deploy loads and means the defaults`() throws {
    let example = try loader(environment, drivers: DriverCatalog.all).load(path: file.path).get()
    let workbench = try Workbench()
    let defaults = try workbench.load(minimal).get()
    #expect(example.topics == defaults.topics)
    #expect(example.delivery.lifetimes == defaults.delivery.lifetimes)
    #expect(example.delivery.tries == defaults.delivery.tries)
    #expect(example.delivery.minRemaining == defaults.delivery.minRemaining)
    #expect(example.limits == defaults.limits)
    #expect(example.admin == defaults.admin)
    #expect(example.log == defaults.log)
    #expect(example.deadLetter == defaults.deadLetter)
    #expect(example.connector(for: .sms)?.name == "twilio-main")
  }

  @Test func `every key stands in the example and in the help`() {
    for section in SettingsTable.sections {
      for row in section.rows {
        #expect(ExampleConfiguration.text.contains("\(row.key):"), "\(section.path) \(row.key)")
        #expect(SettingsTable.help().contains("  \(row.key)\n"), "\(section.path) \(row.key)")
        #expect(row.summary.hasSuffix("."), "\(section.path) \(row.key)")
      }
    }
  }

  @Test func `with every commented key set the example still loads`() throws {
    let workbench = try Workbench()
    let key = try workbench.write("hash-key", "0123456789abcdef0123456789abcdef\n")
    let authority = try workbench.write("ca.pem", "certificates")
    var text = ExampleConfiguration.text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { Self.uncommented(String($0)) }.joined(separator: "\n")
    text = text.replacing("/run/secrets/otp-hash-key", with: key)
      .replacing("/etc/ssl/private-ca.pem", with: authority)
    let all = try workbench.load(text, environment: environment, drivers: DriverCatalog.all).get()
    let connector = try #require(all.connector(for: .sms))
    #expect(connector.concurrency == 64)
    #expect(connector.defaultLocale == "en")
    #expect(connector.caFile == authority)
    #expect(connector.proxy?.reveal() == "http://proxy.internal:3128")
    #expect(all.delivery.only?.count == 2)
    #expect(all.privacy.hashKey?.reveal() == "0123456789abcdef0123456789abcdef")
  }

  /// A commented key is `# key: value` with a key of the table; prose has no such shape.
  private static func uncommented(_ line: String) -> String {
    let left = ["configFile", "connectorsDirectory", "email"]
    let isKey = SettingsTable.sections.flatMap(\.rows).contains { row in
      line.contains("# \(row.key): ") && row.fallback == nil && !left.contains(row.key)
    }
    return isKey ? line.replacing("# ", with: "", maxReplacements: 1) : line
  }
}
