import Kafka
import Testing

@Suite(.timeLimit(.minutes(1)))
struct TopicDirectoryTests {
  @Test func `topics are found, missing, or not told of`() async throws {
    let cluster = try EmbeddedCluster()
    try cluster.createTopic("there", partitions: 3)
    try cluster.setTopicError(3, of: "missing")
    try cluster.setTopicError(29, of: "forbidden")
    let directory = try TopicDirectory(configuration: settings(cluster.bootstrapServers))
    let findings = await directory.describe(
      ["there", "missing", "forbidden"], within: .seconds(5),
      retentionsWithin: .milliseconds(100))
    #expect(findings.count == 3)
    guard case .found(let partitions, .untold) = findings["there"] else {
      Issue.record("unexpected: \(findings)")
      return
    }
    #expect(partitions == 3)
    #expect(findings["missing"] == .missing)
    guard case .failed(let error) = findings["forbidden"] else {
      Issue.record("unexpected: \(findings)")
      return
    }
    #expect(error.isNotAuthorized)
  }

  @Test func `without brokers the questions end`() async throws {
    let cluster = try EmbeddedCluster()
    try cluster.takeDown()
    let directory = try TopicDirectory(configuration: settings(cluster.bootstrapServers))
    let findings = await directory.describe(["t"], within: .milliseconds(200))
    guard case .failed(let error) = findings["t"] else {
      Issue.record("unexpected: \(findings)")
      return
    }
    #expect(error.isRetriable)
  }
}
