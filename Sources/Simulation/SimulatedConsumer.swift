import EventLoop
import Kafka

/// A group member's client in a simulated world, as `KafkaConsumer` behaves.
final class SimulatedConsumer: RecordConsumer {
  /// What was fetched of a partition and not taken.
  private final class Queue {
    let place: TopicPartition
    var position: Int64
    var fetched: Int64
    var isFetching = false
    init(_ place: TopicPartition, from offset: Int64) {
      self.place = place
      position = offset
      fetched = offset
    }
  }
  private struct PendingCommit {
    var entries: [CommitEntry]
    var completion: KafkaConsumer.CommitCompletion
  }

  let instance: Instance
  let topics: [String]
  private unowned let world: World
  private var handlers: KafkaConsumer.Handlers?
  var member: SimulatedGroup.Member?
  /// The generation that it knows of.
  private var generation = -1
  /// Counts assignments and revocations: what belongs to an earlier one is void.
  private var token = 0
  private var assignment: [TopicPartition] = []
  /// How often it has asked to join: the answer to an earlier request is void.
  private(set) var joins = 0
  private var isAssigned = false
  private var isRevoking = false
  private var queues: [TopicPartition: Queue] = [:]
  private var commits: [Int: PendingCommit] = [:]
  private var commitsMade = 0
  /// When the last commit arrives: requests of one connection keep their order.
  private var lastArrival: Int64 = 0
  private var isClosing = false
  private var isClosed = false
  private var onClosed: (() -> Void)?

  init(_ instance: Instance, topics: [String], handlers: KafkaConsumer.Handlers) {
    self.instance = instance
    self.topics = topics
    self.handlers = handlers
    world = instance.world
    rejoin()
  }

  // MARK: - Records

  func take(
    from partition: TopicPartition, max: Int, into body: (ConsumerRecord) -> Void
  ) -> Int {
    guard let queue = queues[partition] else { return 0 }
    var taken = 0
    while taken < max, queue.position < queue.fetched {
      guard let record = world.broker.record(at: queue.position, of: partition) else { break }
      queue.position += 1
      taken += 1
      world.examiner.taken(record.offset, of: partition, by: instance)
      body(record)
    }
    fetch(queue)
    return taken
  }

  func highWatermark(of partition: TopicPartition) -> Int64? { world.broker.end(of: partition) }

  /// Somebody wrote to a partition.
  func recordsCame(in place: TopicPartition) {
    if let queue = queues[place] { fetch(queue) }
  }

  private func fetch(_ queue: Queue) {
    guard !queue.isFetching, world.broker.end(of: queue.place) > queue.fetched else { return }
    queue.isFetching = true
    world.at(world.broker.arrival(500...20_000)) { [weak self] in
      guard let self else { return }
      queue.isFetching = false
      guard self.queues[queue.place] === queue, !self.instance.isDead else { return }
      let end = self.world.broker.end(of: queue.place)
      let wasEmpty = queue.position == queue.fetched
      queue.fetched =
        self.world.chance.happens(700)
        ? end : self.world.chance.number((queue.fetched + 1)...end)
      if wasEmpty {
        self.instance.deliver { self.handlers?.recordsReady(queue.place) }
      }
      self.fetch(queue)
    }
  }

  // MARK: - Commits

  func commit(_ entries: [CommitEntry], completion: @escaping KafkaConsumer.CommitCompletion) {
    commitsMade += 1
    let number = commitsMade
    commits[number] = PendingCommit(entries: entries, completion: completion)
    guard !isClosed, !instance.isDead else {
      instance.loop.schedule(after: .zero) { self.conclude(number, [], ErrorCode.closed) }
      return
    }
    let entries = entries.map { world.planted.corrupted($0, in: world) }
    let (member, generation, leftAt) = (member, generation, world.now)
    let isBad = !world.isHealed && world.chance.happens(world.plan.lostCommits)
    let isLost = isBad && world.chance.happens(500)
    lastArrival = max(world.broker.arrival(), lastArrival + 1)
    world.at(lastArrival) {
      guard !self.instance.lost(whatLeftAt: leftAt) else { return }
      let refusal = self.world.broker.group.refusal(of: member, generation: generation)
      let codes = entries.map { entry -> Int32? in
        if isLost { return ErrorCode.timedOut }
        return refusal ?? self.world.broker.commit(entry, by: self.instance)
      }
      self.world.trace {
        "commit of \(self.instance.number): "
          + zip(entries, codes).map {
            "\($0.topicPartition)@\($0.offset)" + ($1.map { " error \($0)" } ?? "")
          }.joined(separator: ", ") + (isBad ? isLost ? " lost" : " answer lost" : "")
      }
      let code = isBad ? ErrorCode.timedOut : nil
      let travel: ClosedRange<Int64> = isBad ? 300_000...1_500_000 : 100...5_000
      self.world.after(self.world.chance.number(travel)) {
        self.instance.deliver { self.conclude(number, codes, code) }
      }
    }
  }

