import Kafka

extension Drill {
  static let leaderMoves = Drill(
    name: "leader-moves",
    does: "moves requests and results to the other broker and back every second, under load",
    holds: "nothing is sent twice; no outcome is written twice",
    seconds: 30
  ) { field in
    guard let cluster = field.cluster else { return }
    try field.startWorker()
    let flow = field.flow(perSecond: 100) { .sms($0) }
    for turn in 0..<15 {
      for topic in field.topics.numberedLikeRequests {
        for partition in 0..<Field.partitions {
          try cluster.setLeader(
            Int32((turn + Int(partition)) % 2 + 1),
            of: TopicPartition(topic: topic, partition: partition))
        }
      }
      pause(.seconds(1))
    }
    flow.stop()
    // The in-process cluster can lose what it acknowledges while a leader moves.
    field.forgetWhatStandsNowhere()
    field.report.recoverySeconds = field.awaitOutcomes().seconds
    let repeated = field.journal.outcomes.values.count { $0.count > 1 }
    field.check(repeated == 0, "\(repeated) outcomes were written twice")
  }
}
