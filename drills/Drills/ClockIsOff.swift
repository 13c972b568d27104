extension Drill {
  static let clockIsOff = Drill(
    name: "clock-is-off",
    does: "writes requests whose time is 10 min or a day ahead, or 9 min behind",
    holds: "all are sent; a lifetime of seconds that begins in the future counts from now",
    seconds: 30
  ) { field in
    try field.startWorker()
    field.sms.behave { $0.id.hasPrefix("short") ? .refuse(503) : .accept }
    let now = Timestamps.now
    var records: [(Event, Int64)] = []
    for number in 0..<30 {
      records.append((.sms(number, prefix: "ahead"), now + 600_000))
      records.append((.sms(number + 100, prefix: "far"), now + 86_400_000))
      records.append((.sms(number + 200, prefix: "behind"), now - 540_000))
    }
    var short = Event.sms(999, prefix: "short")
    short.more = #","ttlSeconds":5"#
    records.append((short, now + 600_000))
    field.expect(records.map(\.0.id))
    try Timestamps.write(records, to: field.topics.requests, at: field.servers)
    field.report.recoverySeconds = field.awaitOutcomes(upTo: .seconds(25)).seconds
    field.check(field.outcomes("accepted") == 90, "\(field.outcomes("accepted")) of 90 accepted")
    let latencies = field.journal.outcomes.values.flatMap { $0 }.map(\.latencyMilliseconds)
    field.check(latencies.allSatisfy { $0 >= 0 }, "a latency is negative")
  }
}
