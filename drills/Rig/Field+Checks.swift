import JSON
import Kafka
import Synchronization

/// Waiting, and what must hold.
extension Field {
  /// Waits until a condition holds.
  /// - Returns: how long that took.
  @discardableResult
  func wait(
    _ what: String, upTo limit: Duration, every step: Duration = .milliseconds(20),
    until condition: () -> Bool
  ) throws -> Duration {
    let begin = ContinuousClock.now
    while !condition() {
      let waited = ContinuousClock.now - begin
      if waited > limit {
        throw Misfortune("waited \(rounded(waited.seconds)) s in vain until \(what)")
      }
      pause(step)
    }
    return ContinuousClock.now - begin
  }

  /// Waits until a condition holds, and says when it does not come about; the drill goes on.
  func expect(_ what: String, within limit: Duration, _ condition: () -> Bool) {
    do { try wait(what, upTo: limit, until: condition) } catch { check(false, "\(error)") }
  }

  /// Requests that have no outcome yet.
  var missing: Int {
    let ids = expected.ids
    return ids.count - journal.concluded(of: ids)
  }

  /// Waits until every request has its outcome, and says when they do not come.
  /// - Returns: how long that took.
  @discardableResult
  func awaitOutcomes(upTo limit: Duration = .seconds(60)) -> Duration {
    let begin = ContinuousClock.now
    expect("every request has its outcome", within: limit) { missing == 0 }
    if missing > 0 {
      note("\(missing) have none")
      for worker in workers where worker.isRunning {
        note("\(worker.name), /status: \(worker.get("/status")?.body.prefix(8_000) ?? "no answer")")
      }
    }
    return ContinuousClock.now - begin
  }

  /// Says why the drill failed unless something holds.
  func check(_ holds: Bool, _ otherwise: @autoclosure () -> String) {
    if !holds { report.failures.append(otherwise()) }
  }

  func note(_ text: String) { report.notes.append(text) }

  /// How many outcomes there are of a kind.
  func outcomes(_ kind: String) -> Int {
    journal.outcomes.values.reduce(0) { $0 + $1.count { $0.outcome == kind } }
  }

  /// Stops what still runs, counts, and checks what holds for every drill.
  func conclude() {
    for worker in workers where worker.isRunning { stop(worker) }
    tellStuckFromLost()
    // What was written last may be on its way to the reader.
    pause(.milliseconds(300))
    count()
    check(report.lost == 0, "\(report.lost) requests have no outcome")
    check(
      report.countedSecondSends == report.secondSends,
      "\(report.secondSends - report.countedSecondSends) of \(report.secondSends) second sends are"
        + " not called possible by their outcomes")
    check(
      report.secondSends <= allowedSecondSends,
      "\(report.secondSends) second sends, at most \(allowedSecondSends) are in order")
    check(sms.withoutKey + mail.withoutKey == 0, "a send had no Idempotency-Key")
    for worker in workers where !report.failures.isEmpty { tellTroubles(of: worker) }
  }

  /// What has no outcome is lost only when no other worker takes it up either.
  private func tellStuckFromLost() {
    let before = missing
    guard before > 0, !workers.isEmpty, let worker = try? launchWorker() else { return }
    _ = try? wait("the next worker takes up the rest", upTo: .seconds(30)) { missing == 0 }
    note("\(before - missing) of \(before) came to an outcome once another worker ran")
    stop(worker)
    if missing > 0 { tellWhereMissingStand() }
  }

  /// Says where the requests stand that have no outcome: the journal may have missed one.
  private func tellWhereMissingStand() {
    let (places, outcomes) = (placesOfIDs(in: [topics.requests, topics.results]), journal.outcomes)
    for id in expected.ids.filter({ outcomes[$0] == nil }).sorted().prefix(5) {
      let found = places[id] ?? []
      note("\(id) stands \(found.isEmpty ? "nowhere" : "at " + found.joined(separator: " and "))")
    }
  }

  /// Expects nothing of requests that the cluster acknowledged and does not have.
  func forgetWhatStandsNowhere() {
    let places = placesOfIDs(in: [topics.requests])
    let gone = expected.ids.filter { places[$0] == nil }
    guard !gone.isEmpty else { return }
    expected.remove(gone)
    note("the cluster acknowledged \(gone.count) requests that are not in the topic")
  }

  /// Where event ids stand, read anew.
  private func placesOfIDs(in topics: [String]) -> [String: [String]] {
    let places = Mutex<[String: [String]]>([:])
    let reader = LoopBoundReader(thread)
    let partitions = topics.flatMap { topic in
      (0..<Self.partitions).map { TopicPartition(topic: topic, partition: $0) }
    }
    reader.start(partitions, servers) { record in
      guard let value = record.copyValue(), let json = try? JSONValue(parsing: value),
        let id = json["id"]?.string
      else { return }
      places.withLock {
        $0[id, default: []].append("\(record.topic)/\(record.partition)/\(record.offset)")
      }
    }
    pause(.seconds(3))
    reader.close()
    return places.withLock { $0 }
  }

  private func count() {
    let outcomes = journal.outcomes
    let ids = expected.ids
    report.events = ids.count
    report.lost = ids.count { outcomes[$0] == nil }
    report.possibleDuplicates = outcomes.values.count { $0.contains(where: \.possibleDuplicate) }
    var identities = 0
    for (id, entries) in outcomes {
      for entry in entries { report.outcomes[entry.outcome, default: 0] += 1 }
      let finals = Set(entries.map(\.identity).filter { $0.hasSuffix("/final") })
      if finals.count != 1 || !ids.contains(id) { identities += 1 }
    }
    check(
      identities == 0, "\(identities) event ids have not just one final outcome, or are unknown")
    let taken = sms.taken.merging(mail.taken, uniquingKeysWith: +)
      .merging(takenElsewhere, uniquingKeysWith: +)
    for (id, times) in taken where times > 1 {
      report.secondSends += times - 1
      if outcomes[id]?.contains(where: \.possibleDuplicate) == true {
        report.countedSecondSends += times - 1
      }
    }
    report.seconds = (ContinuousClock.now - start).seconds
  }

  private func tellTroubles(of worker: WorkerProcess) {
    let troubles = worker.logLines.filter {
      $0.contains(#""level":"error""#) || $0.contains(#""level":"warning""#)
        || !$0.hasPrefix("{")
    }.filter { !$0.contains("allow.auto.create.topics") }
    if let last = worker.logLines.last, last != troubles.last {
      note("\(worker.name), last: \(last.prefix(200))")
    }
    for line in troubles.suffix(3) { note("\(worker.name): \(line.prefix(300))") }
  }
}

/// The event ids that must come to an outcome.
final class Expectation: Sendable {
  private let state = Mutex<Set<String>>([])

  var ids: Set<String> { state.withLock { $0 } }

  func add(_ ids: some Sequence<String>) { state.withLock { $0.formUnion(ids) } }

  func remove(_ ids: Set<String>) { state.withLock { $0.subtract(ids) } }
}
