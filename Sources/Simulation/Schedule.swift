import Delivery
import Kafka
import Pipeline
import Retry

/// One course of events, from its seed.
public struct Schedule {
  /// What came of a schedule.
  public struct Result: Sendable {
    /// What makes it happen again.
    public var seed: UInt64
    /// The promise that was broken; nil when all were kept.
    public var breach: Breach?
    /// How many things happened: turns of loops, and events around them.
    public var steps: Int
    /// The same whenever the same happened.
    public var digest: UInt64
  }

  private let surroundings = Surroundings()

  /// Ready to run schedules, one after the other.
  public init() {}

  /// Runs a schedule.
  /// - Parameters:
  ///   - seed: which one.
  ///   - planted: a fault that should be found.
  ///   - trace: told each step that matters, as a line of text.
  /// - Returns: whether the promises were kept.
  public func run(
    seed: UInt64, planted: PlantedFault = .none, trace: ((String) -> Void)? = nil
  ) -> Result {
    let world = World(seed: seed, surroundings: surroundings, planted: planted, onTrace: trace)
    world.trace("\(world.plan)")
    for _ in 0..<world.plan.instances { world.startInstance() }
    world.planRequests()
    world.planFaults()
    world.run(until: world.plan.faultsUntil)
    world.heal()
    world.settle()
    if world.chance.happens(300) {
      world.askOnceMore()
      world.settle()
    }
    world.finish()
    return Result(
      seed: seed, breach: world.examiner.breach, steps: world.steps, digest: world.digest)
  }
}

extension World {
  // MARK: - What is asked for

  func planRequests() {
    var drafts: [RequestDraft] = []
    for serial in 1...plan.requests {
      let draft = nextDraft(serial, after: drafts)
      drafts.append(draft)
      let isBacklog = chance.happens(300)
      at(isBacklog ? 0 : chance.number(0...plan.faultsUntil)) { self.ask(draft) }
    }
  }

  /// Asks for some more now that nothing goes wrong; all of them must be sent.
  func askOnceMore() {
    for serial in plan.requests + 1...plan.requests + 12 {
      ask(
        RequestDraft(
          serial: serial, id: nil, recipient: nextRecipient(), supersedes: false,
          lifetime: 250_000, isLate: true))
    }
    if chance.happens(500), let instance = instances.first {
      after(chance.number(0...60_000)) { self.reload(instance) }
    }
  }

  private func nextRecipient() -> String {
    let number = chance.number(1...plan.recipients)
    return number.isMultiple(of: plan.mailEvery)
      ? "\(number)@example.com" : "+452000000\(number)"
  }

  private func nextDraft(_ serial: Int, after drafts: [RequestDraft]) -> RequestDraft {
    let named = drafts.filter { $0.id != nil }
    if chance.happens(plan.repeats), !named.isEmpty { return chance.one(of: named) }
    var draft = RequestDraft(
      serial: serial, id: chance.happens(plan.withoutID) ? nil : "e\(serial)",
      recipient: nextRecipient(), supersedes: !chance.happens(300),
      lifetime: chance.number(1...plan.lifetime) * 1_000)
    if chance.happens(plan.reusedIDs), let other = drafts.last, other.isReadable {
      draft.id = other.id
      draft.recipient = other.recipient
    }
    if chance.happens(plan.invalid) {
      if chance.happens(500) { draft.recipient = "12" } else { draft = unreadable(draft) }
    }
    return draft
  }

  private func unreadable(_ draft: RequestDraft) -> RequestDraft {
    var draft = draft
    draft.isReadable = false
    draft.id = nil
    draft.supersedes = false
    return draft
  }

  private func ask(_ draft: RequestDraft) {
    let partition = draft.recipient.utf8.reduce(0) { $0 + Int32($1) } % plan.partitions
    let place = TopicPartition(topic: Self.topics.requests, partition: partition)
    trace("request \(draft.serial) for \(draft.recipient) at \(place)/\(broker.end(of: place))")
    examiner.asked(
      draft, at: broker.end(of: place), of: place,
      timestamp: SimulatedClock.dawn + now / 1_000)
    broker.append(
      ProducerRecord(
        topic: place.topic, partition: partition, key: Array(draft.recipient.utf8),
        value: draft.value), by: nil)
  }

  /// An operator may send once more what needed a person, as long as it lives.
  func mayReplay(_ request: TrueRequest) {
    guard !isHealed, request.replay < 2, chance.happens(plan.replays) else { return }
    after(chance.number(1_000...1_500_000)) {
      let time = Timestamp(milliseconds: SimulatedClock.dawn + self.now / 1_000)
      let end = request.timestamp + request.lifetime
      let isReplayed = self.examiner.replays[request.origin]?.contains {
        $0.replay > request.replay
      }
      guard !self.isHealed, isReplayed != true, end > time.milliseconds else { return }
      self.replay(self.examiner.replayed(request), at: time, expiringAt: end)
    }
  }

