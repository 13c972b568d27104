internal import CKafka

/// An error of librdkafka or of a broker.
public struct KafkaError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is known about a record that failed.
  public enum Persistence: Sendable, Hashable {
    /// No broker has it.
    case notPersisted
    /// A broker may have it: producing it again may double it.
    case possiblyPersisted
    /// A broker has it.
    case persisted
  }

  /// The code: a broker's own where positive, librdkafka's where negative.
  public var code: Int32
  /// The words to go with it.
  public var text: String
  /// Whether the client cannot go on after it.
  public var isFatal: Bool
  /// What is known about the record, when the error is about one.
  public var persistence: Persistence

  /// An error; `text` defaults to librdkafka's own words for the code.
  public init(
    code: Int32, text: String? = nil, isFatal: Bool = false,
    persistence: Persistence = .notPersisted
  ) {
    self.code = code
    self.text = text ?? String(cString: rd_kafka_err2str(rd_kafka_resp_err_t(code)))
    self.isFatal = isFatal
    self.persistence = persistence
  }

  init(
    _ code: rd_kafka_resp_err_t, text: String? = nil, isFatal: Bool = false,
    persistence: Persistence = .notPersisted
  ) {
    self.init(code: code.rawValue, text: text, isFatal: isFatal, persistence: persistence)
  }

  /// A stable name, safe as a metric label, such as `transport` or `msg_size_too_large`.
  public var name: String {
    let name = String(cString: rd_kafka_err2name(rd_kafka_resp_err_t(code))).lowercased()
    return name.hasPrefix("_") ? String(name.dropFirst()) : name
  }

  /// Whether the same may succeed later without anyone's help.
  public var isRetriable: Bool { !isFatal && Self.retriable.contains(code) }

  /// Whether the record is larger than the client or the broker takes.
  public var isTooLarge: Bool {
    has(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) || has(RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE)
  }

  /// Whether the broker's access rules forbid it.
  public var isNotAuthorized: Bool {
    has(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
      || has(RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED)
      || has(RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED)
  }

  /// Whether the broker did not accept who we are.
  public var isNotAuthenticated: Bool {
    has(RD_KAFKA_RESP_ERR__AUTHENTICATION) || has(RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED)
  }

  /// Whether the topic or the partition does not exist.
  public var isTopicGone: Bool {
    has(RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC) || has(RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION)
      || has(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
  }

  /// Whether a commit was refused because its text is longer than the broker takes.
  public var isMetadataTooLarge: Bool { has(RD_KAFKA_RESP_ERR_OFFSET_METADATA_TOO_LARGE) }

  /// Whether a commit was refused because the partitions are not ours any more.
  ///
  /// A rebalance in progress is none of these: until it ends they are still ours, and the commit may be repeated.
  public var isOwnershipLost: Bool {
    has(RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION) || has(RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID)
      || has(RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID) || has(RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST)
  }

  /// Whether no broker could be reached.
  public var isAllBrokersDown: Bool { has(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) }

  /// Whether the record was given up because its client was closed or rebuilt.
  public var isPurged: Bool {
    has(RD_KAFKA_RESP_ERR__PURGE_QUEUE) || has(RD_KAFKA_RESP_ERR__PURGE_INFLIGHT)
      || has(RD_KAFKA_RESP_ERR__DESTROY)
  }

  /// The name and the words.
  public var description: String { "\(name): \(text)" }

  /// Whether it tells no failure, but that a partition was read to its end.
  var isEnd: Bool { has(RD_KAFKA_RESP_ERR__PARTITION_EOF) }

  private func has(_ known: rd_kafka_resp_err_t) -> Bool { code == known.rawValue }

  /// No answer came in time.
  public static let timedOut = KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT)

  /// The client was closed.
  static let closed = KafkaError(RD_KAFKA_RESP_ERR__DESTROY)

  private static let retriable = Set(
    [
      RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__RESOLVE, RD_KAFKA_RESP_ERR__TIMED_OUT,
      RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN,
      RD_KAFKA_RESP_ERR__QUEUE_FULL, RD_KAFKA_RESP_ERR__WAIT_COORD, RD_KAFKA_RESP_ERR__WAIT_CACHE,
      RD_KAFKA_RESP_ERR__RETRY, RD_KAFKA_RESP_ERR__ISR_INSUFF,
      RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
      RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE,
      RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION,
      RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS,
      RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NOT_COORDINATOR,
      RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND,
      RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS, RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR,
    ].map(\.rawValue))
}
