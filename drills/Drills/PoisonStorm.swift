import Kafka

extension Drill {
  static let poisonStorm = Drill(
    name: "poison-storm",
    does: "writes 100,000 records of which every other one cannot be read",
    holds: "each of those becomes one dead letter, each other one is sent once",
    argument: "how many records", seconds: 60
  ) { field in
    let count = field.argument ?? 100_000
    field.configuration.concurrency = 256
    var records: [ProducerRecord] = []
    var goodIDs: [String] = []
    for number in 0..<count {
      let partition = Int32(number / 2) % Field.partitions
      let event = Event.sms(number)
      let isGood = number % 2 == 0
      if isGood { goodIDs.append(event.id) }
      records.append(
        ProducerRecord(
          topic: field.topics.requests, partition: partition, key: Array(event.to.utf8),
          value: isGood ? event.value : Array("poison \(number)".utf8), headers: []))
    }
    let offsets = try field.write(records)
    field.expect(goodIDs)
    field.expect(
      records.indices.filter { $0 % 2 == 1 }.map {
        "\(field.topics.requests)/\(records[$0].partition)/\(offsets[$0])"
      })
    let worker = try field.startWorker()
    let begin = ContinuousClock.now
    field.awaitOutcomes(upTo: .seconds(120))
    let took = (ContinuousClock.now - begin).seconds
    field.report.recoverySeconds = took
    field.note("\(Int(Double(count) / took)) records a second; memory \(Int(worker.memory)) MB")
    field.expect("all dead letters are there", within: .seconds(20)) {
      field.journal.deadLetters.count >= count / 2
    }
    let letters = field.journal.deadLetters
    field.check(
      letters.count == count / 2 && Set(letters.map(\.origin)).count == count / 2,
      "\(letters.count) dead letters of \(Set(letters.map(\.origin)).count) records, not \(count / 2)"
    )
  }
}
