import Delivery
import Digest
import EventLoop
import Kafka
import Providers
import Retry

/// Publishes what a request came to; only then is its offset done.
extension Pipeline {
  /// After how long without an acknowledgement the worker is not ready.
  private static let longestSilence: Duration = .seconds(10)
  /// How long to wait after Kafka refused a record.
  private static let publishRetry: Duration = .seconds(1)

  /// Publishes dead letter and outcome, in this order: a crash between the two repeats the first, never loses it.
  func conclude(_ job: Job, as ending: Ending) {
    leaveSlot(job, after: nil)
    leaveTurn(job)
    enter(job, .concluding)
    guard let disposition = ending.disposition else { return publishOutcome(of: job, ending) }
    publish(deadLetter(of: job, ending, disposition), of: job) {
      self.telemetry.deadLetters[disposition].increment()
      self.publishOutcome(of: job, ending)
    }
  }

  /// The header by which requests that supersede each other are found again after a restart.
  static let orderKeyHeader = "otp.order.key"

  /// The order key to be published: only with a hash key, and only of a request that is its own.
  private func publishedOrderKey(of job: Job, endingAs kind: Outcome.Kind) -> OrderKey? {
    guard hashKey != nil, kind != .duplicate, job.lane != nil, let request = job.request else {
      return nil
    }
    return orderKey(of: job, request)
  }

  private func publishOutcome(of job: Job, _ ending: Ending) {
    let at = now
    publish(for: job) {
      self.record(of: self.outcome(of: job, ending, at: at), for: job)
    } then: {
      self.noteConcluded(job, ending, at: at)
      self.finish(job)
    }
  }

  private func record(of outcome: Outcome, for job: Job) -> ProducerRecord {
    let key = outcome.key
    var headers = outcome.headers(source: eventSource, key: key)
    if let order = publishedOrderKey(of: job, endingAs: outcome.kind) {
      headers.append(RecordHeader(Self.orderKeyHeader, order.hex))
    }
    return ProducerRecord(
      topic: configuration.topics.results, partition: job.record.partition, key: key,
      value: outcome.value(), headers: headers)
  }

  /// Marks the record as done and forgets the job.
  func finish(_ job: Job) {
    complete(job)
    if let key = job.deduplicationKey { deduplication.conclude(key, origin: job.origin) }
    retire(job)
  }

  /// The same for a request that has gone on as another record.
  func finishMoved(_ job: Job, as hop: Int) {
    complete(job)
    if let key = job.deduplicationKey { deduplication.goOn(key, origin: job.origin, hop: hop) }
    retire(job)
  }

  /// Marks the record as done that only repeats another: what is known of that one stays as it is.
  func drop(_ job: Job) {
    complete(job)
    retire(job)
  }

  private func complete(_ job: Job) {
    complete(job.record.offset, of: job.partition)
  }

  /// Marks a record as done.
  func complete(_ offset: Int64, of state: PartitionState) {
    state.ledger.complete(offset)
    noteLeft(state)
  }

  /// Notes that a record of a retry topic waits no more.
  func noteLeft(_ state: PartitionState) {
    if case .retry = state.role { state.share.addWaiting(-1) }
  }

  /// Hands the record back uncommitted: it comes again, to us or to another.
  func abandon(_ job: Job) {
    if job.isCertainlyUnsent { job.partition.unsent.insert(job.record.offset) }
    if let key = job.deduplicationKey { deduplication.abandon(key, origin: job.origin) }
    retire(job)
  }

  private func retire(_ job: Job) {
    stopWaiting(job)
    leaveSlot(job, after: nil)
    if let lane = job.lane.take() {
      lane.leave(job)
      giveTurn(in: lane)
    }
    enter(job, nil)
  }

  // MARK: - Publishing

