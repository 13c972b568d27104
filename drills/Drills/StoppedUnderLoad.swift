import Foundation

extension Drill {
  static let stoppedUnderLoad = Drill(
    name: "stopped-under-load",
    does: "stops one of two workers under load (SIGTERM), then another with two signals",
    holds:
      "the first stop takes at most 25 s and nothing is sent twice; the second signal ends at once",
    seconds: 45
  ) { field in
    field.sms.behave { _ in .taken(.after(.milliseconds(50), .accept)) }
    let first = try field.startWorker()
    _ = try field.startWorker()
    let flow = field.flow(perSecond: 200) { .sms($0) }
    pause(.seconds(6))
    let begin = ContinuousClock.now
    field.stop(first)
    field.note("the stop took \(rounded((ContinuousClock.now - begin).seconds)) s")
    pause(.seconds(4))
    flow.stop()
    field.report.recoverySeconds = field.awaitOutcomes().seconds
    let second = field.sms.taken.values.count { $0 > 1 }
    field.check(second == 0, "\(second) were sent twice around the stop in order")

    for worker in field.workers where worker.isRunning { field.stop(worker) }
    let impatient = try field.startWorker()
    field.sms.behave { $0.count == 1 ? .taken(.after(.seconds(10), .accept)) : .accept }
    let before = field.sms.takenCount
    try field.enqueue((0..<10).map { .sms($0, prefix: "late") })
    try field.wait("they are taken", upTo: .seconds(10)) { field.sms.takenCount == before + 10 }
    impatient.send(SIGTERM)
    pause(.seconds(1))
    field.check(impatient.isRunning, "the first signal ended it while sends were open")
    impatient.send(SIGTERM)
    let code = impatient.exit(within: .seconds(2))
    field.check(code == 1, "the second signal ended it with \(code.map(String.init) ?? "nothing")")
    field.allowedSecondSends = 10
    _ = try field.launchWorker()
    field.awaitOutcomes()
  }
}
