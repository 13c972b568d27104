import Kafka

/// The worker's own topics beside requests of that name: keys of the configuration, and names.
private func namedOwnTopics(_ requests: String) -> [(key: String, name: String)] {
  [
    ("retry30s", "retry.30s"), ("retry2m", "retry.2m"), ("retry10m", "retry.10m"),
    ("replay", "replay"),
  ]
  .map { ($0.0, "\(requests).\($0.1)") }
}

/// Their names; the usual ones unless told otherwise.
func ownTopics(_ requests: String = "send-otp") -> [String] {
  namedOwnTopics(requests).map(\.name)
}

/// The members of `topics` that name them.
func ownTopicSettings(_ requests: String) -> String {
  namedOwnTopics(requests).map { "\($0.key): \"\($0.name)\"" }.joined(separator: ", ")
}

extension EmbeddedCluster {
  /// Makes every topic of the product, under its usual name.
  func createTopics(partitions: Int, deadLetters: Int = 1) throws {
    for topic in ["send-otp", "send-otp.results"] + ownTopics() {
      try createTopic(topic, partitions: partitions)
    }
    try createTopic("dlq.send-otp", partitions: deadLetters)
  }
}
