extension Drill {
  static let idleThenOne = Drill(
    name: "idle-then-one",
    does: "lets a worker stand idle for 45 s, then writes one request",
    holds: "its outcome is there 50 ms after the provider accepted it",
    argument: "seconds of idleness", seconds: 55
  ) { field in
    try field.startWorker()
    pause(.seconds(field.argument ?? 45))
    let event = Event.sms(0)
    try field.enqueue([event])
    field.awaitOutcomes(upTo: .seconds(15))
    guard let taken = field.sms.takes.first, let entry = field.journal.outcomes[event.id]?.first
    else { return }
    let time = entry.at - taken.at
    field.note("\(entry.latencyMilliseconds) ms from request to acceptance")
    field.report.recoverySeconds = time.seconds
    field.check(time < .milliseconds(50), "the outcome came \(time) after the acceptance")
  }
}
