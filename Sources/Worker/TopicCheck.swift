import Delivery
import EventLoop
import Kafka
import Pipeline
import Settings

/// Looks at the topics before anything is taken.
struct TopicCheck {
  /// What came of it.
  enum Result {
    case fine
    /// What to do, a sentence a problem.
    case wrong([String])
    /// A stop was asked for while no broker answered.
    case stopped
  }

  private let plan: TopicPlan
  /// The option that names the configuration, for commands that mend.
  private let option: String
  /// The same for Kafka's own tools.
  private let servers: String

  /// A check of the topics that a configuration names.
  init(_ file: ConfigurationFile) {
    plan = file.topics
    option = file.optionText
    servers = file.kafka.bootstrapServers.joined(separator: ",")
  }

  /// Waits for a broker, then checks.
  func run(_ kafka: KafkaConfiguration, log: Log, until stop: StopSignal) async -> Result {
    let directory: TopicDirectory
    do {
      directory = try TopicDirectory(configuration: kafka)
    } catch {
      return .wrong(["Kafka client: \(error.text)"])
    }
    var hasLookedTwice = false
    while !stop.isRequested {
      let found = await directory.describe(plan.rows.map(\.name), within: .seconds(5))
      if let error = found.values.lazy.compactMap(\.failure).first {
        if let log = log.limited("topics", every: .seconds(15)) {
          log.warning(
            "waiting for Kafka: the topics cannot be looked up", .text(.error, error.name),
            .detail(await reason(of: error, in: found, kafka)))
        }
        continue
      }
      // A broker learns of a topic that was just created a moment after the creation is confirmed.
      if found.values.contains(.missing), !hasLookedTwice {
        hasLookedTwice = true
        try? await Task.sleep(for: .seconds(1))
        continue
      }
      tellUntold(found, log)
      let wrong = findings(found).filter { $0.verdict == .wrong }
      return wrong.isEmpty ? .fine : .wrong(wrong.map(\.sentence))
    }
    return .stopped
  }

  /// Why the topics cannot be looked up: the client that asks is told less than one that tries an address.
  private func reason(
    of error: KafkaError, in found: [String: TopicDirectory.Finding], _ kafka: KafkaConfiguration
  ) async -> String {
    if error.isNotAuthorized {
      let refused = found.filter { $0.value.failure?.isNotAuthorized == true }.keys.sorted()
      return failed("topic \(refused.joined(separator: ", "))", error).sentence
    }
    guard let server = kafka.bootstrapServers.first else { return error.text }
    do throws(KafkaError) {
      _ = try await BrokerProbe(server, configuration: kafka).cluster()
      return error.text
    } catch {
      return BrokerFailure(error, kafka).finding("broker \(server)").sentence
    }
  }

  private func tellUntold(_ findings: [String: TopicDirectory.Finding], _ log: Log) {
    for (topic, finding) in findings {
      guard case .found(_, .untold(let error)) = finding else { continue }
      log.info(
        "retention is not checked: the broker does not tell", .text(.topic, topic),
        .text(.error, error.name))
    }
  }

  /// How each topic stands, and the command that mends it.
  func findings(_ found: [String: TopicDirectory.Finding]) -> [Finding] {
    let requests = found[plan.rows[0].name]?.partitions
    return plan.rows.flatMap { row in
      let subject = "topic \(row.name)"
      switch found[row.name] {
      case .missing?, nil: return [missing(row, requests)]
      case .failed(let error)?: return [failed(subject, error)]
      case .found(let partitions, let retention)?:
        let complaints = [
          unequal(row, partitions, requests), short(row, retention),
        ].compactMap(\.self)
        if !complaints.isEmpty { return complaints }
        let summary = Finding.ok(
          subject, "\(partitions) partitions, \(retention.words) (\(row.holds))")
        return [summary, untold(row, retention)].compactMap(\.self)
      }
    }
  }

  private func missing(_ row: TopicPlan.Row, _ requests: Int32?) -> Finding {
    let topic = plan.newTopics(
      partitions: requests ?? TopicPlan.usualPartitions, replicationFactor: nil
    ).first { $0.name == row.name }
    let byHand = topic.map { $0.command(servers: servers) } ?? ""
    return .wrong(
      "topic \(row.name)", "does not exist (topics.\(row.key))",
      do: "make it by one of these lines:",
      by: "otp-worker topics create \(option)", byHand)
  }

  private func failed(_ subject: String, _ error: KafkaError) -> Finding {
    if error.isNotAuthorized {
      return .wrong(
        subject, "this user may not look it up, or it does not exist",
        do: "give the user DESCRIBE on the topic, or create it as a user who may")
    }
    var finding = Finding.wrong(
      subject, "cannot be looked up: \(error.text)", do: "see that the brokers are up and reachable"
    )
    finding.isOutage = true
    return finding
  }

  private func unequal(
    _ row: TopicPlan.Row, _ partitions: Int32, _ requests: Int32?
  ) -> Finding? {
    guard case .likeRequests = row.partitions, let requests, partitions != requests else {
      return nil
    }
    let smaller = partitions < requests ? row.name : plan.rows[0].name
    return .wrong(
      "topic \(row.name)",
      "has \(partitions) partitions, \(plan.rows[0].name) has \(requests)",
      do:
        "make them equal, since what a request leads to goes to the partition of the same number:",
      by:
        "kafka-topics --bootstrap-server \(servers) --alter --topic \(smaller) --partitions \(max(partitions, requests))"
    )
  }

  private func short(_ row: TopicPlan.Row, _ retention: TopicDirectory.Retention) -> Finding? {
    guard case .limited(let time) = retention, let least = row.leastRetention, time < least else {
      return nil
    }
    return .wrong(
      "topic \(row.name)", "\(retention.words), at least \(least.words) are needed",
      do: "keep them longer:",
      by:
        "kafka-configs --bootstrap-server \(servers) --alter --entity-type topics --entity-name \(row.name) --add-config retention.ms=\(row.retention.milliseconds)"
    )
  }

  private func untold(_ row: TopicPlan.Row, _ retention: TopicDirectory.Retention) -> Finding? {
    guard case .untold(let error) = retention, let least = row.leastRetention else { return nil }
    return .untold(
      "retention of \(row.name)", "the broker does not tell (\(error.name))",
      do:
        "see to it that retention.ms is at least \(least.milliseconds); DESCRIBE_CONFIGS on the topic lets this check look"
    )
  }
}

extension Finding {
  /// The finding in one sentence, for the log.
  fileprivate var sentence: String {
    "\(subject): \(detail)"
      + ([remedy].compactMap(\.self) + [commands.joined(separator: "; or ")]).filter { !$0.isEmpty }
      .map { "; \($0)" }.joined()
  }
}

extension TopicDirectory.Finding {
  fileprivate var failure: KafkaError? { if case .failed(let error) = self { error } else { nil } }
  fileprivate var partitions: Int32? {
    if case .found(let partitions, _) = self { partitions } else { nil }
  }
}

extension TopicDirectory.Retention {
  fileprivate var words: String {
    switch self {
    case .limited(let time): "keeps records for \(time.words)"
    case .unlimited: "keeps records for good"
    case .untold: "retention not told"
    }
  }
}

extension Duration {
  /// Days, hours, minutes or seconds, the largest that leaves a whole number; `1.5 s` below that.
  var words: String {
    let units: [(Int64, String)] = [
      (86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1_000, "s"), (1, "ms"),
    ]
    let unit = units.first { milliseconds != 0 && milliseconds.isMultiple(of: $0.0) } ?? (1, "ms")
    return "\(milliseconds / unit.0) \(unit.1)"
  }
}
