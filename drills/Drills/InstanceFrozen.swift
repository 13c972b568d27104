import Foundation

extension Drill {
  static let instanceFrozen = Drill(
    name: "instance-frozen",
    does:
      "stops one of three instances (SIGSTOP) for longer than its session, under load, and wakes it",
    holds:
      "second sends at most what was in flight; the woken instance sends nothing that others own",
    ground: .brokers, seconds: 50
  ) { field in
    field.sms.behave { _ in .taken(.after(.milliseconds(50), .accept)) }
    let frozen = try field.startWorker()
    for _ in 0..<2 { try field.startWorker() }
    let flow = field.flow(perSecond: 200) { .sms($0) }
    pause(.seconds(5))
    frozen.send(SIGSTOP)
    field.allowedSecondSends = field.configuration.concurrency
    pause(.seconds(15))
    frozen.send(SIGCONT)
    let woken = ContinuousClock.now
    field.expect("the woken instance is ready", within: .seconds(30)) { frozen.isReady }
    field.report.recoverySeconds = (ContinuousClock.now - woken).seconds
    pause(.seconds(3))
    flow.stop()
    field.awaitOutcomes()
    let longest = field.journal.outcomes.values.flatMap { $0 }.map(\.latencyMilliseconds).max() ?? 0
    field.note("longest way of a request \(longest) ms")
    field.check(frozen.isRunning, "the woken instance ended")
  }
}
