import Foundation

extension Drill {
  static let brokersAway = Drill(
    name: "brokers-away",
    does:
      "kills all three brokers for 60 s, stops one of two workers meanwhile, revives the brokers",
    holds:
      "the stop takes at most 25 s; memory stays flat; a fresh request is sent 15 s after the return",
    ground: .brokers, argument: "seconds without brokers", seconds: 110
  ) { field in
    guard let brokers = field.brokers else { return }
    let away = Duration.seconds(field.argument ?? 60)
    let stays = try field.startWorker()
    let leaves = try field.startWorker()
    let flow = field.flow(perSecond: 100) { .sms($0) }
    try field.wait("requests flow", upTo: .seconds(30)) { field.journal.concluded > 500 }
    let memory = stays.memory
    field.allowedSecondSends = field.configuration.concurrency * 2

    try brokers.run("kill", "1", "2", "3")
    let begin = ContinuousClock.now
    pause(.seconds(10))
    field.stop(leaves)
    field.check(stays.get("/livez")?.status == 200, "/livez failed while the brokers were away")
    field.check(stays.get("/readyz")?.status != 200, "/readyz was 200 while the brokers were away")
    while ContinuousClock.now - begin < away { pause(.milliseconds(100)) }
    let grown = stays.memory - memory
    field.note("memory \(Int(memory)) MB, \(Int(grown)) MB more after the outage")
    field.check(grown < 30, "memory grew by \(Int(grown)) MB")

    try brokers.run("revive", "1", "2", "3")
    let back = ContinuousClock.now
    let fresh = Event.sms(0, prefix: "fresh")
    try field.enqueue([fresh])
    try field.wait("a fresh request is sent", upTo: .seconds(60)) {
      field.sms.taken[fresh.id] != nil
    }
    let recovery = ContinuousClock.now - back
    field.report.recoverySeconds = recovery.seconds
    field.check(recovery < .seconds(15), "a fresh request took \(rounded(recovery.seconds)) s")
    flow.stop()
    field.awaitOutcomes()
    field.check(stays.isRunning, "the worker ended")
  }
}
