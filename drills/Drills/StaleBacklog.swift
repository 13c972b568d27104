import Foundation

extension Drill {
  static let staleBacklog = Drill(
    name: "stale-backlog",
    does: "starts a worker before 200,000 requests that have expired, with fresh ones behind them",
    holds:
      "nothing stale is sent, fresh ones are sent within 30 s; tells how many are skipped in a second of the loop",
    ground: .brokers, argument: "how many requests", seconds: 60
  ) { field in
    let count = field.argument ?? 200_000
    func stale(_ number: Int) -> Event {
      var event = Event.sms(number, prefix: "stale")
      event.more = #","expiresAt":"2026-01-01T00:00:00Z""#
      return event
    }
    try field.writeBacklog(of: count, stale)
    field.expect((0..<count).map { stale($0).id })
    let worker = try field.launchWorker()
    let launch = ContinuousClock.now
    try field.enqueue((0..<20).map { .sms($0, prefix: "fresh") })
    try field.wait("the first is skipped", upTo: .seconds(30)) { worker.expired > 0 }
    let begin = SkippedSoFar(worker)
    try field.wait("fresh requests are sent", upTo: .seconds(90)) { field.sms.takenCount == 20 }
    let fresh = ContinuousClock.now - launch
    let end = SkippedSoFar(worker)
    let skipped = end.count - begin.count
    // The loop is one thread, and the one that the rate depends on where there are cores for the others.
    let perLoopSecond = Int(skipped / (end.loop - begin.loop))
    field.report.recoverySeconds = fresh.seconds
    field.note(
      "\(Int(skipped / (end.at - begin.at).seconds)) a second, \(perLoopSecond) a second of the loop, "
        + "\(Int(skipped / (end.cpu - begin.cpu))) a second of CPU of all threads")
    field.check(fresh < .seconds(30), "fresh requests took \(rounded(fresh.seconds)) s")
    field.awaitOutcomes(upTo: .seconds(120))
    field.check(field.sms.requestCount == 20, "something stale was sent")
  }
}

/// How many were skipped, and what that took.
private struct SkippedSoFar {
  let at = ContinuousClock.now
  let count: Double
  let loop: Double
  let cpu: Double

  init(_ worker: WorkerProcess) {
    count = worker.expired
    loop = worker.cpuSeconds(ofThread: worker.identifier)
    cpu = worker.cpuSeconds()
  }
}

extension WorkerProcess {
  fileprivate var expired: Double { metrics.sum("otp_outcomes_total", #"outcome="expired""#) }

  /// CPU time of the process so far, or of one of its threads; its loop is the first.
  func cpuSeconds(ofThread thread: Int32? = nil) -> Double {
    let path = "/proc/\(identifier)" + (thread.map { "/task/\($0)" } ?? "") + "/stat"
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
    guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else {
      return 0
    }
    return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }
}
