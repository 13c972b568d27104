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

  private let topics: TopicSettings
  private let lifetimes: Lifetimes

  init(_ topics: TopicSettings, lifetimes: Lifetimes) {
    self.topics = topics
    self.lifetimes = lifetimes
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
      let names = [topics.requests, topics.results, topics.deadLetters]
      let findings = await directory.describe(names, within: .seconds(5))
      if let error = findings.values.lazy.compactMap(\.failure).first {
        log.limited("topics", every: .seconds(15))?.warning(
          "waiting for Kafka: the topics cannot be looked up", .text(.error, error.name),
          .detail(error.text))
        continue
      }
      // A broker learns of a topic that was just created a moment after the creation is confirmed.
      if findings.values.contains(.missing), !hasLookedTwice {
        hasLookedTwice = true
        try? await Task.sleep(for: .seconds(1))
        continue
      }
      tellUntold(findings, log)
      let problems = problems(in: findings)
      return problems.isEmpty ? .fine : .wrong(problems)
    }
    return .stopped
  }

  private func tellUntold(_ findings: [String: TopicDirectory.Finding], _ log: Log) {
    for (topic, finding) in findings {
      guard case .found(_, .untold(let error)) = finding else { continue }
      log.info(
        "retention is not checked: the broker does not tell", .text(.topic, topic),
        .text(.error, error.name))
    }
  }

  /// What is wrong, and the command that mends it.
  func problems(in findings: [String: TopicDirectory.Finding]) -> [String] {
    var problems: [String] = []
    let requests = findings[topics.requests]?.partitions
    let wanted: [(name: String, key: String, partitions: Int32?, days: Int)] = [
      (topics.requests, "requests", nil, requestDays),
      (topics.results, "results", requests, 7),
      (topics.deadLetters, "deadLetters", nil, 14),
    ]
    for topic in wanted {
      switch findings[topic.name] {
      case .missing?, nil:
        let partitions = topic.partitions ?? requests ?? 12
        problems.append(
          "topic \(topic.name) (topics.\(topic.key)) does not exist; create it: kafka-topics --create --topic \(topic.name) --partitions \(partitions) --config retention.ms=\(topic.days * 86_400_000)"
        )
      case .found(let partitions, let retention)?:
        if let needed = topic.partitions, partitions != needed {
          problems.append(
            "topic \(topic.name) has \(partitions) partitions, \(topics.requests) has \(needed): they must be equal, since an outcome goes to the partition of its request; kafka-topics --alter --topic \(partitions < needed ? topic.name : topics.requests) --partitions \(max(partitions, needed))"
          )
        }
        if case .limited(let time) = retention, let least = leastRetention(of: topic.key),
          time < least
        {
          problems.append(
            "topic \(topic.name) keeps records for \(time.components.seconds) s, at least \(least.components.seconds) s are needed; kafka-configs --alter --entity-type topics --entity-name \(topic.name) --add-config retention.ms=\(topic.days * 86_400_000)"
          )
        }
      case .failed?: break
      }
    }
    return problems
  }

  private func leastRetention(of key: String) -> Duration? {
    switch key {
    case "requests": lifetimes.longest + .seconds(86_400)
    case "results": .seconds(7 * 86_400)
    default: nil
    }
  }

  private var requestDays: Int {
    max(2, Int(((lifetimes.longest + .seconds(86_400)) / .seconds(86_400)).rounded(.up)))
  }
}

extension TopicDirectory.Finding {
  fileprivate var failure: KafkaError? { if case .failed(let error) = self { error } else { nil } }
  fileprivate var partitions: Int32? {
    if case .found(let partitions, _) = self { partitions } else { nil }
  }
}
