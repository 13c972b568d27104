import Delivery
import Kafka
import Pipeline
import Retry

/// Records that stand in the log.
extension Examiner {
  func appended(
    _ record: ProducerRecord, at offset: Int64, by writer: Instance?, isDoubted: Bool
  ) {
    switch record.topic {
    case World.topics.results:
      if var outcome = PublishedOutcome(record, at: world.now, by: writer) {
        outcome.isDoubted = isDoubted
        check(outcome)
      } else {
        fail(.trueOutcome, "what stands in the results at \(offset) is no outcome")
      }
    case World.topics.deadLetters: noteLetter(record)
    case World.topics.requests: break
    default: noteCopy(record, at: offset, isDoubted)
    }
  }

  /// A request is about to be written.
  func asked(_ draft: RequestDraft, at offset: Int64, of place: TopicPartition, timestamp: Int64) {
    let request = TrueRequest(draft, at: offset, of: place, timestamp: timestamp)
    add(TrueRecord(request, at: offset, of: place, writtenAt: world.now))
    bySerial[draft.serial, default: []].append(request)
    byID[request.eventID, default: 0] += 1
  }

  private func add(_ record: TrueRecord) {
    records[record.place, default: []].append(record)
    record.request.records.append(record)
  }

  func doubted(by instance: Instance) { doubting.insert(instance.number) }

  private func request(_ origin: RecordOrigin, replay: Int = 0) -> TrueRequest? {
    if replay > 0 { return replays[origin]?.first { $0.replay == replay } }
    let place = TopicPartition(topic: origin.topic, partition: origin.partition)
    return place.topic == World.topics.requests
      ? record(at: origin.offset, of: place)?.request : nil
  }

  // MARK: - What continues a request

  private func noteCopy(_ copy: ProducerRecord, at offset: Int64, _ isDoubted: Bool) {
    guard let continuation = try? Continuation.read(copy.headers),
      let request = request(continuation.origin, replay: continuation.replayCount)
    else { return fail(.trueOutcome, "a record of \(copy.topic) continues no request") }
    world.trace("\(request.serial) goes on in \(copy.topic), hop \(continuation.hop)")
    let place = TopicPartition(topic: copy.topic, partition: copy.partition)
    add(
      TrueRecord(
        request, at: offset, of: place, hop: continuation.hop,
        notBefore: continuation.notBefore.milliseconds,
        deadline: continuation.expiresAt.milliseconds, writtenAt: world.now,
        isDoubted: isDoubted))
    if copy.value != request.value || continuation.eventID != request.eventID {
      fail(.trueOutcome, "\(request.serial) goes on as something else")
    }
    if continuation.expiresAt.milliseconds > request.timestamp + request.lifetime {
      fail(.deadline, "the deadline of \(request.serial) moves")
    }
    if copy.partition != request.place.partition {
      fail(.trueOutcome, "\(request.serial) goes on in another partition")
    }
  }

  private func noteLetter(_ letter: ProducerRecord) {
    let text = { name in letter.headers.last { $0.name == name }?.text }
    guard let topic = text("__dlq.errors.topic"),
      let partition = text("__dlq.errors.partition").flatMap({ Int32($0) }),
      let offset = text("__dlq.errors.offset").flatMap({ Int64($0) }),
      let request = request(
        RecordOrigin(topic: topic, partition: partition, offset: offset),
        replay: text("otp.dlq.replay.count").flatMap { Int($0) } ?? 0)
    else { return fail(.trueOutcome, "a dead letter is of no request") }
    if letter.value != request.value {
      fail(.trueOutcome, "the dead letter of \(request.serial) has another value")
    }
    request.letters += 1
  }

  // MARK: - Outcomes

