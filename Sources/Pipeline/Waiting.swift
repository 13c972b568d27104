import Delivery
import EventLoop
import Kafka
import Providers
import Retry

/// Whoever cannot go on stands in a queue or in the timer heap, without a task, a slot or a thread.
extension Pipeline {
  // MARK: - The recipient's turn

  /// Lets `job` go on when nothing of its recipient is before it.
  func takeTurn(_ job: Job, _ request: Request) throws(Halt) {
    if stop.isStopping || job.share.phase != .taking { throw Halt(verdict: .abandon) }
    if job.isSuperseded { throw Halt(verdict: .conclude(.superseded)) }
    let isFirst = job.history.tries == 0
    let last =
      isFirst ? request.expiresAt : Lifetime(of: request).lastStart(configuration.policy)
    if isFirst ? now >= last : now > last {
      throw Halt(verdict: .conclude(.deadlinePassed(after: job.history)))
    }
    if let until = job.continuation?.waitsUntil, until > now,
      job.history == job.continuation?.history
    {
      throw Halt(verdict: .later(try wait(of: job, request, until: until)))
    }
    guard let lane = job.lane, lane.owner !== job else { return }
    guard lane.isFree, lane.queue.isEmpty else {
      lane.queue.append(job)
      wait(job, at: .lane(lane), until: request.expiresAt)
      throw Halt(verdict: .waiting)
    }
    lane.owner = job
  }

  /// What follows for a request whose provider wants to be left alone for longer than a retry topic lasts.
  private func wait(
    of job: Job, _ request: Request, until due: Timestamp
  ) throws(Halt) -> RetryDecision.Wait {
    switch configuration.policy.deferral(
      of: due - now, history: job.history, lifetime: Lifetime(of: request), now: now)
    {
    case .retry(let wait): return wait
    default: throw Halt(verdict: .conclude(.deadlinePassed(after: job.history)))
    }
  }

  /// Lets the next of the recipient go.
  func giveTurn(in lane: Lane) {
    if lane.members.isEmpty {
      lanes[lane.key] = nil
      return
    }
    guard lane.isFree, let next = lane.queue.popFirst() else { return }
    lane.owner = next
    wake(next)
  }

  /// Gives up the turn without being over.
  func leaveTurn(_ job: Job) {
    guard let lane = job.lane, lane.owner === job else { return }
    lane.owner = nil
    giveTurn(in: lane)
  }

  // MARK: - The connector's slots

  /// The live side of a connector.
  func runtime(of connector: Connector) -> ConnectorRuntime {
    if let known = connectors[connector.name] { return known }
    let new = ConnectorRuntime(
      connector, userAgent: configuration.userAgent, loop: loop, telemetry: telemetry,
      makeClient: clients.connector)
    new.setShare(partitionShare, now: now)
    connectors[connector.name] = new
    return new
  }

  /// Lets `job` go on when its template is not held and the connector has a slot for it.
  func takeSlot(_ job: Job, _ request: Request, of route: Route) throws(Halt) {
    let runtime = runtime(of: route.connector)
    let isHeld = !runtime.templates.isEmpty
    if job.slot?.connector !== runtime {
      if isHeld { try lookAtTemplate(of: job, request, in: runtime) }
      guard runtime.queue.isEmpty, runtime.hasSlot(at: now) else {
        waitForSlot(job, request, of: runtime)
        throw Halt(verdict: .waiting)
      }
      guard admit(job, to: runtime) else {
        wait(job, at: .commit(runtime), until: request.expiresAt)
        waitForCommit(job)
        throw Halt(verdict: .waiting)
      }
    }
    if isHeld { try passTemplate(of: job, request, in: runtime) }
  }

  /// Puts `job` at the end of the connector's queue; it keeps its recipient's turn.
  private func waitForSlot(_ job: Job, _ request: Request, of runtime: ConnectorRuntime) {
    runtime.queue.append(job)
    wait(job, at: .slot(runtime), until: request.expiresAt)
    askAgainLater(runtime)
  }

  /// Puts a job whose connector is held at the end of its queue.
  func waitForProbe(_ job: Job) {
    guard let request = job.request, let route = job.route else { return abandon(job) }
    // What did not work may have been replaced meanwhile.
    guard isActive(route.connector) else { return launch(job) }
    waitForSlot(job, request, of: runtime(of: route.connector))
  }

  /// Takes the slot back from `job`, learns from the end of its try, and gives free slots to those who wait.
  ///
  /// Without an answer nothing was sent.
  func leaveSlot(_ job: Job, after answer: Answer?) {
    guard let slot = job.slot.take() else { return }
    let runtime = slot.connector
    let wasHeld = runtime.isHeld
    let change = runtime.takeBack(slot, of: job, after: answer, now: now)
    if runtime.isRetired { return closeIfUnused(runtime) }
    if runtime.isHeld != wasHeld { noteHold(of: runtime, after: answer) }
    if let change, let answer { note(change, of: runtime, after: answer) }
    noteTemplate(of: job, in: runtime, startedAt: slot.since, after: answer)
    askAtOnce(runtime)
  }

  /// Gives `job` one of the free slots, which may make it the probe of a connector that fails.
  /// - Returns: false when no commit allows its send yet.
  private func admit(_ job: Job, to runtime: ConnectorRuntime) -> Bool {
    guard job.partition.ledger.release(job.record.offset) else { return false }
    runtime.takeSlot(for: job, now: now)
    if runtime.gate.breaker.nextProbe != nil { noteProbe(of: runtime) }
    return true
  }

