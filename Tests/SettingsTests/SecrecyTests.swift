import Delivery
import Foundation
import TestSupport
import Testing

@testable import Settings

@Suite(.timeLimit(.minutes(1))) struct SecrecyTests {
  private static let secret = "s3cr3t-that-nobody-may-see"

  /// Every key that takes a scalar, as a text that has `${SECRET}` in its place.
  private static let everywhere = """
    kafka: { bootstrap.servers: "${SECRET}", group.id: "${SECRET}", sasl.password: "${SECRET}" }
    topics: { requests: "${SECRET} ", results: "x/${SECRET}" }
    active: { sms: "${SECRET}", email: "${SECRET}" }
    connectorsDirectory: "${SECRET}"
    connectors:
      one: { provider: "${SECRET}" }
      two:
        provider: twilio-short-message-service
        concurrency: "${SECRET}"
        defaultLocale: "${SECRET}"
        caFile: "${SECRET}"
        proxy: "${SECRET}"
        config:
          accountSID: "${SECRET}\\n"
          authToken: "${SECRET}\\n"
          disableRiskCheck: "${SECRET}"
          validityPeriod: "${SECRET}"
          baseURL: "${SECRET}"
          authTokn: "${SECRET}"
          templates: "${SECRET}"
      three: { provider: twilio-short-message-service, configFile: "${SECRET}" }
      four: "${SECRET}"
    delivery: { ttl: "${SECRET}", tries: "${SECRET}", ambiguous: "${SECRET}", only: ["${SECRET}"] }
    limits: "${SECRET}"
    admin: { port: "${SECRET}", enabled: "${SECRET}", host: "${SECRET}\\n" }
    log: { level: "${SECRET}", unknown: "${SECRET}" }
    """

  @Test func `what comes from variables or files is in no problem`() throws {
    let workbench = try Workbench()
    let file = try workbench.write("secret", Self.secret)
    for (text, environment) in [
      (Self.everywhere, ["SECRET": Self.secret]),
      (Self.everywhere.replacing("${SECRET}", with: "${file:\(file)}"), [:]),
    ] {
      let problems = try workbench.problems(text, environment: environment)
      #expect(problems.count > 25)
      #expect(!problems.joined().contains(Self.secret))
    }
  }

  @Test func `values of variables that override are in no problem`() throws {
    let variables = SettingsTable.sections.flatMap { section in
      section.rows.compactMap { section.variable(for: $0) }
    }
    let environment = Dictionary(
      uniqueKeysWithValues: (variables + ["OTP_WORKER_KAFKA_SASL_PASSWORD", "OTP_WORKER_NEVER"])
        .map { ($0, Self.secret) })
    let problems = try Workbench().problems(minimal, environment: environment)
    #expect(problems.count > 10)
    #expect(!problems.joined().contains(Self.secret))
  }

  @Test(arguments: [
    "privacy: { hashKey: short-secret }", "privacy:\n  hashKey: [short-secret]",
    "privacy: { hashkey: short-secret }", "kafka2: { sasl.password: short-secret }",
    "log: { level: &short-secret x }", "log: *short-secret", "log: !short-secret x",
    "privacy: { hashKey: short-secret", "privacy: { hashKey: 'short-secret",
    "privacy:\n  hashKey: \"${short-secret}\"",
    "  five: { provider: http-email, config: { endpoint: 5, token: short-secret } }",
    "  five: { provider: twilio-short-message-service, proxy: short-secret }",
  ])
  func `secrets written into the file are in no problem`(line: String) throws {
    let problems = try Workbench().problems(minimal + line)
    #expect(!problems.isEmpty)
    #expect(!problems.joined().contains("short-secret"))
  }

  @Test func `a secret that another's message repeats is taken out`() throws {
    let short = minimal.replacing("group.id:", with: "sasl.password: secret, group.id:")
    let problems = try Workbench().problems(short)
    #expect(
      problems == [
        "otp-worker.yaml:1:62: kafka.sasl.password: cannot be <redacted>"
      ])
  }

  @Test func `a configuration that is printed shows no secret`() throws {
    let text =
      minimal.replacing("token-of-twilio", with: "${SECRET}")
      .replacing("group.id:", with: "sasl.password: \"${SECRET}\", group.id:")
      .replacing("    config:", with: "    proxy: http://a:${SECRET}@b\n    config:")
      + "privacy: { hashKey: \"${SECRET}\" }"
    let configuration = try Workbench().load(text, environment: ["SECRET": Self.secret]).get()
    var dumped = "\(configuration)\n\(String(reflecting: configuration))"
    dump(configuration, to: &dumped)
    #expect(dumped.contains("twilio-main"))
    #expect(!dumped.contains(Self.secret))
  }

  @Test func `control characters of keys are spelled out in problems`() throws {
    let problems = try Workbench().problems(minimal + "\"a\\nb\\e[31m\": 1")
    #expect(problems.count == 1)
    #expect(problems.first?.contains("a\\nb\\u{1B}[31m") == true)
  }

  /// Whatever happens to a file, reading it ends with a value or with problems that have places and
  /// hold nothing of what came from outside.
  @Test(arguments: 0..<8) func `mutated files neither crash nor leak`(seed: UInt64) throws {
    let workbench = try Workbench()
    var generator = SeededGenerator(seed: seed)
    let sources = [
      Array(Self.everywhere.utf8), Array((minimal + "log: { level: \"${SECRET}\" }").utf8),
      Array(ExampleConfiguration.text.replacing("${TWILIO_", with: "${SECRET:-").utf8),
    ]
    var failures = 0
    for _ in 0..<800 {
      let bytes = mutated(sources.randomElement(using: &generator) ?? [], using: &generator)
      let path = try workbench.write("mutated.yaml", bytes)
      let result = loader(["SECRET": Self.secret]).load(path: path)
      guard case .failure(let problems) = result else { continue }
      failures += 1
      #expect(!problems.problems.isEmpty)
      #expect(!problems.description.contains(Self.secret))
      #expect(problems.problems.allSatisfy { ($0.position?.line ?? 0) > 0 })
    }
    #expect(failures > 400)
  }

  private func mutated(
    _ source: [UInt8], using generator: inout SeededGenerator
  ) -> [UInt8] {
    let pieces = [
      "\n", "\t", "  ", ": ", "- ", "{", "}", "[", "]", "\"", "'", "|", ">", "&a ", "*a", "!!b ",
      "${", "}", "$$", "#", "---\n", "? ", "\u{0}", "\u{FEFF}", "é", "😀", "~", "null", ",", "%",
      "\\", "connectors", "<<", "\r",
    ].map { Array($0.utf8) }
    var bytes = source
    for _ in 0..<Int.random(in: 1...6, using: &generator) {
      let start = Int.random(in: 0...bytes.count, using: &generator)
      let end = min(bytes.count, start + Int.random(in: 0...12, using: &generator))
      switch Int.random(in: 0..<5, using: &generator) {
      case 0: bytes.removeSubrange(start..<end)
      case 1: bytes.insert(contentsOf: bytes[start..<end], at: start)
      case 2: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: start)
      case 3: bytes.removeLast(Int.random(in: 0...(bytes.count / 4), using: &generator))
      default: bytes.insert(contentsOf: pieces.randomElement(using: &generator) ?? [], at: start)
      }
    }
    return bytes
  }
}