  private func check(_ outcome: PublishedOutcome) {
    guard let request = request(outcome.source, replay: outcome.replay) else {
      return fail(.trueOutcome, "an outcome of \(outcome.id) is of no request")
    }
    world.trace(
      "outcome of \(request.serial): \(outcome.kind)/\(outcome.reason)"
        + (outcome.isPossibleDuplicate ? ", possibly twice" : ""))
    if outcome.id != request.eventID {
      fail(.trueOutcome, "the outcome of \(request.eventID) names \(outcome.id)")
    }
    if outcome.kind == "dead-lettered", request.letters == 0 {
      fail(.letterFirst, "\(request.serial) has an outcome, and no dead letter")
    }
    if outcome.kind == "accepted", request.acceptances == 0 {
      fail(.trueOutcome, "\(request.serial) is said to be accepted, and was not")
    }
    if request.isLate, outcome.kind != "accepted" {
      fail(.recovery, "\(request.serial) came when nothing went wrong, and ends as \(outcome.kind)")
    }
    checkSuperseded(outcome, of: request)
    checkOwner(outcome, of: request)
    request.outcomes.append(outcome)
    if outcome.kind == "dead-lettered" { world.mayReplay(request) }
  }

  /// An operator is about to send a request once more.
  func replayed(_ request: TrueRequest) -> TrueRequest {
    let again = TrueRequest(again: request)
    replays[request.origin, default: []].append(again)
    bySerial[request.serial, default: []].append(again)
    return again
  }

  private func checkSuperseded(_ outcome: PublishedOutcome, of request: TrueRequest) {
    guard outcome.kind == "superseded" else { return }
    let hasNewer = records[request.place]?.contains {
      $0.offset > request.offset && $0.request.recipient == request.recipient
        && $0.request.supersedes
    }
    if hasNewer != true || !request.supersedes {
      fail(.supersession, "\(request.serial) is said to be superseded by nothing")
    }
  }

  private func checkOwner(_ outcome: PublishedOutcome, of request: TrueRequest) {
    guard let writer = outcome.writer else { return }
    // One that has lost the partition meanwhile had it when it wrote.
    let number = request.place.partition
    let epoch =
      epoch(number, of: writer)
      ?? pastEpochs.last { $0.instance === writer && $0.number == number }
    guard let epoch, request.records.contains(where: epoch.has) else {
      return fail(.trueOutcome, "\(request.serial) has an outcome by one who never took it")
    }
    let own = request.records.filter { epoch.has($0) && !epoch.isDone($0) }
    if own.isEmpty {
      fail(.doneStaysDone, "\(request.serial) has one more outcome, although it was committed")
    }
    if isMetadataSafe, own.allSatisfy({ $0.wasSettled(before: epoch.beganAt) }) {
      fail(.outcomeStopsRepeat, "\(request.serial) has one more outcome, although the log has one")
    }
    if let before = epoch.outcome(of: request), !doubting.contains(writer.number) {
      fail(.oneOutcome, "\(request.serial) has two outcomes of one owner: \(before.kind)")
    } else if let before = epoch.outcome(of: request), before.ceID != outcome.ceID {
      fail(.oneOutcome, "\(request.serial) has outcomes of two names")
    }
    epoch.publish(outcome, of: request)
    checkFlag(of: outcome, request, in: epoch)
  }

  private func checkFlag(of outcome: PublishedOutcome, _ request: TrueRequest, in epoch: Epoch) {
    guard bySerial[request.serial]?.count == 1, request.records.count == 1 else { return }
    let taken = epoch.accepted[request.serial] ?? 0
    let isFlagged = outcome.isPossibleDuplicate || outcome.reason == "ambiguous"
    if taken > 1, !isFlagged {
      fail(.boundedRepeats, "\(request.serial) was taken twice, and its outcome does not say so")
    }
    let isKnowable =
      isMetadataSafe && epoch.tellingDoubt.contains(request.place)
      && request.acceptedBefore(epoch)
    if outcome.kind == "accepted", taken > 0, isKnowable, !isFlagged {
      fail(.flaggedRepeats, "\(request.serial) was taken by two owners, its outcome is silent")
    }
    // A person looks at what was refused for its destination, whatever became of an earlier try.
    if taken > 0, outcome.kind != "accepted", outcome.reason != "config", !isFlagged {
      fail(.trueOutcome, "\(request.serial) was taken, and its outcome is \(outcome.kind)")
    }
  }
}