  /// Gives slots to those who wait, now that something has changed.
  func askAtOnce(_ runtime: ConnectorRuntime) {
    if let timer = runtime.reopening.take() { loop.cancel(timer) }
    giveSlots(of: runtime)
  }

  /// Lets those go on at once who wait for the end of a hold.
  func liftHolds(of runtime: ConnectorRuntime) {
    runtime.liftHolds(now)
    log.info("connector is no longer held: tried again", .connector(runtime.connector.name))
    askAtOnce(runtime)
  }

  private func giveSlots(of runtime: ConnectorRuntime) {
    while runtime.hasSlot(at: now), let next = runtime.queue.popFirst() {
      if admit(next, to: runtime) {
        wake(next)
      } else {
        next.place = .commit(runtime)
        enter(next, .parked)
        waitForCommit(next)
      }
    }
    askAgainLater(runtime)
  }

  /// Comes back for those who wait when a pause is over, a probe is due or the rate allows another.
  private func askAgainLater(_ runtime: ConnectorRuntime) {
    // Without a free slot, whoever gives one back comes here again.
    guard runtime.reopening == nil, !runtime.queue.isEmpty, runtime.hasFreeSlot,
      let due = runtime.gate.reopens(after: now)
    else { return }
    runtime.reopening = loop.schedule(after: max(due - now, .zero)) {
      runtime.reopening = nil
      self.giveSlots(of: runtime)
    }
  }

  /// Counts what has waited for a slot for a while as parked, so that a slow connector does not use
  /// up what may be in flight for the others.
  func reclassifySlowSlots() {
    let limit = loop.now - .milliseconds(100)
    for runtime in connectors.values {
      for job in runtime.queue.all where job.stage == .inFlight && job.waitingSince <= limit {
        enter(job, .parked)
      }
    }
  }

  // MARK: - The commit

  /// Lets `job` stand aside, and asks for the commit that allows its send.
  private func waitForCommit(_ job: Job) {
    job.partition.waitingForCommit.append(job)
    guard !isCommitWanted else { return }
    isCommitWanted = true
    loop.soon {
      self.isCommitWanted = false
      self.commit()
    }
  }

  /// Puts those back in front of their queues that waited for a commit.
  func resumeAfterCommit(of share: Share) {
    var asked: [ConnectorRuntime] = []
    for state in share.partitions where !state.waitingForCommit.isEmpty {
      // Some may come back at once.
      let waiting = Array(state.waitingForCommit.all)
      state.waitingForCommit = FIFO()
      for job in waiting.reversed() {
        guard case .commit(let runtime) = job.place else { continue }
        // What works instead may have slots.
        if runtime.isRetired {
          wake(job)
          continue
        }
        job.place = .slot(runtime)
        runtime.queue.prepend(job)
        if !asked.contains(where: { $0 === runtime }) { asked.append(runtime) }
      }
    }
    for runtime in asked { askAtOnce(runtime) }
  }

  // MARK: - Time

  /// Lets `job` come back at `due`.
  func park(_ job: Job, until due: Timestamp) {
    job.record.detach()
    wait(job, at: .time, until: due)
    observe(job, .parked(until: due))
  }

  // MARK: - Waiting and waking

  /// Notes where `job` waits; at `limit` it comes back whatever happens.
  private func wait(_ job: Job, at place: Job.Place, until limit: Timestamp) {
    job.place = place
    job.waitingSince = loop.now
    job.share.waiting[ObjectIdentifier(job)] = job
    job.timer = loop.schedule(at: loop.clock.now + (limit - now)) {
      self.removeFromPlace(job)
      self.wake(job)
    }
    if case .slot = place, job.stage == .inFlight { return }
    enter(job, .parked)
  }

  /// Runs a job that has waited.
  func wake(_ job: Job) {
    stopWaiting(job)
    launch(job)
  }

  /// Forgets that `job` waits.
  func stopWaiting(_ job: Job) {
    guard job.place != nil else { return }
    if let timer = job.timer.take() { loop.cancel(timer) }
    job.place = nil
    job.share.waiting[ObjectIdentifier(job)] = nil
  }

  /// Takes `job` out of the queue it stands in.
  func removeFromPlace(_ job: Job) {
    switch job.place {
    case .lane(let lane): lane.queue.remove { $0 === job }
    case .slot(let runtime): runtime.queue.remove { $0 === job }
    case .commit: job.partition.waitingForCommit.remove { $0 === job }
    case .time, nil: break
    }
  }

  /// Ends the waiting of a superseded job: its outcome comes before the newer one is sent.
  func wakeSuperseded(_ job: Job) {
    guard job.place != nil else { return }
    removeFromPlace(job)
    wake(job)
  }

  // MARK: - Budgets

  /// Notes what `job` does now, and counts it there.
  func enter(_ job: Job, _ stage: Job.Stage?) {
    guard job.stage != stage else { return }
    switch job.stage {
    case .inFlight: inFlight -= 1
    case .parked: parked -= 1
    case .concluding: concluding -= 1
    case nil: break
    }
    switch stage {
    case .inFlight: inFlight += 1
    case .parked: parked += 1
    case .concluding: concluding += 1
    case nil: break
    }
    let wasBusy = job.stage == .inFlight || job.stage == .concluding
    let isBusy = stage == .inFlight || stage == .concluding
    if wasBusy != isBusy { job.share.busy += isBusy ? 1 : -1 }
    job.stage = stage
    noteRoom()
    if job.share.busy == 0, let whenIdle = job.share.whenIdle.take() { whenIdle() }
    if inFlight + concluding == 0, let whenSettled = whenSettled.take() { whenSettled() }
  }
}