  /// Produces a record until it is acknowledged, then calls `then`; the job is handed back when we must
  /// not go on: the partition is gone, or the stop will not wait.
  ///
  /// - Parameters:
  ///   - job: what it is about.
  ///   - record: makes it, once for each write: kept until its acknowledgement it would cost more than made twice.
  ///   - then: what follows.
  ///   - tooLarge: what is done when the topic does not take so large a record.
  func publish(
    for job: Job, _ record: @escaping () -> ProducerRecord, then: @escaping () -> Void,
    tooLarge: (() -> Void)? = nil
  ) {
    guard let producer = writer(for: job) else { return abandon(job) }
    let written = record()
    let topic = written.topic
    let write = beginWrite(to: topic)
    producer.send(written) { result in
      self.endWrite(to: write)
      switch result {
      case .success(let offset):
        self.noteWritable(true)
        self.noteMark(job.share, topic, offset)
        then()
      case .failure(let error) where error.isTooLarge && tooLarge != nil:
        tooLarge?()
      case .failure(let error):
        self.noteWritable(false)
        self.log.limited("publish", every: .seconds(10))?.error(
          "cannot write to Kafka: intake waits until this works again",
          .text(.topic, topic), .number(.partition, job.record.partition),
          .text(.error, error.name), .detail(error.text))
        self.publishLater { self.publish(for: job, record, then: then, tooLarge: tooLarge) }
      }
    }
  }

  private func noteMark(_ share: Share, _ topic: String, _ offset: Int64) {
    if let index = markedTopics.firstIndex(of: topic) { share.noteMark(index, offset) }
  }

  /// As ``publish(for:_:then:tooLarge:)``; a letter that is too large goes without its value.
  private func publish(_ letter: DeadLetter, of job: Job, then: @escaping () -> Void) {
    guard let producer = writer(for: job) else { return abandon(job) }
    let topic = beginWrite(to: configuration.topics.deadLetters)
    producer.send(record(letter, of: job, partitions: partitions(of: producer))) { result in
      self.endWrite(to: topic)
      switch result {
      case .success:
        self.noteWritable(true)
        then()
      case .failure(let error) where error.isTooLarge && letter.valueChange == nil:
        var letter = letter
        letter.valueChange = .omitted
        self.publish(letter, of: job, then: then)
      case .failure(let error):
        self.noteWritable(false)
        self.telemetry.deadLetterFailures.increment()
        self.log.limited("dead-letter", every: .seconds(10))?.error(
          "cannot write a dead letter: its offset stays, intake waits",
          .text(.topic, self.configuration.topics.deadLetters), .text(.error, error.name),
          .detail(error.text))
        self.publishLater { self.publish(letter, of: job, then: then) }
      }
    }
  }

  /// The producer, as long as `job` may still be concluded by us.
  private func writer(for job: Job) -> (any RecordProducer)? {
    job.share.phase == .gone || stop.isOver ? nil : producer
  }

  private func publishLater(_ publish: @escaping () -> Void) {
    loop.schedule(after: Self.publishRetry, publish)
  }

  private func noteWritable(_ isWritable: Bool) {
    if isWritable != self.isWritable {
      self.isWritable = isWritable
      showWritable()
    }
  }

  private func showWritable() { health.isWritable = isWritable && stuckTopics.isEmpty }

  // MARK: - Topics that take nothing

  private func beginWrite(to topic: String) -> Int {
    let index = markedTopics.firstIndex(of: topic) ?? markedTopics.count
    if writes[index].pending == 0 { writes[index].since = loop.now }
    writes[index].pending += 1
    return index
  }

  private func endWrite(to index: Int) {
    writes[index].pending -= 1
    writes[index].since = loop.now
  }

  /// Finds topics that acknowledge nothing though something is written to them: a leader that is away is no
  /// error of librdkafka's, which waits for it.
  func findStuckTopics() {
    let limit = loop.now - Self.longestSilence
    let stuck = writes.indices.filter { writes[$0].pending > 0 && writes[$0].since < limit }
    for index in stuck where !stuckTopics.contains(index) {
      log.error(
        "a topic acknowledges nothing: its records and their offsets wait",
        .text(
          .topic,
          index < markedTopics.count ? markedTopics[index] : configuration.topics.deadLetters),
        .count(writes[index].pending))
    }
    stuckTopics = Set(stuck)
    showWritable()
  }

  private func deadLetter(
    of job: Job, _ ending: Ending, _ disposition: DeadLetter.Disposition
  ) -> DeadLetter {
    var letter = DeadLetter(
      disposition, code: ending.code ?? disposition.rawValue, message: ending.detail,
      group: configuration.group, origin: job.origin, attempts: job.history.tries, failedAt: now,
      replayCount: job.replayCount, connector: job.route?.connector.name, eventID: job.eventID,
      firstAttemptAt: job.history.firstAttemptAt,
      expiresAt: job.request?.expiresAt ?? job.undecodable?.expiresAt)
    if configuration.deadLetterValue == .redacted { letter.valueChange = .redacted }
    return letter
  }

