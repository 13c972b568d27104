import Delivery
import Kafka
import Settings

/// The topics that the product needs and how each must be: one row a topic.
///
/// Making them, checking them and telling what to do all come from these rows.
struct TopicPlan: Sendable {
  /// How many partitions a topic has.
  enum Partitions: Sendable {
    /// As many as somebody chose: the requests.
    case chosen
    /// Any number; so many when it is made here.
    case any(usually: Int32)
    /// As many as the requests: what a record leads to goes to the partition of the same number.
    case likeRequests
  }

  /// One topic.
  struct Row: Sendable {
    /// The key under `topics` that names it.
    var key: String
    /// Its name.
    var name: String
    /// What stands in it, for people.
    var holds: String
    /// How many partitions it has.
    var partitions: Partitions
    /// How long it keeps records when it is made here.
    var retention: Duration
    /// The least that it may keep them; nil for anything.
    var leastRetention: Duration?
    /// What else is set when it is made here.
    var settings: [NewTopic.Setting] = []

    /// Whether it must have as many partitions as others.
    var sharesNumbering: Bool { if case .any = partitions { false } else { true } }
  }

  /// The partitions of the requests where nobody says otherwise.
  static let usualPartitions: Int32 = 12
  private static let day: Duration = .seconds(86_400)

  /// The topics, the requests first.
  let rows: [Row]

  /// The topics of a configuration, whose lifetimes decide how long requests must be kept.
  init(_ topics: TopicSettings, lifetimes: Lifetimes) {
    let least = lifetimes.longest + Self.day
    rows =
      [
        Row(
          key: "requests", name: topics.requests, holds: "requests",
          partitions: .chosen,
          retention: max(Self.day * 2, Self.day * Int((least / Self.day).rounded(.up))),
          leastRetention: least),
        Row(
          key: "results", name: topics.results, holds: "outcomes", partitions: .likeRequests,
          retention: Self.day * 7, leastRetention: Self.day * 7),
        Row(
          key: "deadLetters", name: topics.deadLetters, holds: "dead letters",
          partitions: .any(usually: 3), retention: Self.day * 14, leastRetention: nil),
      ] + Self.ownTopics(topics)
  }

  /// The topics that only the worker and its operators write: what waits there, and what is sent once more.
  private static func ownTopics(_ topics: TopicSettings) -> [Row] {
    let names = [
      ("retry30s", topics.retry30s, "retries after 30 s"),
      ("retry2m", topics.retry2m, "retries after 2 minutes"),
      ("retry10m", topics.retry10m, "retries after 10 minutes"),
      ("replay", topics.replay, "replays"),
    ]
    return names.map { key, name, holds in
      Row(
        key: key, name: name, holds: holds, partitions: .likeRequests, retention: day * 8,
        leastRetention: day * 8, settings: [.init("segment.ms", "3600000")])
    }
  }

  /// The topics to be made.
  /// - Parameters:
  ///   - partitions: of the requests, and of every topic that must have as many.
  ///   - replicationFactor: copies of each; nil for the brokers' own number.
  /// - Returns: one topic for each row, in its order.
  func newTopics(partitions: Int32, replicationFactor: Int32?) -> [NewTopic] {
    rows.map { row in
      NewTopic(
        row.name, partitions: count(of: row, requests: partitions),
        replicationFactor: replicationFactor,
        settings: [.init("retention.ms", "\(row.retention.milliseconds)")] + row.settings)
    }
  }

  /// How many partitions a row's topic gets beside so many of the requests.
  private func count(of row: Row, requests: Int32) -> Int32 {
    switch row.partitions {
    case .chosen, .likeRequests: requests
    case .any(let usual): usual
    }
  }

  /// The partitions of a topic that exists and that others must be like; nil when there is none.
  func partitions(in found: [String: TopicDirectory.Finding]) -> Int32? {
    rows.lazy.compactMap { row -> Int32? in
      guard row.sharesNumbering, case .found(let count, _)? = found[row.name] else { return nil }
      return count
    }.first
  }
}

extension NewTopic {
  /// The line for Kafka's own tool that makes it.
  func command(servers: String) -> String {
    var words = ["kafka-topics", "--bootstrap-server", servers, "--create", "--topic", name]
    words += ["--partitions", "\(partitions)"]
    if let replicationFactor { words += ["--replication-factor", "\(replicationFactor)"] }
    for setting in settings { words += ["--config", "\(setting.key)=\(setting.value)"] }
    return words.joined(separator: " ")
  }
}
