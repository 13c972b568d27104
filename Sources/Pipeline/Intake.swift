import Delivery
import EventLoop
import Kafka
import Retry

/// Takes records as fast as the budgets allow, and no faster.
extension Pipeline {
  /// Records are taken until so many wait for each connector, and of a partition until so many wait for its commit:
  /// more would wait longer, not leave sooner.
  private static let lookAhead = 16

  /// Looks for records once in the coming turn of the loop.
  func requestIntake() {
    guard !needsIntake else { return }
    needsIntake = true
    loop.requestTurn()
  }

  /// Notes that a budget has room again: worth a look only when one was the reason to stop.
  func noteRoom() {
    if isIntakeWaiting { requestIntake() }
  }

  /// Takes records from every partition in turn until a budget is used up or nothing is left.
  func takeRecords() {
    needsIntake = false
    isIntakeWaiting = false
    guard isTaking, heldBack == nil, let consumer else { return }
    var found = true
    while found, hasRoom {
      found = false
      for state in partitions.values where state.mayHaveRecords && state.share.phase == .taking {
        let span = Int64(configuration.limits.uncommittedSpan)
        let most = min(state.batch, state.ledger.room(maximumSpan: span))
        guard hasRoom, most > 0, state.waitingForCommit.count < Self.lookAhead else {
          isIntakeWaiting = true
          continue
        }
        if state.head != nil {
          if let head = takeHead(of: state) {
            accept(head, of: state)
            found = true
          }
          continue
        }
        let taken = consumer.take(from: state.partition, max: most) { self.receive($0, of: state) }
        state.mayHaveRecords = taken == most && state.head == nil
        found = found || state.mayHaveRecords
      }
    }
    if found { isIntakeWaiting = true }
  }

  private var hasRoom: Bool {
    let limits = configuration.limits
    return inFlight < limits.inFlight && parked < limits.parked && concluding < limits.concluding
      && (connectors.isEmpty || connectors.values.contains { $0.queue.count < Self.lookAhead })
  }

  private func receive(_ record: ConsumerRecord, of state: PartitionState) {
    if state.role.isOwn, !isDue(record, of: state) { return }
    accept(record, of: state)
  }

  private func accept(_ record: ConsumerRecord, of state: PartitionState) {
    state.consumed.increment()
    if record.offset > state.ledger.taken { noteGap(before: record, of: state) }
    switch state.ledger.take(record.offset) {
    case .alreadyDone:
      telemetry.deduplicationHits[.ranges].increment()
      return noteLeft(state)
    case .stale:
      // The log under us begins anew: the topic was made again, or lost its end. Nothing may be
      // skipped because an older log had an offset of that number.
      log.error(
        "offsets went back: the topic was deleted and made again, or lost records",
        .text(.topic, record.topic), .number(.partition, record.partition),
        .number(.offset, record.offset))
      state.ledger = OffsetLedger(
        startingAt: record.offset, metadata: nil,
        leastAllowance: configuration.limits.commitAllowance)
      state.inheritance = .none
      _ = state.ledger.take(record.offset)
    case .fresh: break
    }
    if !strays.isEmpty,
      let stray = strays.removeValue(forKey: Stray.Place(state.partition, record.offset))
    {
      return join(stray, state)
    }
    let job = job(of: record, of: state)
    if !state.share.aftermath.isEmpty, isOvertaken(job) {
      telemetry.deduplicationHits[.tails].increment()
      return complete(record.offset, of: state)
    }
    job.doubt = state.doubt(about: record, due: job.continuation?.notBefore)
    launch(job)
  }

  /// Says that offsets were left out, which count as done: usual for producers that use transactions.
  private func noteGap(before record: ConsumerRecord, of state: PartitionState) {
    log.limited("gap", every: .seconds(60))?.info(
      "offsets without a record: transaction markers, compaction, or records that are gone",
      .text(.topic, record.topic), .number(.partition, record.partition),
      .number(.offset, state.ledger.taken), .count(Int(record.offset - state.ledger.taken)))
  }

  private func isOvertaken(_ job: Job) -> Bool {
    job.share.aftermath.hasOvertaken(
      Aftermath.Copy(origin: job.origin, replayCount: job.replayCount), hop: job.hop)
  }

