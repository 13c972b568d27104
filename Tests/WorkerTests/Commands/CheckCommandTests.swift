import EventLoop
import JSON
import Kafka
import TestSupport
import Testing

@testable import Worker

@Suite(.timeLimit(.minutes(1)))
struct CheckCommandTests {
  private let captured = CapturedConsole()

  private func check(_ text: String, _ words: String...) async throws -> Int32 {
    let file = try TemporaryFile(text)
    let given = try arguments(["--config", file.path] + words, of: CheckCommand.command)
    let console = captured.console(environment: ["SECRET": "hidden-secret-value"])
    return try await withLoop { _, loop in await CheckCommand(console).run(given, loop: loop) }
  }

  /// One mistake in each section.
  private static let mistaken = """
    kafka: { bootstrap.servers: "localhost:9092", group.id: w, enable.auto.commit: true }
    topics: { requets: a }
    active: { sms: twilio-mian }
    connectorsDirectory: /nowhere/at/all
    connectors:
      twilio-main:
        provider: twilio-short-mesage-service
      http:
        provider: http-sms
        concurrency: many
        config: { endpoint: nowhere, authorization: ["${SECRET}"] }
    delivery: { tries: 0 }
    deadLetter: { value: sometimes }
    limits: { inFlight: -1 }
    admin: { port: 99999 }
    privacy: { hashKey: "${SECRET:-}x${MISSING}" }
    log: { level: loud }
    metrics: {}
    """

  @Test func `One mistake in each section, all told in one run, each with its place`() async throws
  {
    #expect(try await check(Self.mistaken) == ExitCode.configuration)
    let lines = captured.errors.split(separator: "\n").map(String.init)
    let wanted = [
      (":1:", "kafka.enable.auto.commit"), (":2:", "topics.requets"), (":3:", "active.sms"),
      (":4:", "connectorsDirectory"), (":7:", "connectors.twilio-main.provider"),
      (":10:", "connectors.http.concurrency"), (":11:", "connectors.http.config.endpoint"),
      (":11:", "connectors.http.config.authorization"), (":12:", "delivery.tries"),
      (":13:", "deadLetter.value"), (":14:", "limits.inFlight"), (":15:", "admin.port"),
      (":16:", "privacy.hashKey"), (":17:", "log.level"), (":18:", "metrics"),
    ]
    for (place, key) in wanted {
      #expect(lines.contains { $0.contains(place) && $0.contains(" \(key): ") }, "\(place) \(key)")
    }
    #expect(lines.last == "\(wanted.count) problems")
    for near in ["requests", "twilio-main", "twilio-short-message-service"] {
      #expect(captured.errors.contains("did you mean \"\(near)\"?"))
    }
    #expect(!captured.errors.contains("hidden-secret-value"))
    #expect(captured.output.isEmpty)
  }

  @Test func `Scripts get the problems as JSON`() async throws {
    #expect(try await check(Self.mistaken, "--json") == ExitCode.configuration)
    let json = try JSONValue(parsing: Array(captured.output.utf8.dropLast()))
    #expect(json["ok"] == .bool(false))
    guard case .array(let problems)? = json["problems"] else {
      Issue.record("no list: \(captured.output)")
      return
    }
    #expect(problems.count == 15)
    #expect(problems[0]["line"] == .number("1"))
    #expect(problems[0]["key"]?.string == "kafka.enable.auto.commit")
    #expect(problems.allSatisfy { $0["message"]?.string?.isEmpty == false })
    #expect(captured.errors.isEmpty)
  }

  private static func right(
    _ servers: String = "127.0.0.1:9", _ more: String = "", twilio: UInt16 = 9
  ) -> String {
    """
    kafka: { bootstrap.servers: "\(servers)", group.id: w, fetch.wait.max.ms: 10\(more) }
    active: { sms: twilio-main }
    connectors:
      twilio-main:
        provider: twilio-short-message-service
        config:
          accountSID: AC00000000000000000000000000000000
          authToken: "${SECRET}"
          from: "+15005550006"
          endpoint: "http://127.0.0.1:\(twilio)"
          templates:
            - { usageType: SignIn, content: "{{code}}" }
            - { usageType: SignIn, locale: de, content: "{{code}}" }
      spare:
        provider: http-sms
        config: { endpoint: "https://example.com/" }
    """
  }

  @Test func `Without problems it sums up, and warns of what is perhaps not meant`() async throws {
    #expect(try await check(Self.right()) == ExitCode.ok)
    for wanted in [
      "ok active.sms: twilio-main (Twilio SMS Service, 64 at once)",
      "warning active.email: none",
      "templates SignIn (any, de)", "has no Generic template",
      "warning connectors.spare: is not used",
      "requests send-otp, results send-otp.results, dead letters dlq.send-otp",
    ] {
      #expect(captured.words.contains(wanted), "\(wanted)")
    }
    #expect(captured.errors.isEmpty && !captured.output.contains("hidden-secret-value"))
  }

  @Test func `Properties that do not go together are found without a broker`() async throws {
    let text = Self.right(
      "127.0.0.1:9", ", security.protocol: SASL_PLAINTEXT, sasl.mechanism: PLAIN")
    #expect(try await check(text) == ExitCode.configuration)
    #expect(captured.output.contains("wrong    kafka: sasl.username and sasl.password"))
  }

  @Test func `A file that is not there`() async throws {
    let given = try arguments(["--config", "/nowhere.yaml"], of: CheckCommand.command)
    let console = captured.console()
    let code = try await withLoop { _, loop in await CheckCommand(console).run(given, loop: loop) }
    #expect(code == ExitCode.configuration)
    #expect(captured.errors == "/nowhere.yaml:1:1: the file does not exist\n1 problem\n")
  }

