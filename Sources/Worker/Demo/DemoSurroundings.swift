import Delivery
import Kafka
import Sandbox
import Settings

/// What the daemon talks to: a Kafka and a provider, both in this process and both on real sockets.
struct DemoSurroundings {
  /// Partitions of the requests and of their results.
  static let partitions: Int32 = 4

  let provider: DemoProvider
  let cluster: EmbeddedCluster
  let standIn: StandIn
  private let sandbox: Sandbox

  /// Starts both.
  /// - Throws: `KafkaError` or `ListenerError`, when the machine has no port or thread left.
  init(_ provider: DemoProvider) throws {
    self.provider = provider
    cluster = try EmbeddedCluster()
    standIn = provider.makeStandIn()
    sandbox = try Sandbox([standIn])
  }

  /// Where the stand-in is.
  var providerURL: String { sandbox.url(of: standIn) }

  /// Where people see what the provider got.
  var inboxURL: String { sandbox.baseURL + "/" }

  /// Shows in the inbox what became of a request.
  func note(_ outcome: PublishedOutcome) {
    sandbox.note(
      InboxConclusion(
        eventID: outcome.eventID, outcome: outcome.kind.rawValue, reason: outcome.reason.rawValue,
        attempts: outcome.attempts, latencyMilliseconds: outcome.latencyMilliseconds))
  }

  /// Makes the topics.
  func createTopics(_ topics: TopicSettings) throws(KafkaError) {
    try cluster.createTopic(topics.requests, partitions: Int(Self.partitions))
    try cluster.createTopic(topics.results, partitions: Int(Self.partitions))
    try cluster.createTopic(topics.deadLetters, partitions: 1)
  }

  /// Tells the stand-in what the samples need of it.
  func prepare(for samples: [Sample]) {
    for sample in samples where !sample.steps.isEmpty {
      standIn.script(for: sample.recipient.address, sample.steps)
    }
  }

  /// Ends both; their clients must be closed.
  func close() {
    sandbox.stop()
    cluster.close()
  }
}
