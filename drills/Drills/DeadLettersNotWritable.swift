import Kafka

extension Drill {
  static let deadLettersNotWritable = Drill(
    name: "dead-letters-not-writable",
    does:
      "cuts the dead-letter topic's broker off while requests are poison, kills the worker, brings it back",
    holds:
      "not ready meanwhile; good requests are sent; each dead letter is written once and none is passed"
      + " over; a missing topic ends the start with 78",
    seconds: 60
  ) { field in
    guard let cluster = field.cluster else { return }
    try field.separateLeaders(of: field.topics.deadLetters)
    let first = try field.startWorker()
    try cluster.takeDown(broker: 2)
    let poison = try field.write(
      (0..<5).map { number in
        ProducerRecord(
          topic: field.topics.requests, partition: Int32(number) % Field.partitions,
          key: Array("poison-\(number)".utf8), value: Array("no JSON \(number)".utf8), headers: [])
      })
    field.expect(
      poison.enumerated().map { "\(field.topics.requests)/\($0 % Int(Field.partitions))/\($1)" })
    let good = (0..<40).map { Event.sms($0) }
    try field.enqueue(good)
    try field.wait("good requests are sent", upTo: .seconds(20)) {
      field.journal.concluded(of: good.map(\.id)) == good.count
    }
    field.expect("/readyz says no", within: .seconds(30)) {
      first.get("/readyz")?.status == 503
    }
    field.check(
      field.journal.deadLetters.isEmpty, "a dead letter was written to a broker that is away")
    // What is committed by now shows in what the next instance takes up again.
    pause(.seconds(1))
    first.kill()
    try cluster.bringUp(broker: 2)
    try field.startWorker()
    field.report.recoverySeconds = field.awaitOutcomes().seconds
    // Who reads them had lost that broker, too.
    field.expect("all dead letters are read", within: .seconds(20)) {
      field.journal.deadLetters.count >= 5
    }
    pause(.seconds(1))
    field.check(
      field.journal.deadLetters.count == 5, "\(field.journal.deadLetters.count) dead letters, not 5"
    )

    try cluster.setTopicError(3, of: field.topics.deadLetters)
    let refused = try field.launchWorker()
    let code = refused.exit(within: .seconds(40))
    field.check(
      code == 78, "with a missing topic the start ended with \(code.map(String.init) ?? "nothing")")
    field.check(
      refused.hasLogged(field.topics.deadLetters), "the log does not name the missing topic")
    try cluster.setTopicError(0, of: field.topics.deadLetters)
  }
}
