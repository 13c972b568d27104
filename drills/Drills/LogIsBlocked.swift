extension Drill {
  static let logIsBlocked = Drill(
    name: "log-is-blocked",
    does: "lets nobody read the log's pipe while every request leaves lines",
    holds: "sending goes on; lines are dropped and counted; the stop is in order",
    seconds: 25
  ) { field in
    try field.sendWithoutLog(.blockedPipe)
  }

  static let diskIsFull = Drill(
    name: "disk-is-full",
    does: "lets the log go to a full device, then to a file that may not grow",
    holds: "sending goes on; lines are dropped and counted; the stop is in order",
    seconds: 40
  ) { field in
    try field.sendWithoutLog(.fullDevice)
    try field.sendWithoutLog(.limitedFile(blocks: 16))
  }
}

extension Field {
  /// Many requests that leave lines, by a worker whose log goes nowhere.
  fileprivate func sendWithoutLog(_ target: WorkerProcess.LogTarget) throws {
    let port = try Proxy(to: 1).freedPort()
    configuration.sections = ""
    configuration.logLevel = "debug"
    configuration.adminPort = port
    let round = workers.count
    let worker = try launchWorker(log: target, port: port)
    try wait("the worker is ready", upTo: .seconds(40)) { worker.isReady }
    // Rejected requests leave lines, accepted ones do not.
    try enqueue((0..<8_000).map { Event(id: "short-\(round)-\($0)", to: "+45\($0 % 1_000)") })
    try enqueue((0..<200).map { .sms($0 + round * 1_000, prefix: "sms-\(round)") })
    awaitOutcomes(upTo: .seconds(30))
    check(worker.get("/livez")?.status == 200, "/livez failed")
    let dropped = worker.metrics.sum("otp_log_lines_dropped_total")
    note("\(Int(dropped)) lines dropped")
    check(dropped > 0, "no dropped line was counted")
    stop(worker)
  }
}