  private func replay(_ request: TrueRequest, at time: Timestamp, expiringAt end: Int64) {
    var continuation = Continuation(
      eventID: request.eventID, origin: request.origin,
      requestedAt: Timestamp(milliseconds: request.timestamp),
      expiresAt: Timestamp(milliseconds: end), notBefore: time, hop: 1)
    continuation.replayCount = request.replay
    trace("an operator replays \(request.serial)")
    broker.append(
      ProducerRecord(
        topic: Self.topics.replay, partition: request.place.partition,
        key: Array(request.recipient.utf8), value: request.value,
        headers: continuation.headers(replacingIn: [])), by: nil)
  }

  // MARK: - What goes wrong

  func planFaults() {
    let end = plan.faultsUntil
    for _ in 0..<plan.crashes { at(chance.number(0...end)) { self.crashOne() } }
    for _ in 0..<plan.freezes { at(chance.number(0...end)) { self.freezeOne() } }
    for _ in 0..<plan.stops { at(chance.number(0...end)) { self.stopOne() } }
    for _ in 0..<plan.joins { at(chance.number(0...end)) { self.join() } }
    for _ in 0..<plan.brokerOutages { at(chance.number(0...end)) { self.loseBroker() } }
    for _ in 0..<plan.providerOutages { at(chance.number(0...end)) { self.loseProvider() } }
    for _ in 0..<plan.reloads { at(chance.number(0...end)) { self.reloadOne() } }
    for _ in 0..<plan.metadataLosses {
      at(chance.number(0...end)) { self.loseMetadata() }
    }
    for _ in 0..<plan.clockSteps { at(chance.number(0...end)) { self.stepClock() } }
  }

  private func join() { if !isHealed, instances.count < 5 { startInstance() } }

  private func crashOne() {
    let living = instances.filter { !$0.isDead }
    guard !isHealed, !living.isEmpty else { return }
    chance.one(of: living).crash()
    dropDead()
    if chance.happens(800) { after(chance.number(0...1_500_000)) { self.join() } }
  }

  private func freezeOne() {
    let running = instances.filter(\.isRunning)
    guard !isHealed, !running.isEmpty else { return }
    chance.one(of: running).freeze(for: chance.number(10_000...8_000_000))
  }

  private func stopOne() {
    let running = instances.filter { $0.isRunning && !$0.isStopping }
    guard !isHealed, !running.isEmpty else { return }
    chance.one(of: running).stop()
    if chance.happens(800) { after(chance.number(0...1_500_000)) { self.join() } }
  }

  private func loseBroker() {
    guard !isHealed else { return }
    let time = chance.number(Int64(10_000)...3_000_000)
    trace("no broker for \(time / 1_000) ms")
    broker.goAway(for: time)
  }

  private func loseProvider() {
    guard !isHealed else { return }
    chance.one(of: providers).fail(for: chance.number(300_000...20_000_000))
  }

  private func reloadOne() {
    let running = instances.filter(\.isRunning)
    guard !isHealed, !running.isEmpty else { return }
    reload(chance.one(of: running))
  }

  private func loseMetadata() {
    let number = Int32(chance.number(0...Int(plan.partitions) - 1))
    trace("the metadata of partition \(number) is lost")
    broker.loseMetadata(of: number)
  }

  private func stepClock() {
    guard !isHealed, !instances.isEmpty else { return }
    let instance = chance.one(of: instances)
    let step: Int64 = chance.number(-3_000...3_000)
    instance.clock.error += step
    if step < 0 { instance.clock.wasSetBack = true }
    trace("the clock of instance \(instance.number) is \(instance.clock.error) ms ahead")
  }

  // MARK: - The end

  /// Runs until every request has its outcome and all is committed.
  func settle() {
    let limit = now + 300_000_000
    var nextLook = now
    run(until: limit) {
      guard now >= nextLook else { return false }
      nextLook = now + 50_000
      return examiner.isAllDone
    }
    if examiner.breach == nil { examiner.checkNothingLost() }
  }

  /// Stops what runs, in order, and looks whether a new instance has anything to do.
  func finish() {
    let limit = now + 30_000_000
    if examiner.breach == nil {
      for instance in instances { instance.stop() }
      run(until: limit) { self.instances.allSatisfy(\.isStopped) }
      if examiner.breach == nil, !instances.allSatisfy(\.isStopped) {
        examiner.fail(.nothingLost, "a stop does not end")
      }
      let stopped = instances
      for instance in stopped { instance.end() }
      dropDead()
    }
    if examiner.breach == nil, chance.happens(200) {
      startInstance()
      run(until: now + 500_000)
    }
    for instance in instances { instance.end() }
    dropDead()
    forget()
  }
}
