import Kafka
import Synchronization

/// The requests that are written.
extension Field {
  /// Whether all of them must come to an outcome.
  func expect(_ ids: some Sequence<String>) { expected.add(ids) }

  /// Writes requests and waits until Kafka has them; of one recipient in one partition.
  func enqueue(_ events: [Event]) throws {
    expect(events.map(\.id))
    try write(events: events)
  }

  /// The same without expecting anything of them.
  func write(events: [Event]) throws {
    let records = events.map { event in
      ProducerRecord(
        topic: topics.requests, partition: Self.partition(of: event.to), key: Array(event.to.utf8),
        value: event.value)
    }
    _ = try write(records)
  }

  /// Writes many, of which none needs to come to an outcome: part by part, each once Kafka has the one before.
  func writeBacklog(of count: Int, _ event: (Int) -> Event) throws {
    for begin in stride(from: 0, to: count, by: 50_000) {
      try write(events: (begin..<min(count, begin + 50_000)).map(event))
    }
  }

  /// Expects those that came to an outcome, where not all can.
  func expectWhatHasAnOutcome() {
    pause(.seconds(1))
    expect(journal.outcomes.keys)
  }

  /// Writes records.
  /// - Returns: the offset of each.
  func write(_ records: [ProducerRecord], upTo limit: Duration = .seconds(60)) throws -> [Int64] {
    let offsets = Mutex([Int64?](repeating: nil, count: records.count))
    let left = Atomic(records.count)
    producer.send(records) { index, offset in
      offsets.withLock { $0[index] = offset }
      left.subtract(1, ordering: .relaxed)
    }
    try wait("the requests are written", upTo: limit) { left.load(ordering: .relaxed) == 0 }
    return offsets.withLock { $0.compactMap(\.self) }
  }

  /// Writes requests at a rate, from another thread, until it is stopped.
  func flow(perSecond rate: Int, _ event: @escaping @Sendable (Int) -> Event) -> Flow {
    Flow(
      rate: rate, topic: topics.requests, producer: producer,
      expect: { [expected] id in expected.add([id]) }, event: event)
  }

  /// Which partition a recipient's requests go to.
  static func partition(of recipient: String) -> Int32 {
    let hash = recipient.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
    return Int32(hash % UInt32(partitions))
  }
}

/// Requests that are written at a rate.
final class Flow: Sendable {
  private let isStopped = Atomic(false)
  private let written = Atomic(0)
  private let acknowledged = Atomic(0)
  private let ended = Box<Bool>()

  fileprivate init(
    rate: Int, topic: String, producer: LoopBoundProducer,
    expect: @escaping @Sendable (String) -> Void, event: @escaping @Sendable (Int) -> Event
  ) {
    let begin = ContinuousClock.now
    thread { [self] in
      var next = 0
      while !isStopped.load(ordering: .relaxed) {
        let due = Int((ContinuousClock.now - begin).seconds * Double(rate))
        let events = (next..<max(next, due)).map(event)
        next = max(next, due)
        written.add(events.count, ordering: .relaxed)
        let records = events.map { event in
          ProducerRecord(
            topic: topic, partition: Field.partition(of: event.to), key: Array(event.to.utf8),
            value: event.value)
        }
        producer.send(records) { [self] index, _ in
          expect(events[index].id)
          acknowledged.add(1, ordering: .relaxed)
        }
        pause(.milliseconds(20))
      }
      ended.fill(true)
    }
  }

  /// How many were written.
  var count: Int { written.load(ordering: .relaxed) }

  /// Ends it, once Kafka has them all.
  func stop() {
    isStopped.store(true, ordering: .relaxed)
    _ = ended.wait()
    let begin = ContinuousClock.now
    while acknowledged.load(ordering: .relaxed) < count, ContinuousClock.now - begin < .seconds(90)
    { pause(.milliseconds(20)) }
  }
}
