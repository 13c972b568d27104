import Delivery
import Digest
import EventLoop
import Kafka
import Retry

/// The retry topics: what waits longer than a few seconds leaves the process, and comes back when it is due.
extension Pipeline {
  // MARK: - Coming back

  /// Whether a record of an own topic is due; if not it stays in front of its partition until it is.
  func isDue(_ record: ConsumerRecord, of state: PartitionState) -> Bool {
    guard let continuation = try? Continuation.read(record.headers), continuation.notBefore > now
    else { return true }
    // What is due later than this was no more due when we took over.
    if continuation.notBefore > state.inheritanceTime { state.inheritance = .none }
    record.detach()
    state.head = PartitionState.Head(
      record: record, due: continuation.notBefore,
      timer: lookAgain(at: state, when: continuation.notBefore))
    return false
  }

  private func lookAgain(at state: PartitionState, when due: Timestamp) -> TimerToken {
    loop.schedule(after: max(due - now, .zero)) {
      state.mayHaveRecords = true
      self.requestIntake()
    }
  }

  /// The first record of a retry topic once it is due; none as long as it is not.
  func takeHead(of state: PartitionState) -> ConsumerRecord? {
    guard let head = state.head.take() else { return nil }
    loop.cancel(head.timer)
    if head.due <= now { return head.record }
    // The clock of records went back meanwhile.
    state.head = PartitionState.Head(
      record: head.record, due: head.due, timer: lookAgain(at: state, when: head.due))
    state.mayHaveRecords = false
    return nil
  }

  /// Looks at what became due because the clock was set forward, which no timer notices.
  func takeDueHeads() {
    for state in partitions.values where state.head.map({ $0.due <= now }) ?? false {
      state.mayHaveRecords = true
      requestIntake()
    }
  }

  /// Lets go of what has not become due.
  func dropHead(of state: PartitionState) {
    if let head = state.head.take() { loop.cancel(head.timer) }
  }

  // MARK: - Supersession across the own topics

  /// Notes which request is the newest, while older ones may wait in the own topics; ends those.
  func noteOrder(of job: Job, _ request: Request) throws(Halt) {
    guard job.share.orders.isOpen, job.isOrdered, let key = orderKey(of: job, request) else {
      return
    }
    if job.share.orders.isSuperseded(key, at: job.origin.offset) {
      throw Halt(verdict: .conclude(.superseded))
    }
    job.share.note(key, at: job.origin.offset)
  }

  /// The order key of a request; nil when it neither supersedes nor is superseded.
  func orderKey(of job: Job, _ request: Request) -> OrderKey? {
    OrderKey(request, recipientHash: recipientHash(of: job, request))
  }

  /// A keyed hash of the recipient; nil without `privacy.hashKey`.
  func recipientHash(of job: Job, _ request: Request) -> [UInt8]? {
    if let known = job.recipientHash { return known }
    job.recipientHash = hashKey?.authenticationCode(for: request.recipient.address)
    return job.recipientHash
  }

  // MARK: - Leaving the process

  /// Puts a request off: in the process, or in a retry topic.
  func putOff(_ job: Job, _ wait: RetryDecision.Wait) {
    guard let request = job.request, let tier = tier(for: job, request, wait) else {
      telemetry.retries[.parked].increment()
      // One that its template keeps from being sent may have had a slot already.
      leaveSlot(job, after: nil)
      leaveTurn(job)
      return park(job, until: wait.due)
    }
    move(job, request, to: tier, until: wait.due)
  }

  /// The retry topic that a wait belongs into; nil when it belongs into the process.
  ///
  /// When the process is nearly full, what would park leaves it, so that the other channel flows on.
  private func tier(
    for job: Job, _ request: Request, _ wait: RetryDecision.Wait
  ) -> RetryTier? {
    if let tier = wait.tier { return tier }
    guard isCrowded(by: job), isInTime(.seconds30, request) else { return nil }
    return .seconds30
  }

  /// Whether what waits in the process takes up four fifths of a budget.
  func isCrowded(by job: Job) -> Bool {
    let limits = configuration.limits
    return parked >= limits.parked / 5 * 4
      || job.partition.ledger.isNearlyFull(maximumSpan: Int64(limits.uncommittedSpan))
  }

