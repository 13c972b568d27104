import Kafka

extension Drill {
  static let commitRefused = Drill(
    name: "commit-refused",
    does: "lets commits fail as after a rebalance, under load, then restarts the worker",
    holds:
      "the worker lives, counts the failures and commits in the end; second sends at most what was in flight",
    seconds: 30
  ) { field in
    guard let cluster = field.cluster else { return }
    let worker = try field.startWorker()
    let flow = field.flow(perSecond: 100) { .sms($0) }
    // Kafka's numbers: generation, rebalance, member. The client gives its partitions up and joins again.
    for code in [22, 27, 25] as [Int32] {
      pause(.seconds(3))
      try cluster.failNext(.offsetCommit, with: [code])
    }
    pause(.seconds(6))
    field.check(worker.get("/livez")?.status == 200, "/livez failed")
    let errors = worker.metrics.sum("otp_commit_errors_total")
    field.note("\(Int(errors)) commit errors counted")
    field.check(errors > 0, "no commit error was counted")
    flow.stop()
    field.awaitOutcomes()
    field.expect("all is committed", within: .seconds(10)) {
      worker.metrics.sum("otp_uncommitted_span") == 0
    }
    field.stop(worker)
    // Answers that came while the partitions were away.
    field.allowedSecondSends = 3 * field.configuration.concurrency
    let before = field.sms.requestCount
    try field.startWorker()
    let fresh = Event.sms(0, prefix: "fresh")
    try field.enqueue([fresh])
    field.report.recoverySeconds = field.awaitOutcomes().seconds
    field.check(
      field.sms.requestCount == before + 1,
      "the next worker sent \(field.sms.requestCount - before) instead of 1")
  }
}
