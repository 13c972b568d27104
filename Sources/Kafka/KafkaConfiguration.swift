internal import CKafka

/// What the clients are configured with: librdkafka's properties, ours where a promise hangs on them.
public struct KafkaConfiguration: Sendable {
  /// A property and its value, both as librdkafka takes them.
  public typealias Property = (key: String, value: String)

  /// Something wrong with a property; never holds the value of a secret.
  public struct Problem: Sendable, Equatable, CustomStringConvertible {
    /// The property.
    public var key: String
    /// What is wrong, and what to do.
    public var message: String

    /// The property and what is wrong with it.
    public var description: String { "\(key): \(message)" }
  }

  /// Everything that is wrong with a configuration.
  public struct Invalid: Error, Sendable, Equatable, CustomStringConvertible {
    /// The problems, in the order of the settings.
    public var problems: [Problem]

    /// All problems, one a line.
    public var description: String {
      problems.map(\.description).joined(separator: "\n")
    }
  }

  private let settings: [Property]

  /// Checks settings and keeps them.
  /// - Parameter settings: librdkafka's properties; a later one wins over an earlier one of the same name.
  /// - Throws: ``Invalid`` with every problem at once: unknown or refused properties, values that
  ///   librdkafka does not take, `bootstrap.servers` or `group.id` missing.
  public init(settings: [Property]) throws(Invalid) {
    var problems = settings.compactMap { setting in
      Self.validate(key: setting.key, value: setting.value).map {
        Problem(key: setting.key, message: $0)
      }
    }
    for (key, alias) in [("bootstrap.servers", "metadata.broker.list"), ("group.id", "group.id")] {
      let isSet = settings.contains { ($0.key == key || $0.key == alias) && !$0.value.isEmpty }
      if !isSet { problems.append(Problem(key: key, message: "is required")) }
    }
    guard problems.isEmpty else { throw Invalid(problems: problems) }
    self.settings = settings
  }

  /// What is wrong with a property; nil when nothing is.
  public static func validate(key: String, value: String) -> String? {
    if let refusal = refusal(of: key, value: value) { return refusal }
    let configuration = rd_kafka_conf_new()
    defer { rd_kafka_conf_destroy(configuration) }
    guard let problem = set(key, value, in: configuration) else { return nil }
    // librdkafka quotes the value.
    return secretKeys.contains(key) ? "librdkafka does not take this value" : problem
  }

  /// The properties whose values must never be shown.
  public static let secretKeys: Set<String> = [
    "sasl.password", "ssl.key.password", "ssl.key.pem", "ssl.keystore.password",
    "sasl.oauthbearer.client.secret", "sasl.oauthbearer.config",
  ]

  /// The value that a property was set to; nil when it is not among the settings.
  public func value(of key: String) -> String? { settings.last { $0.key == key }?.value }

  /// How long the group waits for a member that is silent.
  public var sessionTimeout: Duration {
    .milliseconds(
      consumerProperties.last { $0.key == "session.timeout.ms" }.flatMap { Int64($0.value) }
        ?? 45_000)
  }

  /// What an operator should know about this configuration and the librdkafka at hand.
  public var warnings: [String] {
    let mechanism = value(of: "sasl.mechanism") ?? value(of: "sasl.mechanisms")
    return [mechanism.flatMap { KafkaVersion.scramWarning(mechanism: $0) }].compactMap(\.self)
  }

  /// Whether a group that has committed nothing begins with the oldest record.
  var startsAtOldest: Bool {
    !["largest", "latest", "end"].contains(value(of: "auto.offset.reset") ?? "")
  }

  var consumerProperties: [Property] { Self.common + Self.consumer + settings }
  var producerProperties: [Property] { Self.common + Self.producer + settings }
  /// What only asks for metadata needs no more than the way to the brokers.
  var directoryProperties: [Property] { Self.common + settings }

  private static let common: [Property] = [
    ("client.id", "otp-worker"),
    ("log.queue", "true"),
    // Nagle costs a delay per request; librdkafka turned it off itself in 2.10.
    ("socket.nagle.disable", "true"),
    ("socket.keepalive.enable", "true"),
    // A mistyped name must not become a topic.
    ("allow.auto.create.topics", "false"),
  ]

  private static let consumer: [Property] = [
    ("enable.auto.commit", "false"),
    ("enable.auto.offset.store", "false"),
    ("enable.partition.eof", "false"),
    ("partition.assignment.strategy", "range"),
    ("auto.offset.reset", "earliest"),
    // Per partition, because their queues are split: the default of 64 MB would be taken by each.
    ("queued.max.messages.kbytes", "1024"),
    ("fetch.wait.max.ms", "100"),
    ("session.timeout.ms", "10000"),
    ("heartbeat.interval.ms", "3000"),
  ]

  private static let producer: [Property] = [
    ("acks", "all"),
    ("enable.idempotence", "true"),
    // Records wait for their broker as long as it takes; what is uncommitted bounds how many.
    ("message.timeout.ms", "0"),
    ("linger.ms", "1"),
    // A dead letter is as large as its request: whether it fits is the topic's to say, not ours.
    ("message.max.bytes", "104857600"),
    // The same partition for a key as Java's clients choose.
    ("partitioner", "murmur2_random"),
  ]
}