  private func isInTime(_ tier: RetryTier, _ request: Request) -> Bool {
    now + tier.delay <= Lifetime(of: request).lastStart(configuration.policy)
  }

  /// Moves requests that stand at a connector which takes nothing to a retry topic, or those that
  /// stand at a slow one when there is no room for them.
  func moveFromQueues() {
    let limit = loop.now - Self.longestHeld
    for runtime in connectors.values where runtime.queue.count > 1 {
      let isShut = runtime.isShut(at: now)
      // The first stays: it finds out whether the connector works again.
      let first = runtime.queue.first
      var waits: [RetryDecision.Wait] = []
      let leaving = runtime.queue.removeAll { job in
        guard job !== first,
          isShut && job.waitingSince <= limit || job.stage == .parked && isCrowded(by: job),
          let wait = wait(inTopicsFor: job)
        else { return false }
        waits.append(wait)
        return true
      }
      for (job, wait) in zip(leaving, waits) {
        stopWaiting(job)
        putOff(job, wait)
      }
    }
  }

  /// How long a request would stay in a retry topic; nil when none is in time.
  private func wait(inTopicsFor job: Job) -> RetryDecision.Wait? {
    guard let request = job.request else { return nil }
    let decision = configuration.policy.deferral(
      of: nil, history: job.history, lifetime: Lifetime(of: request), now: now, mayPark: false)
    guard case .retry(let wait) = decision, wait.tier != nil else { return nil }
    return wait
  }

  /// How long a request stands at a connector that takes nothing before it leaves the process.
  private static let longestHeld: Duration = .seconds(5)

  /// Writes a request into a retry topic; its record here is done when that is acknowledged.
  private func move(_ job: Job, _ request: Request, to tier: RetryTier, until due: Timestamp) {
    leaveSlot(job, after: nil)
    leaveTurn(job)
    enter(job, .concluding)
    let continuation = continuation(of: job, request, in: tier, until: due)
    let record = ProducerRecord(
      topic: configuration.topics.retries[tier] ?? "", partition: job.record.partition,
      key: job.record.copyKey(), value: job.record.copyValue(),
      headers: continuation.headers(replacingIn: job.record.headers))
    job.share.addWaiting(1)
    job.share.noteWaiting(resultsFrom: continuation.resultsFrom)
    publish(for: job) {
      record
    } then: {
      self.telemetry.retries[.init(tier)].increment()
      self.observe(job, .deferred(tier, until: continuation.notBefore))
      self.finishMoved(job, as: continuation.hop)
    } tooLarge: {
      // The headers made it larger than the topic takes: it stays in the process.
      job.share.addWaiting(-1)
      self.park(job, until: due)
    }
  }

  private func continuation(
    of job: Job, _ request: Request, in tier: RetryTier, until due: Timestamp
  ) -> Continuation {
    let notBefore = now + tier.delay
    var continuation = Continuation(
      eventID: request.eventID, origin: job.origin, requestedAt: request.requestedAt,
      expiresAt: request.expiresAt, notBefore: notBefore, hop: job.hop + 1)
    continuation.history = job.history
    continuation.waitsUntil = due > notBefore ? due : nil
    continuation.replayCount = job.replayCount
    continuation.resultsFrom = job.continuation?.resultsFrom ?? job.share.resultsMark
    return continuation
  }
}

extension Job {
  /// Whether its place among other requests is known: by where it first stood in this partition of the requests.
  fileprivate var isOrdered: Bool {
    origin.partition == record.partition
      && origin.topic == share.partitions.first?.partition.topic
  }
}

extension Telemetry.TierLabel {
  fileprivate init(_ tier: RetryTier) {
    self =
      switch tier {
      case .seconds30: .seconds30
      case .minutes2: .minutes2
      case .minutes10: .minutes10
      }
  }
}

extension UndecodableRequest {
  /// A record of an own topic whose headers cannot be read.
  init(_ error: Continuation.Unreadable, at origin: RecordOrigin, now: Timestamp) {
    self.init(
      origin: origin, code: "decode.header.\(error.header)",
      detail: "the header \(error.header) is missing or not what this version writes",
      requestedAt: now)
  }
}