  // MARK: - Online

  /// A provider that answers every question alike.
  private static func provider(
    _ status: String = "200 OK", _ body: String = #"{"sid":"AC0","status":"active"}"#
  ) -> MisbehavingServer {
    let reply = "HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    return MisbehavingServer([[.readRequest, .write(reply)]])
  }
  private let taken = Self.provider()
  private let refused = Self.provider(
    "401 Unauthorized", #"{"code":20003,"message":"Authenticate hidden-secret-value"}"#)

  @Test func `Online against a cluster whose topics are as they must be`() async throws {
    let cluster = try EmbeddedCluster()
    try cluster.createTopics(partitions: 4)
    let text = Self.right(cluster.bootstrapServers, twilio: taken.port)
    #expect(try await check(text, "--online") == ExitCode.ok)
    #expect(taken.requests == 1)
    for wanted in [
      "ok bootstrap server \(cluster.bootstrapServers): answers",
      "ok topic send-otp: 4 partitions", "untold retention of send-otp.results",
      "ok right to read send-otp", "ok consumer group w",
      "untold right to write send-otp.results and dlq.send-otp and send-otp.retry.30s",
      "ok provider of twilio-main: takes the credentials",
      "untold provider of spare: cannot be asked: a receiver of one's own",
    ] {
      #expect(captured.words.contains(wanted), "\(wanted)")
    }
  }

  @Test func `A secret that the provider refuses is as wrong as anything`() async throws {
    let cluster = try EmbeddedCluster()
    try cluster.createTopics(partitions: 1)
    let text = Self.right(cluster.bootstrapServers, twilio: refused.port)
    #expect(try await check(text, "--online") == ExitCode.configuration)
    for wanted in [
      "ok topic send-otp: 1 partition",
      "wrong provider of twilio-main: refuses us, twilio.20003",
      "→ Twilio does not take the credentials: check accountSID, authToken",
    ] {
      #expect(captured.words.contains(wanted), "\(wanted)")
    }
    #expect(!captured.output.contains("hidden-secret-value"))
    // What was sent along is the secret, in the header alone.
    let sent = try #require(refused.connections.first?.text)
    #expect(sent.hasPrefix("GET /2010-04-01/Accounts/AC00000000000000000000000000000000.json HTTP"))
    #expect(sent.contains("Authorization: Basic "))
  }

  @Test func `Scripts get what providers say, whatever the brokers do`() async throws {
    let port = RefusingPort()
    let text = Self.right("127.0.0.1:\(port.number)", twilio: refused.port)
    #expect(try await check(text, "--online", "--json") == ExitCode.configuration)
    let json = try JSONValue(parsing: Array(captured.output.utf8.dropLast()))
    #expect(json["ok"] == .bool(false))
    guard case .array(let findings)? = json["findings"] else {
      Issue.record("no list: \(captured.output)")
      return
    }
    let verdicts = Dictionary(
      uniqueKeysWithValues: findings.suffix(3).compactMap { finding in
        finding["subject"]?.string.map { ($0, finding["verdict"]?.string) }
      })
    #expect(
      verdicts == [
        "bootstrap server 127.0.0.1:\(port.number)": "wrong", "provider of twilio-main": "wrong",
        "provider of spare": "untold",
      ])
    #expect(!captured.output.contains("hidden-secret-value"))
  }

  @Test func `Providers are asked although the brokers' properties do not go together`()
    async throws
  {
    let text = Self.right(
      "127.0.0.1:9", ", security.protocol: SASL_PLAINTEXT, sasl.mechanism: PLAIN",
      twilio: taken.port)
    #expect(try await check(text, "--online") == ExitCode.configuration)
    #expect(captured.words.contains("wrong kafka: sasl.username and sasl.password"))
    #expect(captured.words.contains("ok provider of twilio-main: takes"))
    #expect(!captured.words.contains("bootstrap server"))
  }

  @Test func `Partitions that differ, and a refusal, are told with what to do`() async throws {
    let cluster = try EmbeddedCluster()
    for (topic, partitions) in [("send-otp", 4), ("send-otp.results", 3)] {
      try cluster.createTopic(topic, partitions: partitions)
    }
    try cluster.setTopicError(29, of: "dlq.send-otp")
    let text = Self.right(cluster.bootstrapServers, twilio: taken.port)
    #expect(try await check(text, "--online") == ExitCode.configuration)
    #expect(captured.output.contains("has 3 partitions, send-otp has 4"))
    #expect(captured.output.contains("--alter --topic send-otp.results --partitions 4"))
    #expect(captured.output.contains("topic dlq.send-otp: this user may not look it up"))
  }

  @Test func `A broker that refuses connections is an outage, not a setting`() async throws {
    let port = RefusingPort()
    let text = Self.right("127.0.0.1:\(port.number)", twilio: taken.port)
    #expect(try await check(text, "--online") == ExitCode.unavailable)
    #expect(captured.output.contains("Connection refused"))
    #expect(captured.words.contains("ok provider of twilio-main: takes"))
  }

  @Test func `One server of two is enough to start, and the other is told of`() async throws {
    let cluster = try EmbeddedCluster()
    try cluster.createTopics(partitions: 1)
    let port = RefusingPort()
    let servers = "127.0.0.1:\(port.number),\(cluster.bootstrapServers)"
    let text = Self.right(servers, twilio: taken.port)
    #expect(try await check(text, "--online") == ExitCode.ok)
    #expect(captured.output.contains("warning  bootstrap server 127.0.0.1:\(port.number)"))
  }
}
