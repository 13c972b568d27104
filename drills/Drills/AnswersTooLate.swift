extension Drill {
  static let answersTooLate = Drill(
    name: "answers-too-late",
    does: "lets a provider take messages and answer a second after the time limit",
    holds: "one more send for each, after which it counts as accepted",
    seconds: 40
  ) { field in
    let count = 20
    field.sms.behave { $0.count == 1 ? .taken(.after(.seconds(13), .accept)) : .accept }
    try field.startWorker()
    field.allowedSecondSends = count
    try field.enqueue((0..<count).map { .sms($0) })
    field.awaitOutcomes(upTo: .seconds(90))
    field.check(
      field.outcomes("accepted") == count,
      "\(field.outcomes("accepted")) of \(count) ended as accepted")
    field.check(field.sms.taken.values.allSatisfy { $0 <= 2 }, "a message went out three times")
  }
}
