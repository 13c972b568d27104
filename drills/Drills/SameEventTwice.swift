extension Drill {
  static let sameEventTwice = Drill(
    name: "same-event-twice",
    does: "writes each request twice, and once more with another body",
    holds: "one is sent; the repeat ends as duplicate, the other body as rejected",
    seconds: 10
  ) { field in
    let events = (0..<50).map { Event.sms($0) }
    try field.startWorker()
    try field.enqueue(events)
    try field.enqueue(events)
    try field.enqueue(
      events.map { event in
        var other = event
        other.code = "111111"
        return other
      })
    field.awaitOutcomes()
    field.expect("all records are concluded", within: .seconds(10)) {
      field.journal.outcomes.values.allSatisfy { $0.count == 3 }
    }
    for (kind, count) in [("accepted", 50), ("duplicate", 50), ("rejected", 50)] {
      field.check(
        field.outcomes(kind) == count, "\(field.outcomes(kind)) \(kind) instead of \(count)")
    }
    field.check(
      field.journal.outcomes.values.flatMap { $0 }.filter { $0.outcome == "rejected" }
        .allSatisfy { $0.reason == "id.reused" }, "another body was rejected for another reason")
  }
}
