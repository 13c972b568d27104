import Kafka

extension Drill {
  static let poison = Drill(
    name: "poison",
    does:
      "writes records that nobody can read (bad JSON, 2 MB, no value, NUL in the key …), each before a good one",
    holds: "each becomes one dead letter with the same bytes; the good ones are sent",
    seconds: 12
  ) { field in
    let large = Array(#"{"padding":""#.utf8) + [UInt8](repeating: 0x78, count: 2_000_000)
    let kinds: [(key: [UInt8]?, value: [UInt8]?)] = [
      (Array("a".utf8), Array("no JSON".utf8)), (Array("b".utf8), nil), (nil, nil),
      (Array("c".utf8), large + Array(#""}"#.utf8)), ([0x61, 0, 0x62], Array("{}".utf8)),
      (Array("d".utf8), []), (Array("e".utf8), [0xC3, 0x28]),
      (Array("f".utf8), Array(#"{"id":"x","id":"x"}"#.utf8)),
      (Array("g".utf8), Array(#"{"id":"number","to":4512345678,"usageType":"SignIn"}"#.utf8)),
      (Array("h".utf8), Array(String(repeating: "[", count: 10_000).utf8)),
    ]
    try field.startWorker()
    var records: [ProducerRecord] = []
    for (index, kind) in kinds.enumerated() {
      let good = Event.sms(index)
      field.expect([good.id])
      records.append(
        ProducerRecord(
          topic: field.topics.requests, partition: 0, key: kind.key, value: kind.value, headers: [])
      )
      records.append(
        ProducerRecord(
          topic: field.topics.requests, partition: 0, key: Array(good.to.utf8), value: good.value,
          headers: []))
    }
    let offsets = try field.write(records)
    let named = [7: "x", 8: "number"]
    let ids = kinds.indices.map { named[$0] ?? "\(field.topics.requests)/0/\(offsets[$0 * 2])" }
    field.expect(ids)
    field.awaitOutcomes()
    field.expect("all dead letters are there", within: .seconds(10)) {
      field.journal.deadLetters.count >= kinds.count
    }
    let letters = Dictionary(grouping: field.journal.deadLetters, by: \.origin)
    for (index, kind) in kinds.enumerated() {
      let copies = letters["0/\(offsets[index * 2])"] ?? []
      field.check(copies.count == 1, "record \(index) has \(copies.count) dead letters")
      field.check(
        copies.allSatisfy { $0.key == kind.key && $0.value == kind.value },
        "the dead letter of record \(index) has other bytes")
    }
    let slowest =
      field.journal.outcomes.values.flatMap { $0 }.filter { $0.outcome == "accepted" }
      .map(\.latencyMilliseconds).max() ?? 0
    field.note("longest way of a good one \(slowest) ms")
  }
}
