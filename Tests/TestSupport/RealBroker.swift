import CKafka
import Glibc
public import Testing

extension Tag {
  /// Needs a real broker: `KAFKA_BOOTSTRAP_SERVERS` says where it is.
  @Tag public static var broker: Self
}

/// The real broker that tests may use, when there is one.
public enum RealBroker {
  /// Where it listens; nil when there is none.
  public static let servers = getenv("KAFKA_BOOTSTRAP_SERVERS").map { String(cString: $0) }

  /// Its listener with TLS, SASL and access rules, and the file of the authority that signed its certificate.
  ///
  /// User `otp` (`otp-secret`) may do everything, `nobody` (`nobody-secret`) nothing. Nil when there is none.
  public static let secure: (servers: String, authorities: String)? =
    if let servers = getenv("KAFKA_SECURE_BOOTSTRAP_SERVERS"), let file = getenv("KAFKA_CA_FILE") {
      (String(cString: servers), String(cString: file))
    } else {
      nil
    }

  /// A broker refused to make a topic.
  public struct NotCreated: Error {
    /// What it said.
    public let reason: String
    /// Why not.
    public init(reason: String) { self.reason = reason }
  }

  /// Makes a topic with one copy, and waits until the broker knows it; one that exists already is left
  /// as it is.
  public static func createTopic(
    _ name: String, partitions: Int32, retentionMilliseconds: Int64 = 1_300_000_000
  ) throws(NotCreated) {
    guard let servers else { throw NotCreated(reason: "no broker") }
    let configuration = rd_kafka_conf_new()
    rd_kafka_conf_set(configuration, "bootstrap.servers", servers, nil, 0)
    guard let client = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, nil, 0) else {
      throw NotCreated(reason: "no client")
    }
    defer { rd_kafka_destroy(client) }
    let queue = rd_kafka_queue_new(client)
    defer { rd_kafka_queue_destroy(queue) }
    var topic = rd_kafka_NewTopic_new(name, partitions, -1, nil, 0)
    defer { rd_kafka_NewTopic_destroy(topic) }
    rd_kafka_NewTopic_set_config(topic, "retention.ms", String(retentionMilliseconds))
    rd_kafka_CreateTopics(client, &topic, 1, nil, queue)
    guard let event = rd_kafka_queue_poll(queue, 20_000) else {
      throw NotCreated(reason: "no answer within 20 s")
    }
    defer { rd_kafka_event_destroy(event) }
    var count = 0
    guard let result = rd_kafka_event_CreateTopics_result(event),
      let topics = rd_kafka_CreateTopics_result_topics(result, &count), count == 1
    else { throw NotCreated(reason: String(cString: rd_kafka_event_error_string(event))) }
    let code = rd_kafka_topic_result_error(topics[0])
    if code != RD_KAFKA_RESP_ERR_NO_ERROR, code != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS {
      throw NotCreated(reason: String(cString: rd_kafka_err2str(code)))
    }
    try awaitTopic(name, client: client)
  }

  /// The controller confirms a creation before the broker that serves metadata has heard of it.
  private static func awaitTopic(_ name: String, client: OpaquePointer) throws(NotCreated) {
    let topic = rd_kafka_topic_new(client, name, nil)
    defer { rd_kafka_topic_destroy(topic) }
    let deadline = ContinuousClock.now + .seconds(20)
    while ContinuousClock.now < deadline {
      var metadata: UnsafePointer<rd_kafka_metadata>?
      guard rd_kafka_metadata(client, 0, topic, &metadata, 5_000) == RD_KAFKA_RESP_ERR_NO_ERROR,
        let metadata
      else { continue }
      defer { rd_kafka_metadata_destroy(metadata) }
      if metadata.pointee.topics[0].err == RD_KAFKA_RESP_ERR_NO_ERROR { return }
    }
    throw NotCreated(reason: "the broker does not know it after 20 s")
  }
}
