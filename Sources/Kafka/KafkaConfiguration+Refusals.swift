extension KafkaConfiguration {
  /// Why a property may not have a value; nil when it may.
  public static func refusal(of key: String, value: String) -> String? {
    if key.hasPrefix("test.mock.") { return "is for librdkafka's own tests" }
    if key.hasSuffix("_cb") || internalKeys.contains(key) { return "cannot be set from a file" }
    guard let rule = rules.first(where: { $0.keys.contains(key) }), !rule.allows(value) else {
      return nil
    }
    return rule.reason
  }

  /// A property that a promise hangs on.
  private struct Rule {
    var keys: [String]
    var allows: @Sendable (String) -> Bool
    /// What the property may be, and why nothing else.
    var reason: String

    init(_ keys: String..., allowing values: [String] = [], because reason: String) {
      self.keys = keys
      allows = { values.contains($0.lowercased()) }
      self.reason =
        (values.first.map { "must be \($0) or left out" } ?? "must be left out") + ": \(reason)"
    }

    init(_ keys: String..., within range: ClosedRange<Int>, because reason: String) {
      self.keys = keys
      allows = { Int($0).map(range.contains) ?? false }
      self.reason =
        "must be a whole number from \(range.lowerBound) to \(range.upperBound): \(reason)"
    }
  }

  private static let no = ["false", "f", "0"]
  private static let yes = ["true", "t", "1"]

  private static let rules = [
    Rule(
      "enable.auto.commit", "auto.commit.enable", allowing: no,
      because: "an offset is committed only after what its record came to is acknowledged"),
    Rule(
      "enable.auto.offset.store", allowing: no,
      because: "offsets are committed explicitly, with metadata, never from librdkafka's store"),
    Rule(
      "offset.store.method", allowing: ["broker"],
      because: "offsets belong to the consumer group, so that another instance can take over"),
    Rule(
      "auto.offset.reset",
      allowing: ["earliest", "smallest", "beginning", "largest", "latest", "end"],
      because: "without a committed offset the worker must start somewhere: earliest or latest"),
    Rule(
      "acks", "request.required.acks", allowing: ["all", "-1"],
      because: "nothing counts as written before all in-sync replicas have it"),
    Rule(
      "enable.idempotence", allowing: yes,
      because: "a repeated request to a broker must not write a record twice"),
    Rule(
      "enable.gapless.guarantee", allowing: no,
      because: "one record that fails would end the producer"),
    Rule(
      "message.timeout.ms", "delivery.timeout.ms", allowing: ["0"],
      because: "a record waits for its broker as long as it takes; giving up would lose it"),
    Rule(
      "message.send.max.retries", "retries", within: 1...Int(Int32.max),
      because: "a record must survive a broker's restart; idempotence needs at least 1"),
    Rule(
      "max.in.flight", "max.in.flight.requests.per.connection", within: 1...5,
      because: "with more than 5 requests in flight a broker cannot keep records in order"),
    Rule(
      "queuing.strategy", allowing: ["fifo"],
      because: "records of one partition must be written in order"),
    Rule(
      "transactional.id",
      because: "transactions are not used: no provider takes part in one"),
    Rule(
      "partition.assignment.strategy", allowing: ["range"],
      because:
        "range gives partition i of every topic to one instance, which finding duplicates needs; "
        + "cooperative-sticky moreover needs librdkafka 2.6.1"),
    Rule(
      "group.protocol", allowing: ["classic"],
      because:
        "the new consumer protocol does not promise partition i of every topic to one instance"),
    Rule(
      "enable.partition.eof", allowing: no, because: "the end of a partition means nothing here"),
    Rule(
      "allow.auto.create.topics", allowing: no,
      because: "a mistyped name must not become a topic: create topics on purpose"),
    Rule(
      "log.queue", allowing: yes, because: "librdkafka's log is written with the worker's own"),
    Rule(
      "consume.callback.max.messages", allowing: ["0"],
      because: "records are taken from their queues on demand, never by callback"),
  ]

  /// Pointers and switches of librdkafka's programming interface that it lists among its properties.
  private static let internalKeys: Set<String> = [
    "opaque", "default_topic_conf", "interceptors", "enabled_events", "ssl_certificate", "ssl_key",
    "ssl_ca", "ssl_engine_callback_data",
  ]
}
