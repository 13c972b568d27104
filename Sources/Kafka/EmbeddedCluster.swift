internal import CKafka
import Synchronization

/// A Kafka cluster inside this process: librdkafka's own stand-in, for demonstrations and tests.
///
/// Listens on 127.0.0.1 and keeps records in memory, about 5 MB a partition, the oldest dropped first.
/// Knows producing, fetching and consumer groups; neither administration nor TLS nor SASL. A group needs
/// `session.timeout.ms` of at least 3,000, and 3 s to form.
public final class EmbeddedCluster: Sendable {
  /// A kind of request, by the number that Kafka's protocol gives it.
  public enum Request: Int16, Sendable {
    case produce = 0
    case fetch = 1
    case listOffsets = 2
    case metadata = 3
    case offsetCommit = 8
    case offsetFetch = 9
    case findCoordinator = 10
    case joinGroup = 11
    case heartbeat = 12
    case initProducerID = 22
  }

  /// Where clients find it, as `bootstrap.servers`.
  public let bootstrapServers: String
  private let cluster: Mutex<MockCluster?>

  /// Starts a cluster.
  /// - Parameter brokers: how many brokers it has, numbered from 1.
  /// - Throws: when the machine refuses it threads or ports.
  public init(brokers: Int = 1) throws(KafkaError) {
    let configuration = rd_kafka_conf_new()
    _ = set("log_level", "0", in: configuration)
    guard let client = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, nil, 0) else {
      rd_kafka_conf_destroy(configuration)
      throw KafkaError(rd_kafka_last_error())
    }
    guard let raw = rd_kafka_mock_cluster_new(client, Int32(brokers)) else {
      rd_kafka_destroy(client)
      throw KafkaError(RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE)
    }
    bootstrapServers = String(cString: rd_kafka_mock_cluster_bootstraps(raw))
    cluster = Mutex(MockCluster(client: client, raw: raw))
  }

  deinit { close() }

  /// Ends the cluster; does nothing when it has ended.
  ///
  /// Blocks for a moment.
  public func close() {
    guard let ended = cluster.withLock({ $0.take() }) else { return }
    rd_kafka_mock_cluster_destroy(ended.raw)
    rd_kafka_destroy(ended.client)
  }

  /// Makes a topic.
  /// - Throws: when a topic of that name exists.
  public func createTopic(_ name: String, partitions: Int) throws(KafkaError) {
    try run { rd_kafka_mock_topic_create($0, name, Int32(partitions), 1) }
  }

  /// Lets whoever asks for a topic's metadata get this error; 0 ends that.
  public func setTopicError(_ code: Int32, of topic: String) throws(KafkaError) {
    try run { cluster in
      rd_kafka_mock_topic_set_error(cluster, topic, rd_kafka_resp_err_t(code))
      return RD_KAFKA_RESP_ERR_NO_ERROR
    }
  }

  /// Lets the next requests of a kind fail, one with each code; `_TRANSPORT` (-195) cuts the connection.
  public func failNext(_ request: Request, with codes: [Int32]) throws(KafkaError) {
    let errors = codes.map { rd_kafka_resp_err_t($0) }
    try run { cluster in
      rd_kafka_mock_push_request_errors_array(cluster, request.rawValue, errors.count, errors)
      return RD_KAFKA_RESP_ERR_NO_ERROR
    }
  }

  /// Lets the next request of a kind at a broker be answered late: with `code`, or as usual when it is 0.
  public func delayNext(
    _ request: Request, broker: Int32 = 1, by delay: Duration, code: Int32 = 0
  ) throws(KafkaError) {
    let milliseconds = Int32(delay / .milliseconds(1))
    try run {
      ckafka_mock_push_error(
        $0, broker, request.rawValue, rd_kafka_resp_err_t(code), milliseconds)
    }
  }

  /// Cuts a broker off, or all of them when `broker` is -1; leaders stay where they are.
  public func takeDown(broker: Int32 = -1) throws(KafkaError) {
    try run { rd_kafka_mock_broker_set_down($0, broker) }
  }

  /// Brings a broker back, or all of them when `broker` is -1.
  public func bringUp(broker: Int32 = -1) throws(KafkaError) {
    try run { rd_kafka_mock_broker_set_up($0, broker) }
  }

  /// Lets a broker, or all when `broker` is -1, take this long for every answer.
  public func setRoundTrip(_ time: Duration, broker: Int32 = -1) throws(KafkaError) {
    let milliseconds = Int32(time / .milliseconds(1))
    try run { rd_kafka_mock_broker_set_rtt($0, broker, milliseconds) }
  }

  /// Moves a partition to another leader.
  public func setLeader(_ broker: Int32, of partition: TopicPartition) throws(KafkaError) {
    try run {
      rd_kafka_mock_partition_set_leader($0, partition.topic, partition.partition, broker)
    }
  }

  /// Lets a broker coordinate a consumer group.
  public func setCoordinator(_ broker: Int32, ofGroup group: String) throws(KafkaError) {
    try run { rd_kafka_mock_coordinator_set($0, "group", group, broker) }
  }

  private func run(_ body: (OpaquePointer) -> rd_kafka_resp_err_t) throws(KafkaError) {
    let code = cluster.withLock { $0.map { body($0.raw) } }
    guard let code else { throw .closed }
    guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(code) }
  }
}
