import Delivery
import Testing

@testable import Settings

@Suite struct ConfigurationLoaderTests {
  @Test func `what is not set has its default`() throws {
    let configuration = try Workbench().load(minimal).get()
    #expect(
      configuration.topics
        == TopicSettings(
          requests: "send-otp", results: "send-otp.results", deadLetters: "dlq.send-otp",
          retry30s: "send-otp.retry.30s", retry2m: "send-otp.retry.2m",
          retry10m: "send-otp.retry.10m", replay: "send-otp.replay"))
    #expect(configuration.active == ActiveConnectors(sms: "twilio-main", email: nil))
    #expect(configuration.kafka.groupID == "otp-worker")
    #expect(configuration.delivery.lifetimes == Lifetimes(standard: .seconds(600)))
    #expect(configuration.delivery.tries == 6)
    #expect(configuration.delivery.ambiguous == .once)
    #expect(configuration.delivery.minRemaining == .seconds(20))
    #expect(configuration.delivery.only == nil)
    #expect(
      configuration.limits
        == LimitSettings(inFlight: 512, parked: 10_000, uncommittedSpan: 20_000))
    #expect(configuration.admin == AdminSettings(host: "127.0.0.1", port: 9_464))
    #expect(configuration.privacy.hashKey == nil)
    #expect(configuration.log == LogSettings(level: .info, format: .json))
    #expect(configuration.deadLetter.value == .original)
    #expect(configuration.connector(for: .email) == nil)
  }

  @Test func `what is set is taken`() throws {
    let configuration = try Workbench().load(
      minimal + """
        topics: { requests: a, results: b, deadLetters: c }
        delivery:
          ttl: { default: 5m, SignIn: 90s, Custom: 7d }
          tries: 1
          ambiguous: never
          minRemaining: 500ms
          only: ["+45*", someone@example.com]
        limits: { inFlight: 1, parked: 2, uncommittedSpan: 100 }
        admin: { enabled: false }
        privacy: { hashKey: 0123456789abcdef }
        log: { level: warning, format: text }
        deadLetter: { value: redacted }

        """
    ).get()
    #expect(
      configuration.topics
        == TopicSettings(
          requests: "a", results: "b", deadLetters: "c",
          retry30s: "send-otp.retry.30s", retry2m: "send-otp.retry.2m",
          retry10m: "send-otp.retry.10m", replay: "send-otp.replay"))
    let lifetimes = configuration.delivery.lifetimes
    #expect(lifetimes[UsageType(rawValue: "SignIn")] == .seconds(90))
    #expect(lifetimes[UsageType(rawValue: "Register")] == .seconds(300))
    #expect(lifetimes[.organizationInvitation] == .seconds(86_400))
    #expect(lifetimes.longest == .seconds(604_800))
    #expect(configuration.delivery.tries == 1)
    #expect(configuration.delivery.ambiguous == .never)
    #expect(configuration.delivery.minRemaining == .milliseconds(500))
    #expect(configuration.delivery.only?.count == 2)
    #expect(
      configuration.limits == LimitSettings(inFlight: 1, parked: 2, uncommittedSpan: 100))
    #expect(configuration.admin == nil)
    #expect(configuration.privacy.hashKey == Secret("0123456789abcdef"))
    #expect(configuration.log == LogSettings(level: .warning, format: .text))
    #expect(configuration.deadLetter.value == .redacted)
  }

  @Test func `librdkafka's properties keep their order, words and places`() throws {
    let configuration = try Workbench().load(
      minimal.replacing(
        "kafka: {",
        with: "kafka: { enable.ssl.certificate.verification: true, queued.min.messages: 0100,")
    ).get()
    #expect(
      configuration.kafka.properties.map { "\($0.position.column) \($0.key)=\($0.value.reveal())" }
        == [
          "10 enable.ssl.certificate.verification=true", "53 queued.min.messages=0100",
          "80 bootstrap.servers=localhost:9092", "117 group.id=otp-worker",
        ])
  }

  @Test func `every mistake of every section is told at once, in the order of the file`() throws {
    let problems = try Workbench().problems(
      """
      kafka:
        bootstrap.servers: ""
        enable.auto.commit: true
        sasl.mechanisms: [PLAIN]
      topics: { requests: same, results: same, deadLetters: "no spaces" }
      active: { sms: twilo-main, email: twilio-main, fax: x }
      connectors:
        twilio-main:
          provider: twilio-short-message-service
          concurency: 3
          concurrency: 2000
          defaultLocale: english please
          caFile: absent.pem
          proxy: ftp://proxy
          config:
            accountSID: [1]
            disableRiskCheck: 7
            validityPeriod: 0
            baseURL: nowhere
            authtoken: x
        mail:
          provider: http-mail
        no name:
          provider: http-email
          config: { endpoint: "https://example.com" }
        nothing:
        bare: 5
      delivery:
        ttl: { SignIn: 10 minutes, default: 8d }
        tries: 0
        ambiguous: sometimes
        minRemaining: 20
        only: ["+45*", nobody]
      limits: { inFlight: lots, parked: -1 }
      admin: { port: 65536, enabled: yes }
      privacy: { hashKey: short }
      log: debug
      deadletter: {}
      """)
    #expect(
      problems == [
        "otp-worker.yaml:1:1: kafka.group.id: is missing: The consumer group; instances with the same one share the work.",
        "otp-worker.yaml:2:22: kafka.bootstrap.servers: must be text on one line, not empty, found \"\"",
        "otp-worker.yaml:3:23: kafka.enable.auto.commit: is the worker's own",
        "otp-worker.yaml:4:20: kafka.sasl.mechanisms: must be text, a number or a flag, found a list",
        "otp-worker.yaml:5:36: topics.results: is the same topic as topics.requests",
        "otp-worker.yaml:5:55: topics.deadLetters: must be a topic's name (at most 249 letters, digits, . _ -), found \"no spaces\"",
        "otp-worker.yaml:6:16: active.sms: unknown connector \"twilo-main\"; did you mean \"twilio-main\"?",
        "otp-worker.yaml:6:35: active.email: \"twilio-main\" is a connector for sms, this needs one for email",
        "otp-worker.yaml:6:48: active.fax: unknown key \"fax\"; known: email, sms",
        "otp-worker.yaml:10:5: connectors.twilio-main.concurency: unknown key \"concurency\"; did you mean \"concurrency\"?",
        "otp-worker.yaml:11:18: connectors.twilio-main.concurrency: must be a whole number from 1 to 1024, found \"2000\"",
        "otp-worker.yaml:12:20: connectors.twilio-main.defaultLocale: must be a language tag such as en or zh-Hant-TW, found \"english please\"",
        "otp-worker.yaml:13:13: connectors.twilio-main.caFile: the file does not exist or may not be read by this user",
        "otp-worker.yaml:14:12: connectors.twilio-main.proxy: must be a URL that begins with http://, https://, socks5:// or socks5h:// and has no path, found something else (not shown)",
        "otp-worker.yaml:16:7: connectors.twilio-main.config.authToken: is missing: Token.",
        "otp-worker.yaml:16:7: connectors.twilio-main.config: needs from or fromMessagingServiceSID",
        "otp-worker.yaml:16:7: connectors.twilio-main.config.templates: must be a list",
        "otp-worker.yaml:16:19: connectors.twilio-main.config.accountSID: must be text, found a list",
        "otp-worker.yaml:17:25: connectors.twilio-main.config.disableRiskCheck: must be true or false, found \"7\"",
        "otp-worker.yaml:18:23: connectors.twilio-main.config.validityPeriod: must be a whole number from 1 to 36000, found \"0\"",
        "otp-worker.yaml:19:16: connectors.twilio-main.config.baseURL: must be a URL that begins with https:// or http:// and names no user, found \"nowhere\"",
        "otp-worker.yaml:20:7: connectors.twilio-main.config.authtoken: unknown key \"authtoken\"; did you mean \"authToken\"?",
        "otp-worker.yaml:22:15: connectors.mail.provider: unknown provider \"http-mail\"; did you mean \"http-email\"?",
        "otp-worker.yaml:23:3: connectors.no name: a connector's name has at most 64 letters, digits, dots, underscores and hyphens",
        "otp-worker.yaml:26:3: connectors.nothing.provider: is missing: The provider's id; see the table in README.md.",
        "otp-worker.yaml:27:9: connectors.bare: must be a mapping of keys to values, found \"5\"",
        "otp-worker.yaml:29:18: delivery.ttl.SignIn: must be a duration from 1s to 7d, such as 500ms, 30s, 10m, 24h or 7d, found \"10 minutes\"",
        "otp-worker.yaml:29:39: delivery.ttl.default: must be a duration from 1s to 7d, such as 500ms, 30s, 10m, 24h or 7d, found \"8d\"",
        "otp-worker.yaml:30:10: delivery.tries: must be a whole number from 1 to 1000, found \"0\"",
        "otp-worker.yaml:31:14: delivery.ambiguous: must be one of once, never, found \"sometimes\"",
        "otp-worker.yaml:32:17: delivery.minRemaining: must be a duration from 0s to 10m, such as 500ms, 30s, 10m, 24h or 7d, found \"20\"",
        "otp-worker.yaml:33:18: delivery.only.1: must be a pattern such as +4512345678, +45*, someone@example.com or *@example.com, found \"nobody\"",
        "otp-worker.yaml:34:21: limits.inFlight: must be a whole number from 1 to 16384, found \"lots\"",
        "otp-worker.yaml:34:35: limits.parked: must be a whole number from 1 to 1000000, found \"-1\"",
        "otp-worker.yaml:35:16: admin.port: must be a whole number from 0 to 65535, found \"65536\"",
        "otp-worker.yaml:35:32: admin.enabled: must be true or false, found \"yes\"",
        "otp-worker.yaml:36:21: privacy.hashKey: must be a text of at least 16 bytes, found something else (not shown)",
        "otp-worker.yaml:37:6: log: must be a mapping of keys to values, found \"debug\"",
        "otp-worker.yaml:38:1: deadletter: unknown key \"deadletter\"; did you mean \"deadLetter\"?",
      ])
  }

  @Test func `the last line counts the problems`() throws {
    let two = try #require(throws: ConfigurationProblems.self) {
      try Workbench().load("a: 1\nb: 2\n" + minimal).get()
    }
    let one = try #require(throws: ConfigurationProblems.self) {
      try Workbench().load("a: 1\n" + minimal).get()
    }
    #expect(two.description.hasSuffix("\n2 problems"))
    #expect(one.description.hasSuffix("\n1 problem"))
    #expect(two.problems.map(\.key) == ["a", "b"])
  }

  @Test(arguments: [
    ("{}", ["kafka.bootstrap.servers", "kafka.group.id", "active"]),
    ("~", ["kafka.bootstrap.servers", "kafka.group.id", "active"]),
    ("5", [""]), ("[]", [""]), ("", [""]), ("a: [", [""]),
  ])
  func `what holds no configuration is told`(text: String, keys: [String]) throws {
    let problems = try #require(throws: ConfigurationProblems.self) {
      try Workbench().load(text).get()
    }
    #expect(problems.problems.map(\.key) == keys)
  }

  @Test func `files that cannot be read are named`() throws {
    let workbench = try Workbench()
    let absent = workbench.path("absent.yaml")
    let large = try workbench.write("large.yaml", Array(repeating: 0x23, count: 10_000_000))
    for (path, message) in [
      (absent, "the file does not exist"), (large, "the file is larger than 4096 KiB"),
      (workbench.folder, "the file cannot be read (is it a file?)"),
    ] {
      let problems = try #require(throws: ConfigurationProblems.self) {
        try loader([:]).load(path: path).get()
      }
      #expect(problems.description == "\(path):1:1: \(message)\n1 problem")
    }
  }

  @Test func `the version follows the files and not the secrets`() throws {
    let workbench = try Workbench()
    let text = minimal.replacing("token-of-twilio", with: "${TOKEN}")
    let one = try workbench.load(text, environment: ["TOKEN": "first-token"]).get()
    let same = try workbench.load(text, environment: ["TOKEN": "second-token"]).get()
    let other = try workbench.load(text + "# more", environment: ["TOKEN": "first-token"]).get()
    #expect(one.version == same.version)
    #expect(one.version != other.version)
    #expect(one.version.count == 16)
    #expect(one.sources == [workbench.path("otp-worker.yaml")])
  }

  @Test func `who may be written to is everybody or whom the patterns name`() throws {
    let stranger = try #require(Recipient("+4612345678"))
    let friend = try #require(Recipient("+4512345678"))
    let workbench = try Workbench()
    let all = try workbench.load(minimal).get().delivery
    #expect(all.allows(stranger))
    let some = try workbench.load(minimal + "delivery: { only: \"+45*\" }").get().delivery
    #expect(some.allows(friend))
    #expect(!some.allows(stranger))
    #expect(
      try workbench.problems(minimal + "delivery: { only: [] }") == [
        "otp-worker.yaml:12:19: delivery.only: is an empty list; leave the key out or name one"
      ])
  }
}
