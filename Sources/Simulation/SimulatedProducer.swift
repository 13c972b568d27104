import EventLoop
import Kafka

/// A producer in a simulated world: idempotent, so what it repeats stands in the log once.
final class SimulatedProducer: RecordProducer {
  private let instance: Instance
  private unowned let world: World
  private var waiting: [Int: KafkaProducer.Completion] = [:]
  private var sent = 0
  private var lastArrival: Int64 = 0
  private var lastReply: Int64 = 0
  private var counts: [String: Int32] = [:]
  private var isClosed = false
  private var onIdle: (() -> Void)?

  init(_ instance: Instance) {
    self.instance = instance
    world = instance.world
  }

  var isHealthy: Bool { world.broker.isUp }

  func send(_ record: ProducerRecord, completion: @escaping KafkaProducer.Completion) {
    sent += 1
    let number = sent
    waiting[number] = completion
    guard !isClosed, !instance.isDead else {
      instance.loop.schedule(after: .zero) { self.fail(number, ErrorCode.closed) }
      return
    }
    let leftAt = world.now
    let isRefused = !world.isHealed && world.chance.happens(world.plan.refusedWrites)
    let isDoubtful = !world.isHealed && world.chance.happens(world.plan.doubtfulWrites)
    let isLate = !world.isHealed && world.chance.happens(world.plan.lateAcknowledgements)
    lastArrival = max(world.broker.arrival(), lastArrival + 1)
    world.at(lastArrival) {
      guard !self.instance.lost(whatLeftAt: leftAt) else { return }
      var result = Result<Int64, KafkaError>.failure(
        KafkaError(code: ErrorCode.notEnoughReplicas))
      if !isRefused {
        result = .success(
          self.world.broker.append(record, by: self.instance, isDoubted: isDoubtful))
        if isDoubtful {
          self.world.examiner.doubted(by: self.instance)
          result = .failure(
            KafkaError(code: ErrorCode.purged, persistence: .possiblyPersisted))
        }
      }
      let travel: ClosedRange<Int64> = isLate ? 200_000...3_000_000 : 100...5_000
      self.lastReply = max(self.world.now + self.world.chance.number(travel), self.lastReply + 1)
      self.world.at(self.lastReply) {
        self.instance.deliver { self.conclude(number, result) }
      }
    }
  }

  private func conclude(_ number: Int, _ result: Result<Int64, KafkaError>) {
    guard let completion = waiting.removeValue(forKey: number) else { return }
    completion(result)
    if waiting.isEmpty, let onIdle = onIdle.take() { onIdle() }
  }

  private func fail(_ number: Int, _ code: Int32) {
    conclude(number, .failure(KafkaError(code: code, persistence: .possiblyPersisted)))
  }

  func warm(topics: [String]) {
    world.at(world.broker.arrival()) {
      self.instance.deliver {
        for topic in topics { self.counts[topic] = self.world.plan.partitions }
      }
    }
  }

  func partitionCount(of topic: String) -> Int32? { counts[topic] }

  func close(within limit: Duration) async {
    guard !isClosed else { return }
    isClosed = true
    let timer = instance.loop.schedule(after: limit) { self.failAll() }
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      onIdle = { continuation.resume() }
      if waiting.isEmpty, let onIdle = onIdle.take() { onIdle() }
    }
    instance.loop.cancel(timer)
  }

  /// Fails all that waits, in order.
  func failAll() {
    for number in waiting.keys.sorted() { fail(number, ErrorCode.purged) }
  }

  /// Forgets its owner.
  func clear() { waiting = [:] }
}
