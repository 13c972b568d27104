extension Drill {
  static let providerHangs = Drill(
    name: "provider-hangs",
    does: "lets the provider of text messages take connections and never answer, then come back",
    holds:
      "the other channel's p99 moves by less than a tenth (or 10 ms); the breaker opens; all is sent in"
      + " the end or said to be uncertain",
    seconds: 75
  ) { field in
    let worker = try field.startWorker()
    field.mail.behave { _ in .after(.milliseconds(5), .accept) }
    let mails = field.flow(perSecond: 50) { .mail($0) }
    let texts = field.flow(perSecond: 20) { .sms($0) }
    pause(.seconds(2))
    let healthy = try field.latencyOfMails(for: .seconds(10))
    field.sms.behave { _ in .hang }
    // The first of them have to time out before anything can be known.
    pause(.seconds(1))
    let sick = try field.latencyOfMails(for: .seconds(20))
    field.note("p99 of mails \(healthy) ms before, \(sick) ms meanwhile")
    field.check(
      sick <= max(healthy * 11 / 10, healthy + 10),
      "p99 of mails went from \(healthy) to \(sick) ms")
    let breaker = worker.metrics.sum("otp_breaker_state", #"connector="texts""#)
    field.check(breaker > 0, "the breaker of the provider that hangs is closed")
    texts.stop()
    field.sms.behave { _ in .accept }
    mails.stop()
    field.report.recoverySeconds = field.awaitOutcomes(upTo: .seconds(150)).seconds
    field.check(field.outcomes("expired") == 0, "requests expired that had time")
  }
}

extension Field {
  /// The 99th percentile of the way of mails that are concluded in the next while, in milliseconds.
  func latencyOfMails(for time: Duration) throws -> Int {
    let begin = ContinuousClock.now
    pause(time)
    let latencies = journal.outcomes.values.flatMap { $0 }
      .filter { $0.at >= begin && $0.id.hasPrefix("mail") }.map(\.latencyMilliseconds).sorted()
    guard !latencies.isEmpty else { throw Misfortune("no mail was sent") }
    return latencies[(latencies.count - 1) * 99 / 100]
  }
}
