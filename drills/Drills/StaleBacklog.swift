import Foundation

extension Drill {
  static let staleBacklog = Drill(
    name: "stale-backlog",
    does: "starts a worker before 200,000 requests that have expired, with fresh ones behind them",
    holds:
      "nothing stale is sent; fresh ones are sent within 10 s; 100,000 are skipped in a second of CPU",
    ground: .brokers, argument: "how many requests", seconds: 60
  ) { field in
    let count = field.argument ?? 200_000
    for begin in stride(from: 0, to: count, by: 50_000) {
      try field.enqueue(
        (begin..<min(count, begin + 50_000)).map { number in
          var event = Event.sms(number, prefix: "stale")
          event.more = #","expiresAt":"2026-01-01T00:00:00Z""#
          return event
        })
    }
    let worker = try field.launchWorker()
    let begin = ContinuousClock.now
    try field.enqueue((0..<20).map { .sms($0, prefix: "fresh") })
    try field.wait("fresh requests are sent", upTo: .seconds(90)) { field.sms.takenCount == 20 }
    let fresh = ContinuousClock.now - begin
    let (cpu, expired) = (
      worker.cpuSeconds, worker.metrics.sum("otp_outcomes_total", #"outcome="expired""#)
    )
    field.report.recoverySeconds = fresh.seconds
    field.note(
      "\(Int(expired / fresh.seconds)) a second since the start, \(Int(expired / cpu)) a second of CPU"
    )
    field.check(fresh < .seconds(10), "fresh requests took \(rounded(fresh.seconds)) s")
    field.check(expired / cpu >= 100_000, "\(Int(expired / cpu)) were skipped in a second of CPU")
    field.awaitOutcomes(upTo: .seconds(120))
    field.check(field.sms.requestCount == 20, "something stale was sent")
  }
}

extension WorkerProcess {
  /// CPU time of the process so far.
  var cpuSeconds: Double {
    let text = (try? String(contentsOfFile: "/proc/\(identifier)/stat", encoding: .utf8)) ?? ""
    let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
    guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else {
      return 0
    }
    return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }
}
