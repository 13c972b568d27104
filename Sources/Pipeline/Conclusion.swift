import Delivery
import Digest
import EventLoop
import Kafka
import Providers
import Retry

/// Publishes what a request came to; only then is its offset done.
extension Pipeline {
  /// How long to wait after Kafka refused a record.
  private static let publishRetry: Duration = .seconds(1)

  /// Publishes dead letter and outcome, in this order: a crash between the two repeats the first, never loses it.
  func conclude(_ job: Job, as ending: Ending) async {
    leaveSlot(job, after: nil)
    leaveTurn(job)
    enter(job, .concluding)
    if let disposition = ending.disposition {
      guard await publishDeadLetter(of: job, ending, disposition) else { return abandon(job) }
      telemetry.deadLetters[disposition].increment()
    }
    let outcome = outcome(of: job, ending)
    let record = ProducerRecord(
      topic: configuration.topics.results, partition: job.record.partition, key: outcome.key,
      value: outcome.value(), headers: outcome.headers(source: eventSource))
    guard await publish(record, for: job) else { return abandon(job) }
    noteConcluded(job, outcome)
    finish(job)
  }

  /// Marks the record as done and forgets the job.
  func finish(_ job: Job) {
    job.partition.ledger?.complete(job.record.offset)
    if let request = job.request, request.hasExplicitID {
      deduplication.conclude(request.eventID, origin: job.origin)
    }
    retire(job)
  }

  /// Hands the record back uncommitted: it comes again, to us or to another.
  func abandon(_ job: Job) {
    if let request = job.request, request.hasExplicitID {
      deduplication.abandon(request.eventID, origin: job.origin)
    }
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

  /// Produces `record` until it is acknowledged.
  /// - Returns: false when we must not go on: the partition is gone, or the stop will not wait.
  private func publish(_ record: ProducerRecord, for job: Job) async -> Bool {
    while job.partition.phase != .gone, !stop.isOver, let producer {
      do throws(KafkaError) {
        _ = try await producer.send(record)
        noteWritable(true)
        return true
      } catch {
        noteWritable(false)
        log.limited("publish", every: .seconds(10))?.error(
          "cannot write to Kafka: intake waits until this works again",
          .text(.topic, record.topic), .number(.partition, record.partition),
          .text(.error, error.name), .detail(error.text))
        await loop.sleep(until: loop.clock.now + Self.publishRetry)
      }
    }
    return false
  }

  private func noteWritable(_ isWritable: Bool) {
    if isWritable != self.isWritable {
      self.isWritable = isWritable
      health.isWritable = isWritable
    }
  }

  private func publishDeadLetter(
    of job: Job, _ ending: Ending, _ disposition: DeadLetter.Disposition
  ) async -> Bool {
    var letter = DeadLetter(
      disposition, code: ending.code ?? disposition.rawValue, message: ending.detail,
      group: configuration.group, origin: job.origin, attempts: job.history.tries, failedAt: now,
      connector: job.route?.connector.name, eventID: job.eventID,
      firstAttemptAt: job.history.firstAttemptAt,
      expiresAt: job.request?.expiresAt ?? job.undecodable?.expiresAt)
    if configuration.deadLetterValue == .redacted { letter.valueChange = .redacted }
    while job.partition.phase != .gone, !stop.isOver, let producer {
      do throws(KafkaError) {
        _ = try await producer.send(record(letter, of: job, partitions: partitions(of: producer)))
        noteWritable(true)
        return true
      } catch {
        if error.isTooLarge, letter.valueChange == nil {
          letter.valueChange = .omitted
          continue
        }
        noteWritable(false)
        telemetry.deadLetterFailures.increment()
        log.limited("dead-letter", every: .seconds(10))?.error(
          "cannot write a dead letter: its offset stays, intake waits",
          .text(.topic, configuration.topics.deadLetters), .text(.error, error.name),
          .detail(error.text))
        await loop.sleep(until: loop.clock.now + Self.publishRetry)
      }
    }
    return false
  }

  private func partitions(of producer: KafkaProducer) -> Int32 {
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

  private func outcome(of job: Job, _ ending: Ending) -> Outcome {
    var outcome = blankOutcome(of: job, ending)
    if let request = job.request {
      outcome.recipientHash = hashKey?.authenticationCode(for: request.recipient.address).hex
    }
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
    outcome.configVersion = configuration.version
    return outcome
  }

  /// The outcome with what the record itself tells.
  private func blankOutcome(of job: Job, _ ending: Ending) -> Outcome {
    if let request = job.request {
      return Outcome(ending.kind, reason: ending.reason, of: request, at: now)
    }
    if let failure = job.undecodable {
      var outcome = Outcome(failure, at: now)
      outcome.reason = ending.reason
      return outcome
    }
    return Outcome(
      ending.kind, reason: ending.reason, eventID: job.eventID, source: job.origin,
      requestedAt: now, concludedAt: now)
  }

  private func noteConcluded(_ job: Job, _ outcome: Outcome) {
    telemetry.outcomes[.init(outcome.channel, outcome.kind, outcome.reason)].increment()
    if outcome.kind == .accepted, let channel = outcome.channel {
      telemetry.endToEnd[channel].observe(outcome.concludedAt - outcome.requestedAt)
    }
    observe(job, .concluded(outcome))
    guard outcome.kind != .accepted, log.writes(.info) else { return }
    log.info(
      "concluded", .eventID(outcome.eventID), .text(.outcome, outcome.kind.rawValue),
      .reason(outcome.reason), .attempt(outcome.attempts),
      .providerCode(outcome.providerCode ?? ""), .detail(outcome.detail ?? ""),
      .text(.topic, job.record.topic), .number(.partition, job.record.partition),
      .number(.offset, job.record.offset))
  }
}