  private func conclude(_ number: Int, _ codes: [Int32?], _ code: Int32?) {
    guard let pending = commits.removeValue(forKey: number) else { return }
    pending.completion(
      pending.entries.enumerated().map { index, entry in
        let error = code ?? (index < codes.count ? codes[index] : nil)
        return CommitResult(
          topicPartition: entry.topicPartition, offset: entry.offset,
          error: error.map { KafkaError(code: $0) })
      })
  }

  // MARK: - Assignment

  private func rejoin() {
    joins += 1
    let (join, leftAt) = (joins, world.now)
    world.at(world.broker.arrival()) {
      guard !self.instance.lost(whatLeftAt: leftAt), !self.isClosing, join == self.joins else {
        return
      }
      self.world.broker.group.join(self, as: self.member)
    }
  }

  /// The coordinator says that everybody has to join again.
  func mustRejoin() {
    let member = member
    instance.deliver {
      guard !self.isRevoking, !self.isClosing, member === self.member else { return }
      self.giveUp(isLost: !self.world.broker.group.has(member))
    }
  }

  /// The coordinator does not know this member any more.
  func wasThrownOut() {
    let member = member
    instance.deliver {
      guard !self.isRevoking, !self.isClosing, member === self.member,
        !self.world.broker.group.has(member)
      else { return }
      self.giveUp(isLost: true)
    }
  }

  func assignmentCame(_ share: [TopicPartition], _ generation: Int, join: Int) {
    instance.deliver {
      guard join == self.joins, !self.isClosing else { return }
      self.generation = generation
      self.token += 1
      self.prepare(share)
    }
  }

  private func prepare(_ share: [TopicPartition]) {
    let token = token
    let isAnswered = world.broker.isUp
    world.at(world.broker.arrival(500...10_000)) {
      let found = share.map { self.world.planted.found($0, for: self.instance) }
      let truth = share.map { self.world.broker.committed[$0] }
      self.instance.deliver {
        guard token == self.token, !self.isClosing else { return }
        guard isAnswered else {
          self.instance.loop.schedule(after: .milliseconds(500)) {
            if token == self.token { self.prepare(share) }
          }
          return
        }
        self.assign(found, truth)
      }
    }
  }

  private func assign(_ found: [AssignedPartition], _ truth: [SimulatedBroker.Committed?]) {
    guard let handlers else { return }
    isAssigned = true
    assignment = found.map(\.topicPartition)
    world.trace("instance \(instance.number) gets \(assignment)")
    for (place, truth) in zip(assignment, truth) {
      world.examiner.assigned(place, truth, to: instance)
    }
    let token = token
    handlers.assigned(found)
    guard token == self.token else { return }
    for each in found {
      let queue = Queue(each.topicPartition, from: each.startOffset)
      queues[each.topicPartition] = queue
      fetch(queue)
    }
  }

  private func giveUp(isLost: Bool) {
    token += 1
    guard isAssigned, let handlers else { return release() }
    isRevoking = true
    instance.openRevokes += 1
    world.trace("instance \(instance.number) \(isLost ? "loses" : "gives up") \(assignment)")
    world.examiner.leaving(assignment, by: instance)
    let token = token
    handlers.revoked(assignment, isLost) {
      self.instance.openRevokes -= 1
      guard token == self.token, !self.instance.isDead else { return }
      self.release()
    }
  }

  private func release() {
    token += 1
    world.examiner.gone(from: instance)
    isAssigned = false
    isRevoking = false
    assignment = []
    queues = [:]
    if isClosing { leave() } else { rejoin() }
  }

  // MARK: - Closing

  func close() async {
    guard !isClosed, !instance.isDead else { return }
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      onClosed = { continuation.resume() }
      isClosing = true
      instance.loop.soon { if !self.isRevoking { self.giveUp(isLost: false) } }
    }
  }

  private func leave() {
    let member = member
    world.at(world.broker.arrival()) {
      self.world.broker.group.remove(member)
      self.instance.deliver { self.finishClosing() }
    }
  }

  private func finishClosing() {
    isClosed = true
    for number in commits.keys.sorted() { conclude(number, [], ErrorCode.closed) }
    if let resume = onClosed.take() { resume() }
  }

  /// The process is gone: lets go of all that waits, so that no task is left behind.
  func abandon() {
    finishClosing()
    queues = [:]
  }

  /// The process is gone: its partitions are, too.
  func loseAll() {
    guard isAssigned, !isRevoking, let handlers else { return }
    isAssigned = false
    handlers.revoked(assignment, true) {}
  }

  /// Forgets its owner.
  func clear() {
    handlers = nil
    commits = [:]
    member = nil
  }
}
