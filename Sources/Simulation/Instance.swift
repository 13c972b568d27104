import EventLoop
import Kafka
import Pipeline

/// One process of the worker: the real pipeline on a loop that the world turns.
final class Instance {
  private enum State {
    case running
    case frozen
    case dead
  }

  let number: Int
  unowned let world: World
  let clock = SimulatedClock()
  let loop: EventLoop
  private(set) var consumer: SimulatedConsumer?
  private var producer: SimulatedProducer?
  private var clients: [SimulatedExchangeClient] = []
  private var pipeline: Pipeline?
  private var inbox: [() -> Void] = []
  private var state = State.running
  private var freezes = 0
  /// Whether it stood still for half a session or longer, the last time.
  private(set) var wasFrozenLong = false
  private var frozenAt: Int64 = 0
  /// What left after this is lost with the process.
  private var lostAfter = Int64.max
  /// Revocations whose end was not told.
  var openRevokes = 0
  private(set) var isStopping = false
  private(set) var isStopped = false
  /// When its loop turns next.
  private(set) var turnAt = Int64.max

  init(_ number: Int, in world: World) {
    self.number = number
    self.world = world
    clock.elapsed = world.now
    loop = EventLoop(clock: clock)
  }

  /// Starts the process.
  func start(_ pipeline: Pipeline) {
    self.pipeline = pipeline
    loop.turn {
      let pipeline = Pinned(pipeline)
      pipeline.value.assumeIsolated { isolated in
        do {
          try isolated.start()
        } catch {
          preconditionFailure("no pipeline without a start: \(error)")
        }
      }
    }
    rest()
  }

  // MARK: - Its clients

  func makeConsumer(_ topics: [String], _ handlers: KafkaConsumer.Handlers) -> SimulatedConsumer {
    let consumer = SimulatedConsumer(self, topics: topics, handlers: handlers)
    self.consumer = consumer
    return consumer
  }

  func makeProducer() -> SimulatedProducer {
    let producer = SimulatedProducer(self)
    self.producer = producer
    return producer
  }

  func makeClient() -> SimulatedExchangeClient {
    let client = SimulatedExchangeClient(self)
    clients.append(client)
    return client
  }

  // MARK: - Turns

  var isDead: Bool { state == .dead }
  var isRunning: Bool { state == .running }
  var isFrozen: Bool { state == .frozen }

  /// Lets something from outside happen on the loop, in one of its next turns.
  func deliver(_ event: @escaping () -> Void) {
    guard state != .dead else { return }
    inbox.append(event)
    guard state == .running else { return }
    turnAt = min(turnAt, world.now + lag)
  }

  /// Runs one turn.
  func turn() {
    clock.elapsed = world.now
    var count = inbox.count
    if count > 1, world.plan.isSlow { count = world.chance.number(1...count) }
    let events = inbox.prefix(count)
    inbox.removeFirst(count)
    loop.turn { for event in events { event() } }
    rest()
  }

  private func rest() {
    guard state == .running else {
      turnAt = .max
      return
    }
    if loop.isTurnDue || !inbox.isEmpty {
      turnAt = world.now + lag
    } else if let due = loop.earliestTimer {
      turnAt = max(SimulatedClock.microseconds(due), world.now) + (world.plan.isSlow ? lag : 0)
    } else {
      turnAt = .max
    }
  }

  private var lag: Int64 {
    guard world.plan.isSlow, world.chance.happens(100) else { return 10 }
    return world.chance.number(10...100_000)
  }

  /// Goes by another configuration from now on.
  func reconfigure(with configuration: PipelineConfiguration, liftsHolds: Bool) {
    guard let pipeline else { return }
    clock.elapsed = world.now
    loop.turn {
      let pipeline = Pinned(pipeline)
      pipeline.value.assumeIsolated {
        $0.reconfigure(with: configuration, liftsHolds: liftsHolds)
      }
    }
    rest()
  }

  // MARK: - Its ends

  /// Stops in order, as a signal does.
  func stop() {
    guard state == .running, !isStopping else { return }
    isStopping = true
    world.trace("instance \(number) is asked to stop")
    clock.elapsed = world.now
    loop.turn { self.beginStop() }
    rest()
  }

  private func beginStop() {
    guard let pipeline else { return }
    let both = Pinned((pipeline, self))
    Task.immediate(executorPreference: loop) {
      await both.value.0.stopInOrder()
      both.value.1.isStopped = true
    }
  }

  /// Ends at once, with all that is in memory.
  func crash() {
    guard state != .dead else { return }
    world.trace("instance \(number) crashes")
    lostAfter = world.now - world.chance.number(0...3_000)
    let member = consumer?.member
    end()
    world.after(SimulatedGroup.sessionTimeout - world.chance.number(0...500_000)) {
      self.world.broker.group.remove(member)
    }
  }

  /// Ends after a stop.
  func end() {
    state = .dead
    turnAt = .max
    inbox = []
    bury()
  }

  /// Lets the dead process wind up by itself: its tasks end and its objects let go of each other; nothing of it reaches the world.
  private func bury() {
    for client in clients { client.close() }
    consumer?.abandon()
    loop.turn { self.consumer?.loseAll() }
    if !isStopping {
      isStopping = true
      loop.turn { self.beginStop() }
    }
    var turns = 0
    while !isStopped || openRevokes > 0, turns < 5_000 {
      turns += 1
      producer?.failAll()
      consumer?.abandon()
      if !loop.isTurnDue, let due = loop.earliestTimer {
        clock.elapsed = max(clock.elapsed, SimulatedClock.microseconds(due))
      }
      loop.turn()
    }
    loop.clear()
    consumer?.clear()
    producer?.clear()
    consumer = nil
    producer = nil
    pipeline = nil
    clients = []
  }

  /// Whether a request that left at that time was lost with the process.
  func lost(whatLeftAt time: Int64) -> Bool { time > lostAfter }

  // MARK: - Freezing

  /// Stands still, as under SIGSTOP; its session may expire meanwhile.
  func freeze(for time: Int64) {
    guard state == .running else { return }
    world.trace("instance \(number) freezes for \(time / 1_000) ms")
    state = .frozen
    freezes += 1
    frozenAt = world.now
    turnAt = .max
    let freeze = freezes
    world.after(SimulatedGroup.sessionTimeout - world.chance.number(0...500_000)) {
      guard self.state == .frozen, self.freezes == freeze else { return }
      self.world.broker.group.remove(self.consumer?.member)
    }
    world.after(time) { if self.freezes == freeze { self.thaw() } }
  }

  /// Goes on.
  func thaw() {
    guard state == .frozen else { return }
    world.trace("instance \(number) goes on")
    state = .running
    wasFrozenLong = world.now - frozenAt >= SimulatedGroup.sessionTimeout / 2
    turnAt = world.now
    world.after(world.chance.number(0...300_000)) { self.consumer?.wasThrownOut() }
  }
}