  private func partitions(of producer: any RecordProducer) -> Int32 {
    producer.partitionCount(of: configuration.topics.deadLetters) ?? 1
  }

  private func record(_ letter: DeadLetter, of job: Job, partitions: Int32) -> ProducerRecord {
    ProducerRecord(
      topic: configuration.topics.deadLetters, partition: job.record.partition % partitions,
      key: letter.valueChange == .redacted ? nil : job.record.copyKey(),
      value: letter.valueChange == nil ? job.record.copyValue() : nil,
      headers: letter.headers(replacingIn: job.record.headers))
  }

  // MARK: - The outcome

  private func outcome(of job: Job, _ ending: Ending, at: Timestamp) -> Outcome {
    var outcome = blankOutcome(of: job, ending, at: at)
    if let request = job.request {
      outcome.recipientHash = recipientHash(of: job, request)?.hex
    }
    outcome.replayCount = job.replayCount
    if let route = job.route {
      outcome.connector = route.connector.name
      outcome.provider = route.connector.descriptor.id
      outcome.template = route.template.map {
        Outcome.Template(usageType: $0.usageType, locale: $0.locale)
      }
    }
    outcome.providerMessageIDs = ending.providerMessageIDs
    outcome.providerCode = ending.code
    outcome.detail = ending.detail.isEmpty ? nil : ending.detail
    outcome.attempts = job.history.tries
    outcome.possibleDuplicate = job.mayHaveGoneOutTwice(endingAs: ending.kind)
    outcome.configVersion = job.configVersion
    return outcome
  }

  /// The outcome with what the record itself tells.
  private func blankOutcome(of job: Job, _ ending: Ending, at: Timestamp) -> Outcome {
    if let request = job.request {
      return Outcome(ending.kind, reason: ending.reason, of: request, at: at)
    }
    if let failure = job.undecodable {
      var outcome = Outcome(failure, at: at)
      outcome.reason = ending.reason
      return outcome
    }
    return Outcome(
      ending.kind, reason: ending.reason, eventID: job.eventID, source: job.origin,
      requestedAt: at, concludedAt: at)
  }

  /// Where an end is told; of those that were too old when they were taken, which come by the thousand after an
  /// outage, a few each second.
  private func concludedLog(for job: Job, _ kind: Outcome.Kind) -> Log? {
    guard kind == .expired, job.history.tries == 0 else { return log }
    defer { expired.count += 1 }
    if loop.now - expired.since < .seconds(1) {
      return expired.count < Self.expiredLinesPerSecond ? log : nil
    }
    let suppressed = expired.count - Self.expiredLinesPerSecond
    expired = (0, loop.now)
    return suppressed > 0 ? log.with([.number(.suppressed, UInt64(suppressed))]) : log
  }

  /// How many ends of requests that were too old are told in a second.
  private static let expiredLinesPerSecond = 20

  private func noteConcluded(_ job: Job, _ ending: Ending, at: Timestamp) {
    let channel = job.request?.channel ?? job.undecodable?.channel
    telemetry.outcomes[.init(channel, ending.kind, ending.reason)].increment()
    if ending.kind == .accepted, let request = job.request {
      telemetry.endToEnd[request.channel].observe(at - request.requestedAt)
    }
    observe(job, .concluded(outcome(of: job, ending, at: at)))
    guard ending.kind != .accepted, log.writes(.info),
      let log = concludedLog(for: job, ending.kind)
    else { return }
    log.info(
      "concluded", .eventID(job.eventID), .text(.outcome, ending.kind.rawValue),
      .reason(ending.reason), .attempt(job.history.tries), .providerCode(ending.code ?? ""),
      .detail(ending.detail), .text(.topic, job.record.topic),
      .number(.partition, job.record.partition), .number(.offset, job.record.offset))
  }
}

extension Job {
  /// Whether nothing of it can have reached a provider that its headers do not tell of.
  fileprivate var isCertainlyUnsent: Bool {
    stage != .concluding && sendingSince == nil && doubt == nil
      && history.lastAnswer?.class != .accepted
      && history.ambiguousTries == (continuation?.ambiguousTries ?? 0)
  }
}
