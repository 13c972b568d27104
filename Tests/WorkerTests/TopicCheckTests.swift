import Kafka
import Testing

@testable import Worker

struct TopicCheckTests {
  private typealias Found = TopicDirectory.Finding

  private func findings(_ found: [String: TopicDirectory.Finding]) throws -> [Finding] {
    let file = try TemporaryFile(
      """
      kafka: { bootstrap.servers: "k:9092", group.id: w }
      active: { sms: http }
      connectors: { http: { provider: http-sms, config: { endpoint: "http://127.0.0.1/" } } }
      """)
    let loaded = try ConfigurationFile(path: file.path, environment: [:])
    return TopicCheck(loaded).findings(found).map { finding in
      var finding = finding
      finding.commands = finding.commands.map { $0.replacing(file.path, with: "FILE") }
      return finding
    }
  }

  private static let right: [String: TopicDirectory.Finding] = [
    "send-otp": .found(partitions: 12, retention: .limited(.seconds(2 * 86_400))),
    "send-otp.results": .found(partitions: 12, retention: .unlimited),
    "dlq.send-otp": .found(partitions: 1, retention: .limited(.seconds(1))),
  ].merging(
    ownTopics().map { ($0, .found(partitions: 12, retention: .limited(.seconds(8 * 86_400)))) }
  ) { $1 }

  private func findings(
    with topic: String, _ found: TopicDirectory.Finding?
  ) throws -> [Finding] {
    var all = Self.right
    all[topic] = found
    return try findings(all).filter { $0.verdict != .ok }
  }

  @Test func `Topics as they must be`() throws {
    let findings = try findings(Self.right)
    #expect(findings.map(\.verdict) == Array(repeating: .ok, count: 7))
    #expect(findings[0].detail == "12 partitions, keeps records for 2 d (requests)")
  }

  @Test func `A missing one is made by either of two lines`() throws {
    let findings = try findings(with: "send-otp.results", .missing)
    #expect(findings.count == 1 && findings[0].verdict == .wrong)
    #expect(
      findings[0].commands == [
        "otp-worker topics create --config FILE",
        "kafka-topics --bootstrap-server k:9092 --create --topic send-otp.results --partitions 12 --config retention.ms=604800000",
      ])
  }

  @Test(arguments: [(11 as Int32, "send-otp.results", 12), (13, "send-otp", 13)])
  func `The smaller of the two gets more partitions`(
    count: Int32, topic: String, partitions: Int
  ) throws {
    let findings = try findings(
      with: "send-otp.results", .found(partitions: count, retention: .unlimited))
    #expect(
      findings.map(\.commands) == [
        [
          "kafka-topics --bootstrap-server k:9092 --alter --topic \(topic) --partitions \(partitions)"
        ]
      ])
  }

  @Test func `Records that go too early are wrong, a retention that is not told is not`() throws {
    let short = try findings(
      with: "send-otp", .found(partitions: 12, retention: .limited(.seconds(86_400))))
    #expect(short.map(\.verdict) == [.wrong])
    #expect(short[0].detail.contains("for 1 d, at least 2 d are needed"))
    let untold = try findings(
      with: "send-otp", .found(partitions: 12, retention: .untold(KafkaError(code: 29))))
    #expect(untold.map(\.verdict) == [.untold] && untold.exitCode == ExitCode.ok)
  }

  @Test func `A refusal is a setting, silence an outage`() throws {
    let refused = try findings(with: "send-otp", .failed(KafkaError(code: 29)))
    #expect(refused.exitCode == ExitCode.configuration)
    let silent = try findings(with: "send-otp", .failed(.timedOut))
    #expect(silent.exitCode == ExitCode.unavailable)
  }
}
