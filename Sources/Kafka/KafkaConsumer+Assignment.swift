internal import CKafka
internal import EventLoop

extension KafkaConsumer {
  func rebalance(_ event: borrowing Event) {
    guard let client, let list = rd_kafka_event_topic_partition_list(event.raw) else { return }
    let partitions = list.pointee.elements.map(\.topicPartition)
    generation += 1
    switch rd_kafka_event_error(event.raw) {
    case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS: prepare(partitions)
    case RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS:
      // Read first: assigning anything resets it.
      revoke(partitions, lost: rd_kafka_assignment_lost(client.raw) != 0)
    default:
      if let error = event.error { handlers.event(.error(error)) }
      release(generation)
    }
  }

  /// Asks where the group stands, off the loop and until it is told, and then assigns.
  private func prepare(_ partitions: [TopicPartition]) {
    guard let client else { return }
    let owner = LoopBound(self)
    let raw = SendablePointer(client.raw)
    client.thread.run { [loop, generation, startsAtOldest] in
      let result = committedOffsets(
        of: partitions, by: raw.raw, startingAtOldest: startsAtOldest, milliseconds: 5_000)
      loop.post { owner.value?.prepared(partitions, result, generation) }
    }
  }

  private func prepared(
    _ partitions: [TopicPartition], _ result: Result<[AssignedPartition], KafkaError>,
    _ generation: Int
  ) {
    guard generation == self.generation else { return }
    switch result {
    case .success(let assigned): assign(assigned)
    case .failure(let error):
      handlers.event(.error(error))
      loop.schedule(after: .milliseconds(500)) { [weak self] in
        guard let self, generation == self.generation else { return }
        self.prepare(partitions)
      }
    }
  }

  private func assign(_ assigned: [AssignedPartition]) {
    guard let client else { return }
    let generation = generation
    isAssigned = true
    handlers.assigned(assigned)
    guard generation == self.generation else { return }
    for each in assigned {
      let place = each.topicPartition
      partitions[place] = PartitionQueue(each, of: client, on: loop) { [weak self] in
        self?.handlers.recordsReady(place)
      }
    }
    let list = PartitionList([])
    for each in assigned { list.add(each.topicPartition, offset: each.startOffset) }
    report(rd_kafka_assign(client.raw, list.raw))
  }

  private func revoke(_ partitions: [TopicPartition], lost: Bool) {
    let generation = generation
    guard isAssigned else { return release(generation) }
    handlers.revoked(partitions, lost) { [weak self] in self?.release(generation) }
  }

  /// Gives the partitions up, so that the group can go on.
  private func release(_ generation: Int) {
    guard generation == self.generation, let client else { return }
    self.generation += 1
    isAssigned = false
    partitions = [:]
    report(rd_kafka_assign(client.raw, nil))
  }

  private func report(_ code: rd_kafka_resp_err_t) {
    if code != RD_KAFKA_RESP_ERR_NO_ERROR { handlers.event(.error(KafkaError(code))) }
  }
}
