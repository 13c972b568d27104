import Kafka
import TestSupport
import Testing

/// The rights of docs/operating.md are enough, and the worker says which one is missing.
@Suite(
  .tags(.broker), .timeLimit(.minutes(3)), .serialized,
  .enabled(
    if: RealBroker.servers != nil && RealBroker.secure != nil,
    "KAFKA_SECURE_BOOTSTRAP_SERVERS and KAFKA_CA_FILE name no broker"))
struct AccessBrokerTests {
  /// A right that is not given, by what stands in the log then.
  struct Lack: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// Whether a right is given all the same.
    var keeps: @Sendable (AccessRight, Drill) -> Bool
    /// Rights besides.
    var adds: @Sendable (Drill) -> [AccessRight] = { _ in [] }
    /// Words of one line.
    var words: @Sendable (Drill) -> [String]
  }

  private static let lacks = [
    Lack(
      testDescription: "nothing on the requests topic",
      keeps: { $0.resource != .topic($1.requests) },
      words: { ["topics cannot be looked up", "topic \($0.requests)", "DESCRIBE"] }),
    Lack(
      testDescription: "read on the requests topic",
      keeps: { $0.resource != .topic($1.requests) },
      adds: { [AccessRight(.describe, .topic($0.requests))] },
      words: { ["commit failed", "READ", $0.requests, "topic_authorization_failed"] }),
    Lack(
      testDescription: "read on the group", keeps: { $0.resource != .group($1.name) },
      words: { _ in ["Kafka client error", "group_authorization_failed"] }),
    Lack(
      testDescription: "nothing on the results topic",
      keeps: { $0.resource != .topic($1.results) },
      words: { ["topics cannot be looked up", "topic \($0.results)", "DESCRIBE"] }),
    Lack(
      testDescription: "write on the results topic",
      keeps: { $0 != AccessRight(.write, .topic($1.results)) },
      words: { ["cannot write to Kafka", $0.results, "topic_authorization_failed"] }),
    Lack(
      testDescription: "nothing on the dead-letter topic",
      keeps: { $0.resource != .topic($1.deadLetters) },
      words: { ["topics cannot be looked up", "topic \($0.deadLetters)", "DESCRIBE"] }),
    Lack(
      testDescription: "write on the dead-letter topic",
      keeps: { $0.resource != .topic($1.deadLetters) },
      adds: { [AccessRight(.describe, .topic($0.deadLetters))] },
      words: { ["cannot write a dead letter", $0.deadLetters, "topic_authorization_failed"] }),
  ]

  private static let user = "nobody"

  /// A drill whose worker comes as a user who may do nothing so far.
  private func drill() throws -> Drill {
    let secure = try #require(RealBroker.secure)
    let drill = try Drill("access")
    drill.connection = """
      bootstrap.servers: "\(secure.servers)", security.protocol: SASL_SSL, sasl.mechanism: SCRAM-SHA-512, \
      sasl.username: \(Self.user), sasl.password: \(Self.user)-secret, ssl.ca.location: "\(secure.authorities)"
      """
    return drill
  }

  private func rights(_ drill: Drill) -> [AccessRight] {
    WorkerRights(
      requests: drill.requests, results: drill.results, deadLetters: drill.deadLetters,
      group: drill.name, retries: drill.own.filter { $0.key != "replay" }.map(\.name),
      replay: drill.own.first { $0.key == "replay" }?.name
    ).all
  }

  @Test func `with these rights and no others it sends and concludes`() async throws {
    let drill = try drill()
    try RealBroker.grant(rights(drill), to: Self.user)
    try await withLoop { host, loop in
      let reader = try drill.follow(on: loop)
      try await drill.enqueue(5, on: loop)
      try await drill.enqueueJunk(on: loop)
      let worker = try drill.start(0)
      try await host.wait { drill.concluded == 6 }
      #expect(worker.terminate() == 0)
      await reader.close()
      #expect(drill.sends.count == 5)
      #expect(drill.all.values.count { $0 == ["accepted"] } == 5)
      #expect(drill.all.values.count { $0 == ["dead-lettered"] } == 1)
    }
  }

  @Test(arguments: lacks)
  func `what is missing is said`(lack: Lack) async throws {
    let drill = try drill()
    let given = rights(drill)
    let kept = given.filter { lack.keeps($0, drill) }
    #expect(kept.count < given.count)
    try RealBroker.grant(kept + lack.adds(drill), to: Self.user)
    try await withLoop { _, loop in
      try await drill.enqueue(1, on: loop)
      try await drill.enqueueJunk(on: loop)
    }
    let output = ProcessOutput()
    let worker = try drill.start(0, output: output)
    #expect(output.line(with: lack.words(drill)) != nil)
    worker.kill()
  }
}
