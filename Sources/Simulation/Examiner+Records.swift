import Delivery
import Kafka
import Pipeline

/// Records that stand in the log.
extension Examiner {
  func appended(
    _ record: ProducerRecord, at offset: Int64, timestamp: Timestamp, by writer: Instance?
  ) {
    switch record.topic {
    case World.topics.results:
      if let outcome = PublishedOutcome(record, at: offset, by: writer) {
        check(outcome)
      } else {
        fail(.trueOutcome, "what stands in the results at \(offset) is no outcome")
      }
    case World.topics.deadLetters: noteLetter(record)
    default: break
    }
  }

  /// A request is about to be written.
  func asked(_ draft: RequestDraft, at offset: Int64, of place: TopicPartition, timestamp: Int64) {
    let request = TrueRequest(draft, at: offset, of: place, timestamp: timestamp)
    requests[place, default: []].append(request)
    bySerial[draft.serial, default: []].append(request)
    byID[request.eventID, default: 0] += 1
  }

  func doubted(by instance: Instance) { doubting.insert(instance.number) }

  private func request(at place: TopicPartition, _ offset: Int64) -> TrueRequest? {
    guard let list = requests[place], list.indices.contains(Int(offset)) else { return nil }
    return list[Int(offset)]
  }

  private func noteLetter(_ letter: ProducerRecord) {
    let text = { name in letter.headers.last { $0.name == name }?.text }
    guard let topic = text("__dlq.errors.topic"),
      let partition = text("__dlq.errors.partition").flatMap({ Int32($0) }),
      let offset = text("__dlq.errors.offset").flatMap({ Int64($0) }),
      let request = request(at: TopicPartition(topic: topic, partition: partition), offset)
    else { return fail(.trueOutcome, "a dead letter is of no request") }
    if letter.value != world.broker.logs[request.place]?[Int(offset)].value {
      fail(.trueOutcome, "the dead letter of \(request.serial) has another value")
    }
    request.letters += 1
  }

  private func check(_ outcome: PublishedOutcome) {
    guard let request = request(at: outcome.place, outcome.source) else {
      return fail(.trueOutcome, "an outcome of \(outcome.id) is of no request")
    }
    world.trace("outcome of \(request.serial): \(outcome.kind)/\(outcome.reason)")
    if outcome.id != request.eventID {
      fail(.trueOutcome, "the outcome of \(request.eventID) names \(outcome.id)")
    }
    if outcome.kind == "dead-lettered", request.letters == 0 {
      fail(.letterFirst, "\(request.serial) has an outcome, and no dead letter")
    }
    if outcome.kind == "accepted", request.acceptances == 0 {
      fail(.trueOutcome, "\(request.serial) is said to be accepted, and was not")
    }
    checkSuperseded(outcome, of: request)
    checkOwner(outcome, of: request)
    request.outcomes.append(outcome)
  }

  private func checkSuperseded(_ outcome: PublishedOutcome, of request: TrueRequest) {
    guard outcome.kind == "superseded" else { return }
    let hasNewer = requests[request.place]?.contains {
      $0.offset > request.offset && $0.recipient == request.recipient && $0.supersedes
    }
    if hasNewer != true || !request.supersedes {
      fail(.supersession, "\(request.serial) is said to be superseded by nothing")
    }
  }

  private func checkOwner(_ outcome: PublishedOutcome, of request: TrueRequest) {
    guard let writer = outcome.writer else { return }
    // One that has lost the partition meanwhile had it when it wrote.
    let epoch =
      epoch(of: request.place, by: writer)
      ?? pastEpochs.last { $0.instance === writer && $0.place == request.place }
    guard let epoch, epoch.takenAt[request.offset] != nil else {
      return fail(.trueOutcome, "\(request.serial) has an outcome by one who never took it")
    }
    if epoch.isDone(request.offset) {
      fail(.doneStaysDone, "\(request.serial) has one more outcome, although it was committed")
    }
    if let before = epoch.published[request.offset], !doubting.contains(writer.number) {
      fail(.oneOutcome, "\(request.serial) has two outcomes of one owner: \(before.kind)")
    }
    let others = request.outcomes.filter { $0.writer === writer }
    if others.contains(where: { $0.ceID != outcome.ceID }), epoch.published[request.offset] != nil {
      fail(.oneOutcome, "\(request.serial) has outcomes of two names")
    }
    epoch.published[request.offset] = outcome
    checkFlag(of: outcome, request, in: epoch)
  }

  private func checkFlag(of outcome: PublishedOutcome, _ request: TrueRequest, in epoch: Epoch) {
    guard bySerial[request.serial]?.count == 1 else { return }
    let taken = epoch.accepted[request.serial] ?? 0
    let isFlagged = outcome.isPossibleDuplicate || outcome.reason == "ambiguous"
    if taken > 1, !isFlagged {
      fail(.boundedRepeats, "\(request.serial) was taken twice, and its outcome does not say so")
    }
    // A person looks at what was refused for its destination, whatever became of an earlier try.
    if taken > 0, outcome.kind != "accepted", outcome.reason != "config", !isFlagged {
      fail(.trueOutcome, "\(request.serial) was taken, and its outcome is \(outcome.kind)")
    }
  }
}
