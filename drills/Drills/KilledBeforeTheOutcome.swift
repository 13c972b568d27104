import Kafka

extension Drill {
  static let killedBeforeTheOutcome = Drill(
    name: "killed-before-the-outcome",
    does: "kills the worker after the provider accepted and before the outcomes could be written",
    holds: "at most one more send for each, with the same idempotency key",
    seconds: 25
  ) { field in
    let count = 24
    try field.separateLeaders(of: field.topics.results)
    let worker = try field.startWorker()
    // It takes nothing before it has read what the results say of its partitions.
    try field.enqueue((0..<20).map { .sms($0, prefix: "before") })
    field.awaitOutcomes()
    let before = field.sms.takenCount
    try field.cluster?.takeDown(broker: 2)
    try field.enqueue((0..<count).map { .sms($0) })
    try field.wait("all are accepted", upTo: .seconds(20)) {
      field.sms.takenCount == before + count
    }
    pause(.seconds(1))
    field.check(
      field.journal.concluded == 20, "outcomes were written although their broker was away")
    worker.kill()
    try field.cluster?.bringUp(broker: 2)
    field.allowedSecondSends = count
    _ = try field.launchWorker()
    field.report.recoverySeconds = field.awaitOutcomes().seconds
  }
}

extension Field {
  /// Gives one topic to broker 2 of the embedded cluster, and all else to broker 1, so that it can be cut off alone.
  func separateLeaders(of separated: String) throws {
    guard let cluster else { return }
    try cluster.setCoordinator(1, ofGroup: configuration.group)
    for topic in topics.numberedLikeRequests {
      for partition in 0..<Field.partitions {
        try cluster.setLeader(
          topic == separated ? 2 : 1, of: TopicPartition(topic: topic, partition: partition))
      }
    }
    for topic in topics.others {
      try cluster.setLeader(
        topic == separated ? 2 : 1, of: TopicPartition(topic: topic, partition: 0))
    }
  }
}
