import Delivery

extension Configuration {
  /// The keys that are set otherwise than at the start, and that only a restart brings into force.
  public func keysThatNeedARestart(since start: Configuration) -> [String] {
    var keys = kafka.changedKeys(since: start.kafka).map { "kafka.\($0)" }
    func note(_ key: String, _ hasChanged: Bool) {
      if hasChanged { keys.append(key) }
    }
    note("topics.requests", topics.requests != start.topics.requests)
    note("topics.results", topics.results != start.topics.results)
    note("topics.deadLetters", topics.deadLetters != start.topics.deadLetters)
    note("topics.retry30s", topics.retry30s != start.topics.retry30s)
    note("topics.retry2m", topics.retry2m != start.topics.retry2m)
    note("topics.retry10m", topics.retry10m != start.topics.retry10m)
    note("topics.replay", topics.replay != start.topics.replay)
    note("admin.enabled", (admin == nil) != (start.admin == nil))
    if let admin, let before = start.admin {
      note("admin.host", admin.host != before.host)
      note("admin.port", admin.port != before.port)
    }
    note("log.format", log.format != start.log.format)
    return keys
  }
}

extension KafkaSettings {
  fileprivate func changedKeys(since start: KafkaSettings) -> [String] {
    let (now, before) = (byKey, start.byKey)
    return Set(now.keys).union(before.keys).filter { now[$0] != before[$0] }.sorted()
  }

  private var byKey: [String: Secret] {
    Dictionary(properties.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
  }
}
