extension Drill {
  static let killedWhileSending = Drill(
    name: "killed-while-sending",
    does: "kills the worker three times while a provider has taken messages and holds its answers",
    holds: "second sends at most what was in flight (a quarter more for outcomes on their way)",
    seconds: 45
  ) { field in
    let count = 2_400
    // Not all at once: no provider answers in step.
    field.sms.behave { _ in .taken(.after(.milliseconds(Int.random(in: 20...80)), .accept)) }
    try field.enqueue((0..<count).map { .sms($0) })
    for kill in [500, 1_100, 1_700] {
      let worker = try field.launchWorker()
      try field.wait("\(kill) messages are taken", upTo: .seconds(60), every: .milliseconds(2)) {
        field.sms.takenCount >= kill
      }
      worker.kill()
      field.allowedSecondSends += field.configuration.concurrency * 5 / 4
    }
    let last = ContinuousClock.now
    let before = field.sms.takenCount
    _ = try field.launchWorker()
    try field.wait("the next worker sends", upTo: .seconds(60)) { field.sms.takenCount > before }
    field.report.recoverySeconds = (ContinuousClock.now - last).seconds
    field.awaitOutcomes()
  }
}
