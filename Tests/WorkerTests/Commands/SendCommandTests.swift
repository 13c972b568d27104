import Delivery
import EventLoop
import JSON
import Kafka
import Pipeline
import Settings
import TestSupport
import Testing

@testable import Worker

@Suite(.timeLimit(.minutes(1)))
struct SendCommandTests {
  private static let partitions: Int32 = 4
  private let captured = CapturedConsole()

  private func cluster(results: Int = 4) throws -> EmbeddedCluster {
    let cluster = try EmbeddedCluster()
    try cluster.createTopic("send-otp", partitions: Int(Self.partitions))
    try cluster.createTopic("send-otp.results", partitions: results)
    try cluster.createTopic("dlq.send-otp", partitions: 1)
    return cluster
  }

  private func send(
    _ words: [String], to cluster: EmbeddedCluster,
    ending: @escaping @Sendable (Request) -> Outcome.Kind? = { _ in .accepted }
  ) async throws -> Int32 {
    let given = try arguments(
      ["--bootstrap-servers", cluster.bootstrapServers, "--to", "+4512345678"] + words,
      of: SendCommand.command)
    let console = captured.console()
    return try await withLoop { _, loop in
      let worker = try ScriptedWorker(
        on: cluster, partitions: Self.partitions, loop: loop, ending)
      let code = await SendCommand(console).run(given, loop: loop)
      await worker.close()
      return code
    }
  }

  @Test func `The way is told step by step, the recipient masked`() async throws {
    #expect(try await send(["--code", "424242"], to: try cluster()) == ExitCode.ok)
    let lines = captured.output.split(separator: "\n").map(String.init)
    #expect(lines[0].hasSuffix(": SignIn to +45••••••78"))
    let steps = ["enqueued", "acknowledged", "outcome"].map { step in
      lines.firstIndex { $0.contains(" ms  \(step) ") }
    }
    #expect(steps == [1, 2, 3])
    #expect(lines[3].contains("accepted"))
    #expect(!captured.output.contains("4512345678") && !captured.output.contains("424242"))
    #expect(captured.errors.isEmpty)
  }

  @Test(
    arguments: [
      (Outcome.Kind.accepted, 0), (.rejected, 10), (.expired, 11), (.superseded, 12),
      (.duplicate, 13), (.deadLettered, 14),
    ] as [(Outcome.Kind, Int32)])
  func `The exit code is the outcome's`(kind: Outcome.Kind, code: Int32) async throws {
    #expect(try await send(["--json"], to: try cluster(), ending: { _ in kind }) == code)
    let json = try JSONValue(parsing: Array(captured.output.utf8.dropLast()))
    #expect(json["outcome"]?["outcome"]?.string == kind.rawValue)
    #expect(json["outcome"]?["id"]?.string == json["id"]?.string)
    #expect(json["request"]?["offset"] == .number("0"))
    for step in ["enqueued", "acknowledged", "outcome"] {
      #expect(json["elapsedMs"]?[step] != nil)
    }
  }

  @Test func `A test carries its mark into the outcome`() async throws {
    #expect(try await send(["--test", "--json"], to: try cluster()) == ExitCode.ok)
    let json = try JSONValue(parsing: Array(captured.output.utf8.dropLast()))
    #expect(json["outcome"]?["metadata"]?["test"] == .bool(true))
  }

  @Test func `Who does not wait is told of the acknowledgement`() async throws {
    let code = try await send(["--no-wait"], to: try cluster(), ending: { _ in nil })
    #expect(code == ExitCode.ok)
    #expect(captured.output.contains("acknowledged") && !captured.output.contains("outcome"))
  }

  @Test func `No outcome in time says what to look at`() async throws {
    let code = try await send(
      ["--timeout", "500ms"], to: try cluster(), ending: { _ in nil })
    #expect(code == ExitCode.temporary)
    #expect(captured.errors.contains("no outcome within 500 ms"))
    #expect(captured.errors.contains("Does a worker run"))
  }

  @Test func `Results with another number of partitions are refused before anything is written`()
    async throws
  {
    let code = try await send([], to: try cluster(results: 3))
    #expect(code == ExitCode.configuration)
    #expect(captured.errors.contains("have different numbers of partitions"))
    #expect(!captured.output.contains("enqueued"))
  }

  @Test func `The worker itself concludes it: nobody is active for mail`() async throws {
    let cluster = try cluster()
    let file = try TemporaryFile(
      """
      kafka:
        bootstrap.servers: "\(cluster.bootstrapServers)"
        group.id: w
        session.timeout.ms: 3000
        heartbeat.interval.ms: 1000
        fetch.wait.max.ms: 10
      active: { sms: http }
      admin: { enabled: false }
      connectors:
        http: { provider: http-sms, config: { endpoint: "http://127.0.0.1:9/" } }
      """)
    let given = try arguments(
      ["--config", file.path, "--to", "a@example.com"], of: SendCommand.command)
    let console = captured.console()
    let code = try await withLoop { _, loop in
      let loaded = try ConfigurationFile(path: file.path, environment: [:])
      let assembly = try Assembly(
        loaded.configuration, kafka: loaded.kafka, loop: loop, log: Log(to: LogCapture()))
      try await assembly.pipeline.start()
      let code = await SendCommand(console).run(given, loop: loop)
      await assembly.pipeline.stopInOrder()
      return code
    }
    #expect(code == 14)
    #expect(captured.output.contains("connector.missing"))
    #expect(!captured.output.contains("a@example.com"))
  }

  @Test func `Without a broker it ends soon, and says where to look`() async throws {
    let port = RefusingPort()
    let given = try arguments(
      ["--bootstrap-servers", "127.0.0.1:\(port.number)", "--to", "+4512345678"],
      of: SendCommand.command)
    let console = captured.console()
    let code = try await withLoop { _, loop in
      await SendCommand(console).run(given, loop: loop)
    }
    #expect(code == ExitCode.unavailable)
    #expect(captured.errors.contains("otp-worker check --online"))
  }

  @Test(arguments: [
    (["--to", "+4512345678"], "which configuration?"),
    (["--to", "+4512345678", "--config", "x", "--bootstrap-servers", "y"], "keep one"),
    (["--to", "nobody", "--bootstrap-servers", "y"], "--to takes"),
    (["--to", "+4512345678", "--bootstrap-servers", ""], "--bootstrap-servers"),
  ])
  func `What is missing is said at once`(words: [String], message: String) async throws {
    let given = try arguments(words, of: SendCommand.command)
    let console = captured.console()
    let code = try await withLoop { _, loop in
      await SendCommand(console).run(given, loop: loop)
    }
    #expect(code == ExitCode.usage)
    #expect(captured.errors.contains(message))
  }
}
