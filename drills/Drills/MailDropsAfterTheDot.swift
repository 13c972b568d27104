import Sandbox

extension Drill {
  static let mailDropsAfterTheDot = Drill(
    name: "mail-drops-after-the-dot",
    does:
      "lets a mail server take mails and close the connection instead of answering the final dot",
    holds: "one more mail for each, with the same Message-ID",
    seconds: 15
  ) { field in
    let count = 10
    let sandbox = try Sandbox([], mail: MailPolicy())
    defer { sandbox.stop() }
    field.configuration.mailConnector = sandbox.mail?.connector
    let events = (0..<count).map { Event.mail($0) }
    for event in events {
      var fault = Fault()
      fault.recipient = event.to
      fault.drop = .after
      fault.stage = .dot
      _ = sandbox.faults.add(fault)
    }
    try field.startWorker()
    field.allowedSecondSends = count
    try field.enqueue(events)
    field.report.recoverySeconds = field.awaitOutcomes(upTo: .seconds(60)).seconds
    let mails = Dictionary(grouping: sandbox.inbox.messages(), by: \.recipient)
    for event in events {
      let copies = mails[event.to] ?? []
      field.takenElsewhere[event.id] = copies.count
      field.check(copies.count == 2, "\(copies.count) mails for one request")
      field.check(Set(copies.map(\.reference)).count == 1, "a second mail had another Message-ID")
    }
    field.check(field.outcomes("accepted") == count, "not all were accepted")
  }
}
