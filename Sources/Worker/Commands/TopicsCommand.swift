import EventLoop
import JSON
import Kafka

/// `otp-worker topics create` and `topics check`.
struct TopicsCommand {
  static let create = Command(
    name: "topics create", summary: "makes the topics that are missing",
    discussion: """
      Makes the topics that the configuration names, as the worker needs them: requests and results
      with equally many partitions, each with its retention. A topic that exists is left as it is and
      checked. Needs the right CREATE; a user who has it can run the lines of --dry-run instead.
      """,
    options: [
      ConfigurationFile.option,
      Option(
        name: "--partitions", value: "N",
        summary: "of requests and results (default: 12, or those of the one that exists)"),
      Option(
        name: "--replication-factor", value: "N",
        summary: "copies of each partition (default: the brokers' own number)"),
      Option(
        name: "--dry-run", value: nil, summary: "print the kafka-topics lines, ask nobody"),
      Option(name: "--json", value: nil, summary: "one JSON object on standard output"),
    ],
    examples: [
      "otp-worker topics create --config otp-worker.yaml",
      "otp-worker topics create --config otp-worker.yaml --partitions 24 --replication-factor 3",
      "otp-worker topics create --config otp-worker.yaml --dry-run",
    ],
    exitCodes: [
      ExitMeaning(ExitCode.ok, "all topics are there and as they must be"),
      ExitMeaning(ExitCode.unavailable, "no broker could be reached"),
      ExitMeaning(
        ExitCode.configuration,
        "the configuration is wrong, or a topic could not be made or differs"),
    ],
    run: { arguments in
      LoopProgram.run(interruptedWith: "interrupted; topics check shows what was made") { _ in
        await TopicsCommand(.standard).create(arguments)
      }
    })

  static let check = Command(
    name: "topics check", summary: "whether the topics are as they must be",
    discussion: """
      Looks the topics up that the configuration names: that each exists, that results have as many
      partitions as requests, and that records are kept for long enough. Changes nothing.
      """,
    options: [
      ConfigurationFile.option,
      Option(name: "--json", value: nil, summary: "one JSON object on standard output"),
    ],
    examples: ["otp-worker topics check --config otp-worker.yaml"],
    exitCodes: [
      ExitMeaning(ExitCode.ok, "all topics are as they must be, as far as the brokers tell"),
      ExitMeaning(ExitCode.unavailable, "no broker could be reached"),
      ExitMeaning(ExitCode.configuration, "the configuration is wrong, or a topic is"),
    ],
    run: { arguments in
      LoopProgram.run(interruptedWith: "interrupted; nothing was changed") { _ in
        await TopicsCommand(.standard).check(arguments)
      }
    })

  private let console: Console
  private let limit: Duration

  /// The commands; each topic is looked up for as long as `limit`.
  init(_ console: Console, limit: Duration = .seconds(5)) {
    self.console = console
    self.limit = limit
  }

  /// Looks the topics up.
  /// - Returns: the exit code.
  func check(_ arguments: Arguments) async -> Int32 {
    do throws(CommandFailure) {
      let file = try ConfigurationFile(
        arguments, for: "topics check", environment: console.environment)
      let found = await (try directory(file)).describe(
        file.topics.rows.map(\.name), within: limit)
      let findings = TopicCheck(file).findings(found)
      CheckReport(path: file.path, findings: findings).tell(
        console, isJSON: arguments.has("--json"))
      return findings.exitCode
    } catch {
      return error.tell(console)
    }
  }

  /// Makes what is missing.
  /// - Returns: the exit code.
  func create(_ arguments: Arguments) async -> Int32 {
    do throws(CommandFailure) {
      let file = try ConfigurationFile(
        arguments, for: "topics create", environment: console.environment)
      let (partitions, copies) = try numbers(arguments)
      guard !arguments.has("--dry-run") else {
        let servers = file.kafka.bootstrapServers.joined(separator: ",")
        let topics = file.topics.newTopics(
          partitions: partitions ?? TopicPlan.usualPartitions, replicationFactor: copies)
        for topic in topics { console.print(topic.command(servers: servers)) }
        return ExitCode.ok
      }
      let findings = try await create(file, partitions: partitions, copies: copies)
      CheckReport(path: file.path, findings: findings).tell(
        console, isJSON: arguments.has("--json"))
      return findings.exitCode
    } catch {
      return error.tell(console)
    }
  }

  private func numbers(
    _ arguments: Arguments
  ) throws(CommandFailure) -> (partitions: Int32?, copies: Int32?) {
    do throws(UsageError) {
      let partitions = try arguments.wholeNumber("--partitions", in: 1...10_000)
      let copies = try arguments.wholeNumber("--replication-factor", in: 1...100)
      return (partitions.map { Int32($0) }, copies.map { Int32($0) })
    } catch {
      throw CommandFailure(ExitCode.usage, "otp-worker: \(error.message)")
    }
  }

  private func directory(_ file: ConfigurationFile) throws(CommandFailure) -> TopicDirectory {
    do {
      return try TopicDirectory(configuration: file.kafka)
    } catch {
      throw CommandFailure(ExitCode.configuration, "otp-worker: kafka: \(error.text)")
    }
  }

  private func create(
    _ file: ConfigurationFile, partitions: Int32?, copies: Int32?
  ) async throws(CommandFailure) -> [Finding] {
    let directory = try directory(file)
    let plan = file.topics
    let check = TopicCheck(file)
    let before = await directory.describe(plan.rows.map(\.name), within: limit)
    let missing = plan.rows.filter { before[$0.name] == .missing }
    let existing = plan.partitions(in: before)
    let others = differing(plan.rows[0], existing, partitions)
    // While one cannot be looked up, nobody knows how many partitions the others need.
    let isKnown = !before.values.contains { if case .failed = $0 { true } else { false } }
    guard !missing.isEmpty, isKnown else { return check.findings(before) + others }
    let wanted = plan.newTopics(
      partitions: existing ?? partitions ?? TopicPlan.usualPartitions,
      replicationFactor: copies
    ).filter { topic in missing.contains { $0.name == topic.name } }
    let creations = await directory.create(wanted, within: limit * 4)
    let made = wanted.map { topic in
      TopicCreation(
        topic, creations[topic.name] ?? .failed(.timedOut), at: file.kafka.bootstrapServers
      ).finding
    }
    let rest = check.findings(before).filter { finding in
      !missing.contains { finding.subject == "topic \($0.name)" }
    }
    return made + rest + others
  }

  /// A wish for partitions that a topic which exists cannot have any more.
  private func differing(
    _ row: TopicPlan.Row, _ existing: Int32?, _ wanted: Int32?
  ) -> [Finding] {
    guard let existing, let wanted, existing != wanted else { return [] }
    return [
      .warning(
        "--partitions \(wanted)", "not done: the topics that exist have \(existing)",
        do: "more need kafka-topics --alter on requests and results; fewer need new topics")
    ]
  }
}
