import Foundation
import JSON
import Kafka
import TestSupport
import Testing

@testable import Worker

private func configuration(_ servers: String, _ stem: String = "send-otp") -> String {
  """
  kafka: { bootstrap.servers: "\(servers)", group.id: w }
  topics: { requests: "\(stem)", results: "\(stem).results", deadLetters: "dlq.\(stem)", \(ownTopicSettings(stem)) }
  active: { sms: http }
  connectors: { http: { provider: http-sms, config: { endpoint: "http://127.0.0.1/" } } }
  """
}

@Suite(.timeLimit(.minutes(1)))
struct TopicsCommandTests {
  private let captured = CapturedConsole()

  @Test func `A dry run asks nobody and prints a line for each topic`() async throws {
    let file = try TemporaryFile(configuration("127.0.0.1:9"))
    let given = try arguments(
      ["--config", file.path, "--dry-run", "--partitions", "6", "--replication-factor", "3"],
      of: TopicsCommand.create)
    #expect(await TopicsCommand(captured.console()).create(given) == ExitCode.ok)
    let lines = captured.output.split(separator: "\n")
    #expect(lines.count == 7 && lines.allSatisfy { $0.contains("--replication-factor 3") })
    #expect(lines.filter { $0.contains(" --partitions 6 ") }.count == 6)
  }

  @Test(arguments: [
    ["--partitions", "0"], ["--partitions", "many"], ["--replication-factor", "-1"],
  ])
  func `Numbers that cannot be are refused`(words: [String]) async throws {
    let file = try TemporaryFile(configuration("127.0.0.1:9"))
    let given = try arguments(["--config", file.path] + words, of: TopicsCommand.create)
    #expect(await TopicsCommand(captured.console()).create(given) == ExitCode.usage)
    #expect(captured.errors.contains("\(words[0]) takes a whole number from 1"))
  }

  @Test func `Topics that exist are left and verified, a wish that cannot be is told`() async throws
  {
    let cluster = try EmbeddedCluster()
    try cluster.createTopics(partitions: 4)
    let file = try TemporaryFile(configuration(cluster.bootstrapServers))
    let given = try arguments(
      ["--config", file.path, "--partitions", "8"], of: TopicsCommand.create)
    #expect(await TopicsCommand(captured.console()).create(given) == ExitCode.ok)
    #expect(captured.output.contains("ok       topic send-otp: 4 partitions"))
    #expect(captured.output.contains("warning  --partitions 8: not done"))
  }

  @Test func `A cluster that makes no topics says so for each, and nothing is hidden`() async throws
  {
    let cluster = try EmbeddedCluster()
    try cluster.createTopic("send-otp", partitions: 4)
    for topic in ["send-otp.results", "dlq.send-otp"] { try cluster.setTopicError(3, of: topic) }
    let file = try TemporaryFile(configuration(cluster.bootstrapServers))
    let given = try arguments(["--config", file.path, "--json"], of: TopicsCommand.create)
    let command = TopicsCommand(captured.console(), limit: .milliseconds(500))
    #expect(await command.create(given) != ExitCode.ok)
    let json = try JSONValue(parsing: Array(captured.output.utf8.dropLast()))
    guard case .array(let findings)? = json["findings"] else {
      Issue.record("no list: \(captured.output)")
      return
    }
    let verdicts = findings.map { "\($0["verdict"]?.string ?? "") \($0["subject"]?.string ?? "")" }
    #expect(verdicts.contains("wrong topic send-otp.results"))
    #expect(verdicts.contains("wrong topic dlq.send-otp"))
    #expect(verdicts.contains("ok topic send-otp"))
  }

  @Test func `Nothing is made while the requests cannot be looked up`() async throws {
    let cluster = try EmbeddedCluster()
    try cluster.setTopicError(29, of: "send-otp")
    for topic in ["send-otp.results", "dlq.send-otp"] { try cluster.setTopicError(3, of: topic) }
    let file = try TemporaryFile(configuration(cluster.bootstrapServers))
    let given = try arguments(["--config", file.path], of: TopicsCommand.create)
    #expect(await TopicsCommand(captured.console()).create(given) == ExitCode.configuration)
    #expect(captured.words.contains("wrong topic send-otp: this user may not look it up"))
    #expect(captured.words.contains("wrong topic send-otp.results: does not exist"))
    #expect(!captured.words.contains("created"))
  }

  @Test func `Without a broker the topics cannot be looked up`() async throws {
    let port = RefusingPort()
    let file = try TemporaryFile(configuration("127.0.0.1:\(port.number)"))
    let given = try arguments(["--config", file.path], of: TopicsCommand.check)
    let command = TopicsCommand(captured.console(), limit: .milliseconds(300))
    #expect(await command.check(given) == ExitCode.unavailable)
    #expect(captured.output.contains("cannot be looked up"))
  }
}

/// What only a real broker does.
@Suite(
  .tags(.broker), .timeLimit(.minutes(1)),
  .enabled(if: RealBroker.servers != nil, "KAFKA_BOOTSTRAP_SERVERS names no broker"))
struct TopicsCommandBrokerTests {
  private let stem = "otp-made-\(UUID().uuidString)"

  private func create(_ words: String...) async throws -> (code: Int32, output: String) {
    let file = try TemporaryFile(configuration(try #require(RealBroker.servers), stem))
    let captured = CapturedConsole()
    let given = try arguments(["--config", file.path] + words, of: TopicsCommand.create)
    return (await TopicsCommand(captured.console()).create(given), captured.words)
  }

  @Test func `Topics are made as they must be, and the second time they are verified`() async throws
  {
    let first = try await create("--partitions", "5", "--replication-factor", "1")
    #expect(first.code == ExitCode.ok)
    #expect(first.output.contains("topic \(stem): created with 5 partitions"))
    for name in [stem, "\(stem).results", "dlq.\(stem)"] + ownTopics(stem) {
      // Waits until the broker that serves metadata has heard of it, and leaves it as it is.
      try RealBroker.createTopic(name, partitions: 1)
    }
    let second = try await create()
    #expect(second.code == ExitCode.ok)
    #expect(second.output.contains("ok topic \(stem): 5 partitions, keeps records for 2 d"))
    #expect(second.output.contains("ok topic \(stem).results: 5 partitions, keeps records for 7 d"))
    #expect(second.output.contains("ok topic dlq.\(stem): 3 partitions, keeps records for 14 d"))
  }

  @Test func `The results get as many partitions as requests that exist`() async throws {
    try RealBroker.createTopic(stem, partitions: 7)
    let made = try await create("--partitions", "5")
    #expect(made.code == ExitCode.ok)
    #expect(made.output.contains("\(stem).results: created with 7 partitions"))
    #expect(made.output.contains("warning --partitions 5: not done"))
  }

  @Test func `A broker's refusal is told for each topic`() async throws {
    let made = try await create("--replication-factor", "99")
    #expect(made.code == ExitCode.configuration)
    #expect(made.output.contains("wrong topic \(stem): not created"))
  }
}
