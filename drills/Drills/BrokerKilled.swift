extension Drill {
  static let brokerKilled = Drill(
    name: "broker-killed",
    does: "kills one of three brokers after the other under load, each revived before the next",
    holds: "nothing is sent twice; the longest wait of a request is below 30 s",
    ground: .brokers, seconds: 75
  ) { field in
    guard let brokers = field.brokers else { return }
    let worker = try field.startWorker()
    let flow = field.flow(perSecond: 100) { .sms($0) }
    for broker in ["1", "2", "3"] {
      pause(.seconds(3))
      try brokers.run("kill", broker)
      pause(.seconds(12))
      try brokers.run("revive", broker)
    }
    pause(.seconds(3))
    flow.stop()
    field.report.recoverySeconds = field.awaitOutcomes().seconds
    let longest =
      field.journal.outcomes.values.flatMap { $0 }.map(\.latencyMilliseconds).max() ?? 0
    field.note("longest way of a request \(longest) ms")
    field.check(longest < 30_000, "a request took \(longest) ms")
    field.check(worker.isRunning, "the worker ended")
  }
}
