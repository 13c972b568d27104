extension Drill {
  static let fewAlwaysFail = Drill(
    name: "few-always-fail",
    does: "lets the provider answer 503 to two recipients in a hundred, always",
    holds: "all others are accepted at once, while those wait for their tries; those end in time",
    seconds: 75
  ) { field in
    field.sms.behave { $0.id.hasPrefix("sick") ? .refuse(503) : .accept }
    try field.startWorker()
    let flow = field.flow(perSecond: 200) { number in
      var event = Event.sms(number, prefix: number % 50 == 0 ? "sick" : "well")
      event.more = #","ttlSeconds":60"#
      return event
    }
    pause(.seconds(20))
    flow.stop()
    let well = (0..<flow.count).filter { $0 % 50 != 0 }.map { "well-\($0)" }
    let time = try field.wait("the others are sent", upTo: .seconds(10)) {
      field.journal.concluded(of: well) == well.count
    }
    field.report.recoverySeconds = time.seconds
    let outcomes = field.journal.outcomes
    let latencies = well.compactMap { outcomes[$0]?.first?.latencyMilliseconds }.sorted()
    field.note("the others' p99 \(latencies[(latencies.count - 1) * 99 / 100]) ms")
    field.check(
      well.allSatisfy { outcomes[$0]?.first?.outcome == "accepted" }, "not all others were accepted"
    )
    field.awaitOutcomes(upTo: .seconds(75))
  }
}
