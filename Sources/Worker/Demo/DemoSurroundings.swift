import Delivery
import Kafka
import Sandbox
import Settings

/// What the daemon talks to: a Kafka and the providers, all in this process and on real sockets.
struct DemoSurroundings {
  /// Partitions of the requests and of their results.
  static let partitions: Int32 = 4

  let cluster: EmbeddedCluster
  private let sandbox: Sandbox

  /// Starts both.
  /// - Throws: `KafkaError` or `ListenerError`, when the machine has no port or thread left.
  init() throws {
    cluster = try EmbeddedCluster()
    sandbox = try Sandbox(StandInCatalog.makeAll(), mail: MailPolicy())
  }

  /// Where people see what the providers got.
  var inboxURL: String { sandbox.baseURL + "/" }

  /// The connector for a provider, as YAML.
  func connector(for provider: DemoProvider) -> String {
    if provider == .smtp, let mail = sandbox.mail { return mail.connector }
    guard let standIn = sandbox.standIns.first(where: { $0.name == provider.name }) else {
      preconditionFailure("the demo's providers are those of the sandbox")
    }
    return standIn.connector(at: sandbox.url(of: standIn))
  }

  /// Shows in the inbox what became of a request.
  func note(_ outcome: PublishedOutcome) {
    // It is about another record: the message with its event id has an outcome of its own.
    if outcome.kind == .duplicate { return }
    sandbox.note(
      InboxConclusion(
        eventID: outcome.eventID, providerMessageID: outcome.providerMessageID,
        outcome: outcome.kind.rawValue, reason: outcome.reason.rawValue,
        attempts: outcome.attempts, latencyMilliseconds: outcome.latencyMilliseconds,
        connector: outcome.connector, usageType: outcome.usageType))
  }

  /// Makes the topics.
  func createTopics(_ topics: TopicSettings) throws(KafkaError) {
    try cluster.createTopic(topics.requests, partitions: Int(Self.partitions))
    try cluster.createTopic(topics.results, partitions: Int(Self.partitions))
    try cluster.createTopic(topics.deadLetters, partitions: 1)
    for topic in [topics.retry30s, topics.retry2m, topics.retry10m, topics.replay] {
      try cluster.createTopic(topic, partitions: Int(Self.partitions))
    }
  }

  /// Lets happen what the samples need.
  func prepare(for samples: [Sample]) {
    for sample in samples {
      for var fault in sample.faults {
        fault.recipient = sample.recipient.address
        _ = sandbox.faults.add(fault)
      }
    }
  }

  /// Ends both; their clients must be closed.
  func close() {
    sandbox.stop()
    cluster.close()
  }
}
