extension Drill {
  static let resetAfterReading = Drill(
    name: "reset-after-reading",
    does: "lets a provider take messages and reset the connection instead of answering",
    holds: "at most one more send for each, then accepted or a dead letter that says ambiguous",
    seconds: 15
  ) { field in
    let count = 20
    let proxy = try Proxy(to: field.sms.port)
    defer { proxy.stop() }
    proxy.set(.resetInsteadOfAnswer)
    field.configuration.smsURL = "http://127.0.0.1:\(proxy.port)/send"
    try field.startWorker()
    field.allowedSecondSends = count
    try field.enqueue((0..<count).map { .sms($0) })
    // The second tries come half a second later: some of them meet it too.
    pause(.milliseconds(550))
    proxy.set(.open)
    field.report.recoverySeconds = field.awaitOutcomes(upTo: .seconds(60)).seconds
    field.check(field.sms.taken.values.allSatisfy { $0 <= 2 }, "a message went out three times")
    let others = field.journal.outcomes.values.flatMap { $0 }
      .filter { $0.outcome != "accepted" && $0.reason != "ambiguous" }
    field.check(others.isEmpty, "\(others.count) ended otherwise: \(others.first?.reason ?? "")")
  }
}
