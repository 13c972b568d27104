import Kafka

/// The ends of a simulated broker's partitions, read in one go after a while.
final class SimulatedTails {
  private var isReleased = false

  init(
    _ tails: [TailReader.Tail], of instance: Instance,
    onRecord: @escaping (ConsumerRecord) -> Void, completion: @escaping TailReader.Completion
  ) {
    let world = instance.world
    world.at(world.broker.arrival()) { [weak self] in
      instance.deliver {
        guard let self, !self.isReleased else { return }
        self.isReleased = true
        var ends: [TopicPartition: Int64] = [:]
        for tail in tails {
          let end = world.broker.end(of: tail.partition)
          ends[tail.partition] = end
          let limit = Int64(clamping: tail.limit)
          let start = max(tail.from ?? end, limit == .max ? 0 : end - limit, 0)
          for offset in start..<max(start, end) {
            if let record = world.broker.record(at: offset, of: tail.partition) { onRecord(record) }
          }
        }
        completion(.success(ends))
      }
    }
  }
}
