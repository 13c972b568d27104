extension Drill {
  static let serverErrors = Drill(
    name: "server-errors",
    does: "lets the provider of text messages answer 503 for 30 s at 100 requests a second",
    holds:
      "the other channel's p99 moves by less than a tenth (or 10 ms); once the provider is back all are"
      + " accepted: none is out of tries",
    argument: "seconds of 503", seconds: 120
  ) { field in
    let worker = try field.startWorker()
    let mails = field.flow(perSecond: 50) { .mail($0) }
    let texts = field.flow(perSecond: 100) { .sms($0) }
    pause(.seconds(2))
    let healthy = try field.latencyOfMails(for: .seconds(8))
    field.sms.behave { _ in .refuse(503) }
    let sick = try field.latencyOfMails(for: .seconds(field.argument ?? 30))
    field.note("p99 of mails \(healthy) ms before, \(sick) ms meanwhile")
    field.check(
      sick <= max(healthy * 11 / 10, healthy + 10),
      "p99 of mails went from \(healthy) to \(sick) ms")
    field.note("\(Int(worker.metrics.sum("otp_parked"))) parked at the end of it")
    field.sms.behave { _ in .accept }
    texts.stop()
    mails.stop()
    field.report.recoverySeconds = field.awaitOutcomes(upTo: .seconds(240)).seconds
    field.check(
      field.outcomes("dead-lettered") == 0,
      "\(field.outcomes("dead-lettered")) ended as dead letters")
  }
}
