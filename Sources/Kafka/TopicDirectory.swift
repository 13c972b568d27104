internal import CKafka

/// Looks topics up: whether they exist, how many partitions they have, how long they keep records.
public final class TopicDirectory: Sendable {
  /// How long a topic keeps records.
  public enum Retention: Sendable, Equatable {
    /// This long (`retention.ms`).
    case limited(Duration)
    /// For good, or until the topic is too large.
    case unlimited
    /// The brokers would not tell, and why: an access rule, or a cluster without administration.
    case untold(KafkaError)
  }
  /// What was found out about a topic.
  public enum Finding: Sendable, Equatable {
    /// There is no such topic.
    case missing
    /// It exists.
    case found(partitions: Int32, retention: Retention)
    /// No answer, or none that helps.
    case failed(KafkaError)
  }

  let handle: ClientHandle

  /// A directory with a client of its own.
  /// - Throws: when librdkafka does not accept the configuration as a whole.
  public init(configuration: KafkaConfiguration) throws(KafkaError) {
    handle = try ClientHandle(.producer, properties: configuration.directoryProperties)
  }

  /// Asks the brokers about topics.
  /// - Parameters:
  ///   - topics: their names.
  ///   - limit: how long to wait for each topic; after one wait in vain, no others.
  ///   - retentionLimit: how long to wait for the retentions of all; an embedded cluster never tells.
  /// - Returns: what was found out about each topic.
  public func describe(
    _ topics: [String], within limit: Duration = .seconds(10),
    retentionsWithin retentionLimit: Duration = .seconds(2)
  ) async -> [String: Finding] {
    let milliseconds = Int32(limit / .milliseconds(1))
    let retentionMilliseconds = Int32(retentionLimit / .milliseconds(1))
    return await withCheckedContinuation { continuation in
      handle.thread.run { [client = SendablePointer(handle.raw)] in
        continuation.resume(
          returning: findings(
            on: topics, by: client.raw, milliseconds: milliseconds,
            retentionMilliseconds: retentionMilliseconds))
      }
    }
  }
}

/// Blocks for up to `milliseconds` per topic, and then for `retentionMilliseconds`.
private func findings(
  on topics: [String], by client: OpaquePointer, milliseconds: Int32, retentionMilliseconds: Int32
) -> [String: TopicDirectory.Finding] {
  var findings: [String: TopicDirectory.Finding] = [:]
  var counts: [String: Int32] = [:]
  var silence: KafkaError?
  for topic in topics {
    // Whoever did not answer about one topic would not about the next: the wait is for all.
    if let silence {
      findings[topic] = .failed(silence)
      continue
    }
    switch TopicMetadata.fetch(topic, by: client, milliseconds: milliseconds) {
    case .success(let metadata): counts[topic] = metadata.partitionCount
    case .failure(let error) where error.isTopicGone: findings[topic] = .missing
    case .failure(let error):
      findings[topic] = .failed(error)
      if error.isRetriable { silence = error }
    }
  }
  let retentions = retentions(
    of: Array(counts.keys), by: client, milliseconds: retentionMilliseconds)
  for (topic, count) in counts {
    let retention = retentions[topic] ?? .untold(KafkaError(RD_KAFKA_RESP_ERR__NOENT))
    findings[topic] = .found(partitions: count, retention: retention)
  }
  return findings
}

/// Asks for `retention.ms` of all topics in one request.
private func retentions(
  of topics: [String], by client: OpaquePointer, milliseconds: Int32
) -> [String: TopicDirectory.Retention] {
  if topics.isEmpty { return [:] }
  var resources = topics.map { rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, $0) }
  defer { rd_kafka_ConfigResource_destroy_array(&resources, resources.count) }
  let options = rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS)
  defer { rd_kafka_AdminOptions_destroy(options) }
  rd_kafka_AdminOptions_set_request_timeout(options, milliseconds, nil, 0)
  let queue = rd_kafka_queue_new(client)
  defer { rd_kafka_queue_destroy(queue) }
  rd_kafka_DescribeConfigs(client, &resources, resources.count, options, queue)
  // The request has its own time limit; waiting longer than that makes sure of its answer.
  guard let event = rd_kafka_queue_poll(queue, milliseconds + 500).map({ Event($0) }) else {
    return untold(topics, KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT))
  }
  if let error = event.error { return untold(topics, error) }
  return readRetentions(event)
}

private func untold(_ topics: [String], _ error: KafkaError) -> [String: TopicDirectory.Retention] {
  Dictionary(uniqueKeysWithValues: topics.map { ($0, .untold(error)) })
}

private func readRetentions(_ event: borrowing Event) -> [String: TopicDirectory.Retention] {
  guard let result = rd_kafka_event_DescribeConfigs_result(event.raw) else { return [:] }
  var count = 0
  let resources = rd_kafka_DescribeConfigs_result_resources(result, &count)
  var retentions: [String: TopicDirectory.Retention] = [:]
  for resource in UnsafeBufferPointer(start: resources, count: count) {
    guard let resource, let name = rd_kafka_ConfigResource_name(resource) else { continue }
    retentions[String(cString: name)] = retention(of: resource)
  }
  return retentions
}

private func retention(of resource: OpaquePointer) -> TopicDirectory.Retention? {
  let code = rd_kafka_ConfigResource_error(resource)
  guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { return .untold(KafkaError(code)) }
  var count = 0
  let entries = rd_kafka_ConfigResource_configs(resource, &count)
  for entry in UnsafeBufferPointer(start: entries, count: count) {
    guard let entry, String(cString: rd_kafka_ConfigEntry_name(entry)) == "retention.ms",
      let value = rd_kafka_ConfigEntry_value(entry), let time = Int64(String(cString: value))
    else { continue }
    return time < 0 ? .unlimited : .limited(.milliseconds(time))
  }
  return nil
}
