import Delivery
import EventLoop
import JSON
import Providers
import Settings
import TestSupport
import Testing

@testable import Worker

@Suite(.timeLimit(.minutes(1)))
struct ConnectorsCommandTests {
  private let captured = CapturedConsole()

  // MARK: - The list

  @Test func `Every driver is listed, for people and for scripts`() throws {
    let command = ConnectorsCommand(captured.console())
    #expect(command.list(try arguments([], of: ConnectorsCommand.list)) == ExitCode.ok)
    for driver in DriverCatalog.all {
      #expect(captured.output.contains("\(driver.descriptor.id)\n"))
      #expect(captured.output.contains(driver.descriptor.documentation))
    }
    let scripts = CapturedConsole()
    let given = try arguments(["--json"], of: ConnectorsCommand.list)
    #expect(ConnectorsCommand(scripts.console()).list(given) == ExitCode.ok)
    guard case .array(let all) = try JSONValue(parsing: Array(scripts.output.utf8.dropLast()))
    else {
      Issue.record("no list: \(scripts.output)")
      return
    }
    #expect(
      Set(all.compactMap { $0["id"]?.string }) == Set(DriverCatalog.all.map { $0.descriptor.id }))
  }

  @Test func `A configuration tells which of them are used`() throws {
    let file = try TemporaryFile(configuration(port: 9))
    let given = try arguments(["--config", file.path], of: ConnectorsCommand.list)
    #expect(ConnectorsCommand(captured.console()).list(given) == ExitCode.ok)
    #expect(captured.output.contains("here      http (active)"))
    #expect(captured.output.contains("here      twilio (not active)"))
  }

  // MARK: - Examples

  @Test(arguments: DriverCatalog.all.map { $0.descriptor.id })
  func `What show prints is a configuration as it is`(id: String) throws {
    let given = try arguments([id], of: ConnectorsCommand.show)
    #expect(ConnectorsCommand(captured.console()).show(given) == ExitCode.ok)
    let driver = try #require(DriverCatalog.driver(id: id)?.descriptor)
    let file = try TemporaryFile(captured.output)
    let configuration = try ConfigurationLoader(environment: [:]).load(path: file.path).get()
    #expect(configuration.connectors.map(\.provider) == [id])
    #expect(configuration.connector(for: driver.channel) != nil)
    for setting in driver.settings { #expect(captured.output.contains("\(setting.key):")) }
    #expect(captured.output.split(separator: "\n").allSatisfy { $0.count <= 102 })
  }

  /// What is commented out must be right too once somebody takes the sign away.
  @Test(arguments: DriverCatalog.all.map { $0.descriptor.id })
  func `Every optional setting that show prints has the right form`(id: String) throws {
    let driver = try #require(DriverCatalog.driver(id: id)?.descriptor)
    let text = ConnectorExample(driver).text
    for setting in driver.settings where text.contains("# \(setting.key): ") {
      let file = try TemporaryFile(
        text.replacing("# \(setting.key): ", with: "\(setting.key): "))
      let result = ConfigurationLoader(environment: [:]).load(path: file.path)
      // Alone it may lack a companion, which is another key's problem.
      if case .failure(let problems) = result {
        #expect(!problems.problems.contains { $0.key.hasSuffix(".\(setting.key)") }, "\(problems)")
      }
    }
  }

  @Test(arguments: [
    ("twlio", "did you mean \"twilio-short-message-service\"?"),
    ("http-smss", "did you mean \"http-sms\"?"),
    ("carrier-pigeon", "known: "),
  ])
  func `A provider that is mistyped`(name: String, message: String) throws {
    let given = try arguments([name], of: ConnectorsCommand.show)
    #expect(ConnectorsCommand(captured.console()).show(given) == ExitCode.usage)
    #expect(captured.errors.contains(message), "\(captured.errors)")
  }

  @Test func `The beginning of an id is enough where only one has it`() throws {
    let given = try arguments(["twilio-sh"], of: ConnectorsCommand.show)
    #expect(ConnectorsCommand(captured.console()).show(given) == ExitCode.ok)
  }

  // MARK: - One real message

  private func configuration(port: UInt16) -> String {
    """
    kafka: { bootstrap.servers: "127.0.0.1:9", group.id: w }
    active: { sms: http }
    delivery: { only: ["+45*", "*@example.com"] }
    connectors:
      http:
        provider: http-sms
        config: { endpoint: "http://127.0.0.1:\(port)/path?token=of-the-query", authorization: of-the-header }
      twilio:
        provider: twilio-short-message-service
        config:
          accountSID: AC00000000000000000000000000000000
          authToken: of-the-account
          from: "+15005550006"
          endpoint: "http://127.0.0.1:\(port)"
          templates: [{ usageType: Generic, content: "{{code}} for {{name}}" }]
    """
  }

  private func test(_ words: [String], answer: String, reads: Bool = true) async throws
    -> (code: Int32, received: String)
  {
    let server = MisbehavingServer([[.readRequest, .write(answer), .finish]])
    defer { server.stop() }
    let file = try TemporaryFile(configuration(port: server.port))
    let given = try arguments(["--config", file.path] + words, of: ConnectorsCommand.test)
    let console = captured.console()
    let code = try await withLoop { _, loop in
      await ConnectorsCommand(console).test(given, loop: loop)
    }
    return (code, server.connections.first?.text ?? "")
  }

  private static func reply(_ status: String, _ body: String = "") -> String {
    "HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
  }

  @Test func `An accepted message is told with ids, and nothing that must not be seen`()
    async throws
  {
    let (code, received) = try await test(
      ["twilio", "--to", "+45 12345678", "--code", "424242", "--payload", #"{"name":"Shop"}"#],
      answer: Self.reply("201 Created", #"{"sid":"SM123"}"#))
    #expect(code == ExitCode.ok)
    #expect(
      received.contains("Body=424242+for+Shop") || received.contains("Body=424242%20for%20Shop"))
    #expect(received.lowercased().contains("idempotency-key:"))
    for wanted in [
      "twilio: SignIn to +45••••••78", "template Generic", "request POST http://127.0.0.1:",
      "HTTP 201", "class accepted", "ids SM123",
    ] {
      #expect(captured.words.contains(wanted), "\(wanted)")
    }
    for hidden in ["424242", "12345678", "of-the-account", "Basic"] {
      #expect(!captured.output.contains(hidden), "\(hidden)")
    }
  }

  @Test(
    arguments: [
      ("400 Bad Request", "rejected", 10), ("429 Too Many Requests", "throttled", 15),
      ("503 Service Unavailable", "transient", 16), ("500 Internal Server Error", "ambiguous", 17),
      ("401 Unauthorized", "misconfigured", 78),
    ] as [(String, String, Int32)])
  func `The exit code is that of the class`(
    status: String, label: String, code: Int32
  ) async throws {
    let result = try await test(
      ["http", "--to", "+4512345678", "--json"], answer: Self.reply(status))
    #expect(result.code == code)
    let json = try JSONValue(parsing: Array(captured.output.utf8.dropLast()))
    #expect(json["class"]?.string == label)
    for hidden in ["of-the-query", "of-the-header", "4512345678"] {
      #expect(!captured.output.contains(hidden), "\(hidden)")
    }
  }

  @Test func `No connection is certainly not sent`() async throws {
    let port = RefusingPort()
    let file = try TemporaryFile(configuration(port: port.number))
    let given = try arguments(
      ["http", "--config", file.path, "--to", "+4512345678"], of: ConnectorsCommand.test)
    let console = captured.console()
    let code = try await withLoop { _, loop in
      await ConnectorsCommand(console).test(given, loop: loop)
    }
    #expect(code == 16)
    #expect(captured.output.contains("no connection: certainly not sent"))
    #expect(captured.output.contains("connect.refused"))
  }

  @Test(
    arguments: [
      (["htp", "--to", "+4512345678"], ExitCode.usage, "did you mean \"http\"?"),
      (["http"], ExitCode.usage, "needs --to"),
      (["http", "--to", "a@example.com"], ExitCode.usage, "--to must be a phone number"),
      (["http", "--to", "+4912345678"], ExitCode.configuration, "delivery.only"),
      (["twilio", "--to", "+4512345678"], ExitCode.usage, "needs {{name}}: give it in --payload"),
    ] as [([String], Int32, String)])
  func `What keeps it from sending is said before anything is sent`(
    words: [String], code: Int32, message: String
  ) async throws {
    let (result, received) = try await test(words, answer: "")
    #expect(result == code)
    #expect(captured.errors.contains(message), "\(captured.errors)")
    #expect(received.isEmpty)
  }
}
