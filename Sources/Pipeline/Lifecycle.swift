import Delivery
import EventLoop
public import Kafka
import Providers
import Transport

/// How far a stop has come.
enum StopState {
  case running
  /// Nothing new is taken; what is being sent may end.
  case draining
  /// Even what has been sent is no longer waited for.
  case over

  var isStopping: Bool { self != .running }
  var isOver: Bool { self == .over }
}

/// Start, quiet and stop.
extension Pipeline {
  /// How long a stop waits for what is being sent.
  private static let drainTimeout: Duration = .seconds(15)
  /// How long each of the steps after that may take: without a broker none would end by itself, and
  /// all together has to fit into 25 s.
  private static let stepTimeout: Duration = .seconds(2)

  /// Connects, warms the producer up and joins the group.
  ///
  /// The loop must run.
  /// - Throws: ``KafkaError`` when librdkafka refuses a setting.
  public func start() throws(KafkaError) {
    let producer = try clients.producer(configuration.kafka, loop) { self.handle($0) }
    producer.warm(
      topics: [configuration.topics.results, configuration.topics.deadLetters]
        + configuration.topics.own)
    self.producer = producer
    let handlers = KafkaConsumer.Handlers(
      assigned: { self.assigned($0) },
      revoked: { self.revoked($0, isLost: $1, done: $2) },
      recordsReady: { partition in
        self.partitions[partition]?.mayHaveRecords = true
        self.requestIntake()
      },
      event: { self.handle($0) })
    consumer = try clients.consumer(
      configuration.kafka, configuration.topics.consumed, loop, handlers)
    prepareConnectors()
    isTaking = !health.isQuiet
    loop.onAbsence(longerThan: configuration.kafka.sessionTimeout / 2) { self.loopWasAway($0) }
    loop.onEachTurn { if self.needsIntake { self.takeRecords() } }
    every(Self.commitInterval) { self.commit() }
    every(.milliseconds(100)) {
      self.reclassifySlowSlots()
      self.moveFromQueues()
    }
    every(.seconds(1)) {
      self.takeDueHeads()
      self.findStuckTopics()
      self.updateGauges()
    }
  }

  /// Takes nothing new from now on: what was taken goes on to its end, and the group is not left.
  ///
  /// There is no way back but a restart.
  public func quiet() {
    guard !health.isQuiet, !stop.isStopping else { return }
    health.isQuiet = true
    isTaking = false
    log.info("quiet: nothing new is taken", .count(inFlight + parked + concluding))
  }

  /// Stops in order: take nothing, let sends end, publish, commit, leave the group.
  public func stopInOrder() async {
    guard stop == .running else { return }
    stop = .draining
    isTaking = false
    health.isStopping = true
    noteHeldWork(.draining)
    log.info("stopping", .count(inFlight + concluding))
    for state in partitions.values { dropHead(of: state) }
    for share in shares.values { abandonWaiting(of: share) }
    dropStrays { $1.answer != nil }
    if await !settled(within: Self.drainTimeout) {
      log.warning("sends cut short: they may go out twice", .count(inFlight))
      noteHeldWork(.cuttingShort)
      closeConnectors()
      _ = await settled(within: Self.stepTimeout)
    }
    stop = .over
    noteHeldWork(.committing)
    await atMost(Self.stepTimeout) { await self.commitFinally(Array(self.shares.values)) }
    noteHeldWork(.leaving)
    await atMost(Self.stepTimeout) { await self.consumer?.close() }
    noteHeldWork(.flushing)
    await producer?.close(within: Self.stepTimeout)
    closeConnectors()
    consumer = nil
    producer = nil
    noteHeldWork(.stopped)
    log.info("stopped")
  }

  private func closeConnectors() {
    for runtime in Array(connectors.values) + retired { runtime.client.close() }
  }

  /// Waits until nothing is being sent or concluded.
  /// - Returns: false when the time was up before.
  private func settled(within limit: Duration) async -> Bool {
    if inFlight + concluding == 0 { return true }
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      let timer = loop.schedule(after: limit) {
        if let resume = self.whenSettled.take() { resume() }
      }
      whenSettled = {
        self.loop.cancel(timer)
        continuation.resume()
      }
    }
    return inFlight + concluding == 0
  }

  /// Waits for the end of `body`, but no longer than `limit`; it may go on behind our back.
  func atMost(_ limit: Duration, _ body: @escaping () async -> Void) async {
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      var waiting: CheckedContinuation<Void, Never>? = continuation
      let timer = loop.schedule(after: limit) { waiting.take()?.resume() }
      start {
        await body()
        self.loop.cancel(timer)
        waiting.take()?.resume()
      }
    }
  }

  private func every(_ interval: Duration, _ action: @escaping () -> Void) {
    loop.schedule(after: interval) {
      guard self.stop != .over else { return }
      action()
      self.every(interval, action)
    }
  }

  // MARK: - What the clients tell

  private func handle(_ event: KafkaEvent) {
    switch event {
    case .error(let error) where error.isAllBrokersDown:
      log.limited("brokers down", every: .seconds(30))?.warning(
        "no broker can be reached: waiting for one", .detail(error.text))
    case .error(let error):
      log.limited(error.name, every: .seconds(10))?.warning(
        "Kafka client error", .text(.error, error.name), .detail(error.text))
    case .rebuilt(let error):
      log.warning("producer started anew", .text(.error, error.name), .detail(error.text))
    case .offsetReset(let partition, let from, let to):
      if to > from { telemetry.recordsLostToRetention.increment(by: UInt64(to - from)) }
      log.error(
        "the next offset is gone from the topic: records were deleted before they were read",
        .number(.partition, partition.partition), .number(.offset, from),
        .number(.count, to - from))
    case .log(let line):
      let level: LogLevel = line.level <= 4 ? .warning : .debug
      guard log.writes(level), let log = log.limited(line.facility, every: .seconds(30)) else {
        return
      }
      if level == .debug {
        log.debug("librdkafka", .detail(line.text))
      } else {
        log.warning("librdkafka", .detail(line.text))
      }
    case .statistics: break
    }
  }

  /// Sets what is measured rather than counted.
  func updateGauges() {
    telemetry.parked.set(parked)
    telemetry.oldestIncompleteAge.set(oldestIncompleteAge)
    health.overdueSends = overdueSends
    noteHeldWork()
    health.isReachable = producer?.isHealthy ?? false
    for runtime in connectors.values { runtime.showState(now) }
    // How many partitions there are may have been unknown at the assignment.
    updateShares()
    for state in partitions.values {
      guard let telemetry = state.telemetry else { continue }
      telemetry.uncommittedSpan.set(Double(state.ledger.span))
      if let high = consumer?.highWatermark(of: state.partition) {
        telemetry.consumerLag.set(Double(max(0, high - state.ledger.taken)))
      }
    }
  }

  /// Sends that have been open for more than twice what they may take: their end was lost.
  private var overdueSends: Int {
    let limit = loop.clock.now - Self.exchangeTimeout * 2
    return (Array(connectors.values) + retired)
      .reduce(0) { $0 + $1.sendsSince.count { $0 < limit } }
  }

  private var oldestIncompleteAge: Duration {
    var oldest: Timestamp?
    for lane in lanes.values {
      guard let request = lane.members.first?.request else { continue }
      oldest = min(oldest ?? request.requestedAt, request.requestedAt)
    }
    return oldest.map { max(.zero, now - $0) } ?? .zero
  }
}
