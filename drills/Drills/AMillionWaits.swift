extension Drill {
  static let aMillionWaits = Drill(
    name: "a-million-waits",
    does: "writes 1,000,000 requests for 500 people to a provider that takes seconds for each",
    holds:
      "8,000 wait in the process; memory grows by nothing but the event ids, 100 bytes for each at most",
    ground: .brokers, argument: "how many requests", seconds: 170
  ) { field in
    let count = field.argument ?? 1_000_000
    field.sms.behave { _ in .after(.seconds(4), .accept) }
    // That they all come to an end would take hours.
    try field.writeBacklog(of: count) { number in
      Event(
        id: "wait-\(number)", to: "+4520\(1_000_000 + number % 500)", more: #","supersede":false"#)
    }
    let worker = try field.startWorker()
    func parked() -> Double { worker.metrics.sum("otp_parked") }
    func taken() -> Double {
      worker.metrics.sum("otp_events_consumed_total", #"topic="\#(field.topics.requests)""#)
    }
    try field.wait("8,000 wait in the process", upTo: .seconds(60)) { parked() >= 7_990 }
    // Until then librdkafka fills its queues, of the requests first and of the retry topics when they fall due.
    pause(.seconds(80))
    let before = (memory: worker.memory, taken: taken())
    pause(.seconds(60))
    let after = (memory: worker.memory, taken: taken())
    let ids = after.taken - before.taken
    field.note(
      "memory in MB: \(rounded(before.memory)), 60 s and \(Int(ids)) event ids later "
        + "\(rounded(after.memory)); \(Int(parked())) parked")
    field.check(
      after.memory - before.memory < 20 + ids * 100 / 1_048_576,
      "memory grew by \(rounded(after.memory - before.memory)) MB")
    field.stop(worker)
    field.expectWhatHasAnOutcome()
  }
}