  /// Lets a send that was open when its partition was given up go on as if it had never been.
  private func join(_ stray: Stray, _ state: PartitionState) {
    let job = stray.job
    job.partition = state
    if job.stage == .inFlight || job.stage == .concluding { state.share.busy += 1 }
    log.info("a send goes on that was open when its partition went away", .eventID(job.eventID))
    guard let answer = stray.answer, let request = job.request else { return }
    conclude(job, request, after: answer)
  }

  private func job(of record: ConsumerRecord, of state: PartitionState) -> Job {
    guard state.role.isOwn else { return Job(record, of: state, continuing: nil, now: loop.now) }
    do {
      return Job(
        record, of: state, continuing: try Continuation.read(record.headers), now: loop.now)
    } catch {
      let job = Job(record, of: state, continuing: nil, now: loop.now)
      job.undecodable = UndecodableRequest(error, at: job.origin, now: now)
      return job
    }
  }

  // MARK: - The first steps of the straight line

  /// Bytes and headers into a request; once per record.
  func decode(_ job: Job) throws(Halt) -> Request {
    if let request = job.request { return request }
    if let flaw = job.undecodable { throw Halt(verdict: .conclude(Ending(flaw))) }
    let (lifetimes, lifetime) = (configuration.lifetimes, configuration.lifetime)
    let request: Request
    do {
      request = try job.record.withValue { value throws(UndecodableRequest) in
        try Request.decode(
          value: value, headers: job.record.headers, origin: job.origin,
          timestamp: job.record.timestamp, identity: job.continuation?.identity, now: now,
          lifetime: { lifetimes[$0] ?? lifetime })
      }
    } catch {
      job.undecodable = error
      throw Halt(verdict: .conclude(Ending(error)))
    }
    job.request = request
    try admit(job, request)
    return request
  }

  /// Lets a request in that is the first of its event id, and that is worth sending.
  private func admit(_ job: Job, _ request: Request) throws(Halt) {
    if request.hasExplicitID || job.hop > 0 {
      let key = Deduplication.Key(job.idempotencyKey)
      job.deduplicationKey = key
      let finding = deduplication.admit(
        key, body: valueHash(of: job.record), origin: job.origin, hop: job.hop,
        place: job.record.offset, now: loop.now)
      switch finding {
      case .new: break
      case .duplicate:
        telemetry.deduplicationHits[.recent].increment()
        throw Halt(verdict: .conclude(.duplicate))
      case .reused: throw Halt(verdict: .conclude(.idReused))
      case .concludedHere, .goneOn:
        telemetry.deduplicationHits[.recent].increment()
        throw Halt(verdict: .alreadyDone)
      }
    }
    try noteDoubt(of: job)
    if now >= request.expiresAt {
      throw Halt(verdict: .conclude(.deadlinePassed(after: job.history)))
    }
    if let allows = configuration.allows, !allows(request.recipient) {
      throw Halt(
        verdict: .conclude(
          Ending(
            kind: .rejected, reason: .policyRefused, code: "delivery.only",
            detail: "the recipient is not among delivery.only")))
    }
    try noteOrder(of: job, request)
    let key = Lane.Key(
      partition: job.record.partition, recipient: request.recipient.address)
    let lane = lanes[key] ?? Lane(key: key)
    lanes[key] = lane
    job.lane = lane
    for older in lane.join(job, request) { wakeSuperseded(older) }
  }

  /// Counts a send of which nothing is known as an ambiguous one; ends the request when that was one too many.
  private func noteDoubt(of job: Job) throws(Halt) {
    guard job.doubt != nil else { return }
    job.history.ambiguousTries += 1
    if configuration.policy.ambiguous == .never || job.history.ambiguousTries > 1 {
      throw Halt(
        verdict: .conclude(
          .deadLetter(
            .ambiguous, code: "unfinished",
            "it may have been sent by a process that ended before it could tell")))
    }
  }

  /// Tells one body from another, in this process.
  private func valueHash(of record: ConsumerRecord) -> Int {
    record.withValue { value in
      var hasher = Hasher()
      value?.withUnsafeBytes { hasher.combine(bytes: $0) }
      return hasher.finalize()
    }
  }
}
