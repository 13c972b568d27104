internal import CKafka

/// A topic to be made.
public struct NewTopic: Sendable, Equatable {
  /// Its name.
  public var name: String
  /// How many partitions.
  public var partitions: Int32
  /// How many copies of each; nil leaves it to the brokers' `default.replication.factor`.
  public var replicationFactor: Int32?
  /// The topic's own settings, such as `retention.ms`.
  public var settings: [Setting]

  /// A setting of a topic.
  public struct Setting: Sendable, Equatable {
    /// Its name.
    public var key: String
    /// Its value.
    public var value: String

    /// A setting of a topic.
    public init(_ key: String, _ value: String) {
      self.key = key
      self.value = value
    }
  }

  /// A topic to be made.
  public init(
    _ name: String, partitions: Int32, replicationFactor: Int32? = nil, settings: [Setting] = []
  ) {
    self.name = name
    self.partitions = partitions
    self.replicationFactor = replicationFactor
    self.settings = settings
  }
}

extension TopicDirectory {
  /// What became of a topic that was to be made.
  public enum Creation: Sendable, Equatable {
    /// The controller made it.
    case created
    /// There was one of that name, which was left as it is.
    case existed
    /// It was not made, or nobody knows: the error says why.
    case failed(KafkaError)
  }

  /// Makes topics; those that exist are left as they are.
  /// - Parameters:
  ///   - topics: what to make; each stands for itself, so that some may fail.
  ///   - limit: how long to wait for the brokers.
  /// - Returns: what became of each topic, by name.
  public func create(
    _ topics: [NewTopic], within limit: Duration = .seconds(20)
  ) async -> [String: Creation] {
    let milliseconds = Int32(limit / .milliseconds(1))
    return await ask { creations(of: topics, by: $0, milliseconds: milliseconds) }
  }
}

/// Blocks for up to `milliseconds` and a bit.
private func creations(
  of topics: [NewTopic], by client: OpaquePointer, milliseconds: Int32
) -> [String: TopicDirectory.Creation] {
  func all(_ error: KafkaError) -> [String: TopicDirectory.Creation] {
    Dictionary(topics.map { ($0.name, .failed(error)) }, uniquingKeysWith: { first, _ in first })
  }
  var requests: [OpaquePointer?] = []
  defer { rd_kafka_NewTopic_destroy_array(&requests, requests.count) }
  for topic in topics {
    switch newTopic(topic) {
    case .success(let request): requests.append(request)
    case .failure(let error): return all(error)
    }
  }
  if requests.isEmpty { return [:] }
  let options = rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_CREATETOPICS)
  defer { rd_kafka_AdminOptions_destroy(options) }
  rd_kafka_AdminOptions_set_request_timeout(options, milliseconds, nil, 0)
  rd_kafka_AdminOptions_set_operation_timeout(options, milliseconds, nil, 0)
  let queue = rd_kafka_queue_new(client)
  defer { rd_kafka_queue_destroy(queue) }
  rd_kafka_CreateTopics(client, &requests, requests.count, options, queue)
  guard let event = rd_kafka_queue_poll(queue, milliseconds + 500).map({ Event($0) }) else {
    return all(KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT))
  }
  if let error = event.error { return all(error) }
  return readCreations(event)
}

/// - Returns: a request to be destroyed, or librdkafka's words about what it does not take.
private func newTopic(_ topic: NewTopic) -> Result<OpaquePointer, KafkaError> {
  var text = [UInt8](repeating: 0, count: 512)
  let request = text.withUnsafeMutableBytes {
    rd_kafka_NewTopic_new(
      topic.name, topic.partitions, topic.replicationFactor ?? -1,
      $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
  }
  guard let request else {
    return .failure(KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG, text: string(from: text)))
  }
  for setting in topic.settings {
    rd_kafka_NewTopic_set_config(request, setting.key, setting.value)
  }
  return .success(request)
}

private func readCreations(_ event: borrowing Event) -> [String: TopicDirectory.Creation] {
  guard let result = rd_kafka_event_CreateTopics_result(event.raw) else { return [:] }
  var count = 0
  let topics = rd_kafka_CreateTopics_result_topics(result, &count)
  var creations: [String: TopicDirectory.Creation] = [:]
  for topic in UnsafeBufferPointer(start: topics, count: count) {
    guard let topic, let name = rd_kafka_topic_result_name(topic) else { continue }
    let code = rd_kafka_topic_result_error(topic)
    creations[String(cString: name)] =
      switch code {
      case RD_KAFKA_RESP_ERR_NO_ERROR: .created
      case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS: .existed
      default:
        .failed(
          KafkaError(
            code, text: rd_kafka_topic_result_error_string(topic).map { String(cString: $0) }))
      }
  }
  return creations
}
