extension Drill {
  static let newerCodes = Drill(
    name: "newer-codes",
    does: "asks for five codes in 3 s for each of ten people while the provider holds the first",
    holds: "the first and the newest are sent, in this order; the three between end as superseded",
    seconds: 15
  ) { field in
    let people = 10
    field.sms.behave { $0.id.hasSuffix("-0") ? .taken(.after(.seconds(4), .accept)) : .accept }
    try field.startWorker()
    for resend in 0..<5 {
      try field.enqueue(
        (0..<people).map { person in
          var event = Event.sms(person)
          event.id = "code-\(person)-\(resend)"
          event.code = "48291\(resend)"
          return event
        })
      pause(.milliseconds(600))
    }
    field.awaitOutcomes()
    for person in 0..<people {
      let sent = field.sms.takes.map(\.id).filter { $0.hasPrefix("code-\(person)-") }
      field.check(sent == ["code-\(person)-0", "code-\(person)-4"], "sent: \(sent)")
    }
    field.check(
      field.outcomes("superseded") == people * 3, "\(field.outcomes("superseded")) superseded")
  }
}
