extension Drill {
  static let rebalanceStorm = Drill(
    name: "rebalance-storm",
    does: "starts or stops an instance every 3 s for 30 s, under load",
    holds: "nothing is sent twice; every stop is in order",
    ground: .brokers, argument: "seconds of storm", seconds: 60
  ) { field in
    field.sms.behave { _ in .taken(.after(.milliseconds(20), .accept)) }
    var running = [try field.startWorker()]
    let flow = field.flow(perSecond: 200) { .sms($0) }
    let begin = ContinuousClock.now
    var starts = 1
    while ContinuousClock.now - begin < .seconds(field.argument ?? 30) {
      pause(.seconds(3))
      if running.count < 3 {
        running.append(try field.launchWorker())
        starts += 1
      } else {
        field.stop(running.removeFirst())
      }
    }
    field.note("\(starts) instances started")
    flow.stop()
    field.report.recoverySeconds = field.awaitOutcomes().seconds
  }
}
