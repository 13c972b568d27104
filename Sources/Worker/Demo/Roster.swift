import Delivery

/// Who is who among the samples, and how far each has come.
struct Roster: Sendable {
  private struct Entry {
    var sample: Sample
    var origin: RecordOrigin?
    var outcome: PublishedOutcome?
    var deadLetter: PublishedDeadLetter?

    /// Dead letters and outcomes stand in different topics, and may be read in any order.
    var isOver: Bool { outcome.map { $0.kind != .deadLettered || deadLetter != nil } ?? false }
  }
  private var entries: [Entry]

  /// Samples of which none is enqueued.
  init(_ samples: [Sample]) { entries = samples.map { Entry(sample: $0) } }

  /// Notes where a sample's record stands.
  mutating func noteEnqueued(_ index: Int, at origin: RecordOrigin) {
    entries[index].origin = origin
  }

  /// Notes an outcome that was read.
  /// - Returns: false when it is of no sample.
  mutating func note(_ outcome: PublishedOutcome) -> Bool {
    guard let index = index(of: outcome.origin) else { return false }
    // Should it be written twice, the first one counts.
    entries[index].outcome = entries[index].outcome ?? outcome
    return true
  }

  /// Notes a dead letter that was read.
  mutating func note(_ letter: PublishedDeadLetter) {
    if let index = index(of: letter.origin) { entries[index].deadLetter = letter }
  }

  /// Whether every sample has come to its end.
  var isComplete: Bool { entries.allSatisfy(\.isOver) }

  /// Those that are to be enqueued once a request waits, by their places in the table.
  func followers(of eventID: String) -> [Int] {
    entries.indices.filter { index in
      guard let leader = entries[index].sample.follows, entries[index].origin == nil else {
        return false
      }
      return entries.contains { $0.sample.name == leader && $0.sample.eventID == eventID }
    }
  }

  /// The name on the screen of whatever a step or record is about.
  ///
  /// Two samples share an event id, so the record itself tells better, where it is known.
  func name(of eventID: String, at origin: RecordOrigin? = nil) -> String {
    let index =
      origin.flatMap(index(of:)) ?? entries.firstIndex { $0.sample.eventID == eventID }
    return index.map { entries[$0].sample.name } ?? eventID
  }

  /// What came of each sample, in the order of the table.
  var reports: [SampleReport] {
    entries.map { entry in
      SampleReport(
        name: entry.sample.name, channel: entry.sample.recipient.channel,
        eventID: entry.outcome?.eventID ?? entry.sample.eventID ?? entry.origin?.description,
        expected: entry.sample.expected,
        actual: entry.isOver ? entry.outcome.map { Sample.End($0, entry.deadLetter) } : nil,
        latencyMilliseconds: entry.outcome?.latencyMilliseconds)
    }
  }

  private func index(of origin: RecordOrigin) -> Int? {
    entries.firstIndex { $0.origin == origin }
  }
}

extension Sample.End {
  /// The end that records tell of.
  init(_ outcome: PublishedOutcome, _ letter: PublishedDeadLetter? = nil) {
    self.init(
      kind: outcome.kind, reason: outcome.reason, tries: outcome.attempts,
      deadLetter: letter.map { "\($0.disposition) \($0.code)" })
  }
}
