extension Drill {
  static let networkCut = Drill(
    name: "network-cut",
    does:
      "lets nothing through between the worker and its broker for 30 s, connections staying open",
    holds: "what waits is sent within 15 s of the network's return",
    ground: .behindProxy, argument: "seconds without network", seconds: 75
  ) { field in
    guard let proxy = field.proxy else { return }
    let worker = try field.startWorker()
    field.sms.behave { _ in .taken(.after(.milliseconds(20), .accept)) }
    let flow = field.flow(perSecond: 100) { .sms($0) }
    try field.wait("requests flow", upTo: .seconds(30)) { field.journal.concluded > 300 }
    proxy.set(.silent)
    field.allowedSecondSends = field.configuration.concurrency
    pause(.seconds(field.argument ?? 30))
    field.check(worker.get("/livez")?.status == 200, "/livez failed while the network was away")
    field.check(worker.get("/readyz")?.status != 200, "/readyz was 200 while the network was away")
    proxy.set(.open)
    let back = ContinuousClock.now
    let before = field.sms.takenCount
    try field.wait("the worker sends again", upTo: .seconds(60)) {
      field.sms.takenCount > before + 10
    }
    let recovery = ContinuousClock.now - back
    field.report.recoverySeconds = recovery.seconds
    field.check(recovery < .seconds(15), "sending went on after \(rounded(recovery.seconds)) s")
    flow.stop()
    field.awaitOutcomes()
  }
}
