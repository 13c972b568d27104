import Foundation
import TestSupport
import Testing

@testable import Worker

/// What only a real broker with TLS, SASL and access rules answers.
@Suite(
  .tags(.broker), .timeLimit(.minutes(1)),
  .enabled(
    if: RealBroker.servers != nil && RealBroker.secure != nil,
    "KAFKA_SECURE_BOOTSTRAP_SERVERS and KAFKA_CA_FILE name no broker"))
struct CheckCommandBrokerTests {
  private let captured = CapturedConsole()
  private let stem = "otp-checked-\(UUID().uuidString)"

  /// Checks a configuration online with these properties under `kafka`.
  private func check(_ properties: [String: String]) async throws -> Int32 {
    let servers = try #require(RealBroker.secure).servers
    let all = properties.merging(["bootstrap.servers": servers, "group.id": stem]) { old, _ in old }
    let file = try TemporaryFile(
      """
      kafka: { \(all.map { "\($0): \"\($1)\"" }.joined(separator: ", ")) }
      topics: { requests: "\(stem)", results: "\(stem).results", deadLetters: "dlq.\(stem)", \(ownTopicSettings(stem)) }
      active: { sms: http }
      connectors: { http: { provider: http-sms, config: { endpoint: "http://127.0.0.1/" } } }
      """)
    let given = try arguments(["--config", file.path, "--online"], of: CheckCommand.command)
    let console = captured.console()
    return try await withLoop { _, loop in await CheckCommand(console).run(given, loop: loop) }
  }

  private func properties(user: String, password: String) throws -> [String: String] {
    [
      "security.protocol": "SASL_SSL", "sasl.mechanism": "PLAIN", "sasl.username": user,
      "sasl.password": password, "ssl.ca.location": try #require(RealBroker.secure).authorities,
    ]
  }

  @Test func `Whoever may do everything is told so`() async throws {
    let own = ownTopics(stem).map { ($0, 2) }
    for (name, partitions) in [(stem, 2), ("\(stem).results", 2), ("dlq.\(stem)", 1)] + own {
      try RealBroker.createTopic(name, partitions: Int32(partitions))
    }
    let code = try await check(properties(user: "otp", password: "otp-secret"))
    #expect(code == ExitCode.ok)
    for wanted in [
      "ok topic \(stem): 2 partitions, keeps records for", "ok right to read \(stem): READ",
      "ok consumer group \(stem): DESCRIBE",
      "untold right to write \(stem).results and dlq.\(stem)",
    ] {
      #expect(captured.words.contains(wanted), "\(captured.words)")
    }
  }

  @Test func `Whoever may do nothing is told which topics`() async throws {
    let code = try await check(properties(user: "nobody", password: "nobody-secret"))
    #expect(code == ExitCode.configuration)
    #expect(captured.words.contains("wrong topic \(stem): this user may not look it up"))
  }

  @Test func `A wrong password leads to the settings of SASL, and is not shown`() async throws {
    let code = try await check(properties(user: "otp", password: "wrong-password"))
    #expect(code == ExitCode.configuration)
    #expect(captured.words.contains("see kafka.sasl.mechanism, kafka.sasl.username"))
    #expect(!captured.words.contains("wrong-password"))
  }

  @Test func `An authority that is not trusted leads to its setting`() async throws {
    var given = try properties(user: "otp", password: "otp-secret")
    given["ssl.ca.location"] = nil
    #expect(try await check(given) == ExitCode.configuration)
    #expect(captured.words.contains("set kafka.ssl.ca.location"))
  }

  @Test(arguments: ["PLAINTEXT", "SASL_PLAINTEXT"])
  func `No TLS where TLS is spoken leads to the protocol`(name: String) async throws {
    var given = try properties(user: "otp", password: "otp-secret")
    given["security.protocol"] = name
    #expect(try await check(given) == ExitCode.configuration)
    #expect(captured.words.contains("see kafka.security.protocol: it is \(name)"))
  }
}
