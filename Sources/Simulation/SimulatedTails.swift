import EventLoop
import Kafka

/// The tails of a simulated broker's partitions: the ends are asked for, then what lies before them is read, in
/// parts.
final class SimulatedTails {
  private let tails: [TailReader.Tail]
  private let instance: Instance
  private let onRecord: (ConsumerRecord) -> Void
  private let completion: TailReader.Completion
  private var ends: [TopicPartition: Int64] = [:]

  /// Begins to read; ends without a word when it is released.
  init(
    _ tails: [TailReader.Tail], of instance: Instance,
    onRecord: @escaping (ConsumerRecord) -> Void, completion: @escaping TailReader.Completion
  ) {
    self.tails = tails
    self.instance = instance
    self.onRecord = onRecord
    self.completion = completion
    later { $0.begin() }
  }

  private func later(_ step: @escaping (SimulatedTails) -> Void) {
    let world = instance.world
    world.at(world.broker.arrival(500...20_000)) { [weak self, instance] in
      instance.deliver { if let self { step(self) } }
    }
  }

  private func begin() {
    for tail in tails { ends[tail.partition] = instance.world.broker.end(of: tail.partition) }
    read(0, from: nil)
  }

  /// Reads a part of one tail, then what is left.
  private func read(_ index: Int, from offset: Int64?) {
    guard index < tails.count else { return completion(.success(ends)) }
    let tail = tails[index]
    let end = ends[tail.partition] ?? 0
    let first = max(tail.from ?? end, end - Int64(clamping: tail.limit), 0)
    var next = min(offset ?? first, end)
    let stop = min(next + instance.world.chance.number(Int64(1)...40), end)
    while next < stop {
      if let record = instance.world.broker.record(at: next, of: tail.partition) {
        onRecord(record)
      }
      next += 1
    }
    if stop < end { return later { $0.read(index, from: stop) } }
    if instance.world.chance.happens(800) {
      read(index + 1, from: nil)
    } else {
      later { $0.read(index + 1, from: nil) }
    }
  }
}
