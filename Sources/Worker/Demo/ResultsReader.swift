import Delivery
import EventLoop
import Kafka
import Settings

/// Reads what the daemon publishes, in a consumer group of its own, as anybody may.
///
/// Used on the loop only; to be closed before it is released.
final class ResultsReader {
  private static let batch = 100

  /// Whether its group has formed, so that nothing is missed for long.
  private(set) var isJoined = false
  private let topics: TopicSettings
  private let onEvent: (DemoEvent) -> Void
  private var consumer: KafkaConsumer?

  /// Joins a group.
  /// - Parameters:
  ///   - settings: the daemon's own; all but the group is used.
  ///   - topics: where outcomes and dead letters are.
  ///   - loop: the loop that this is used on.
  ///   - onEvent: told each outcome and dead letter, on the loop.
  /// - Throws: `KafkaError` or `KafkaConfiguration.Invalid`, when librdkafka refuses the settings.
  init(
    _ settings: KafkaSettings, topics: TopicSettings, loop: EventLoop,
    onEvent: @escaping (DemoEvent) -> Void
  ) throws {
    self.topics = topics
    self.onEvent = onEvent
    let properties = settings.properties.map { ($0.key, $0.value.reveal()) }
    let configuration = try KafkaConfiguration(
      settings: properties + [("group.id", "\(settings.groupID)-reader")])
    let handlers = KafkaConsumer.Handlers(
      assigned: { [weak self] _ in self?.isJoined = true },
      revoked: { _, _, done in done() },
      recordsReady: { [weak self] in self?.take(from: $0) },
      event: { _ in })
    consumer = try KafkaConsumer(
      configuration: configuration, topics: [topics.results, topics.deadLetters], loop: loop,
      handlers: handlers)
  }

  /// Leaves the group.
  func close() async { await consumer?.close() }

  private func take(from partition: TopicPartition) {
    guard let consumer else { return }
    var taken = Self.batch
    while taken == Self.batch {
      taken = consumer.take(from: partition, max: Self.batch) { record in
        if let event = event(in: record) { onEvent(event) }
      }
    }
  }

  private func event(in record: ConsumerRecord) -> DemoEvent? {
    record.topic == topics.deadLetters
      ? PublishedDeadLetter(headers: record.headers).map(DemoEvent.deadLetter)
      : record.copyValue().flatMap(PublishedOutcome.init).map(DemoEvent.outcome)
  }
}
