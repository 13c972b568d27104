import Delivery
import EventLoop
import Kafka

/// Partitions come and go; their offsets are committed ten times a second.
extension Pipeline {
  /// How often finished offsets are committed: what is completed within it may be sent again after a crash.
  static let commitInterval: Duration = .milliseconds(100)
  /// How long a revoke waits for its last commit.
  private static let commitTimeout: Duration = .seconds(2)
  /// How long a revoke waits for what is being sent.
  private static let revokeTimeout: Duration = .seconds(10)

  /// Takes over partitions, with what their last owner had done.
  func assigned(_ list: [AssignedPartition]) {
    for (number, assigned) in Dictionary(grouping: list, by: \.topicPartition.partition) {
      take(over: number, assigned)
    }
    noteAssignment("partitions assigned", list.count)
    requestIntake()
  }

  /// Takes over the partitions of one number; those of all topics, or none.
  private func take(over number: Int32, _ list: [AssignedPartition]) {
    let topics = configuration.topics.consumed
    let sorted = topics.compactMap { topic in list.first { $0.topicPartition.topic == topic } }
    guard sorted.count == topics.count else {
      return log.error(
        "partitions of this number are not all ours: nothing is taken from them",
        .number(.partition, number), .count(sorted.count),
        .detail(
          "all members of the group must consume the same topics with as many partitions each,"
            + " by the range assignor"))
    }
    let share = Share(number)
    share.marks = Array(repeating: nil, count: markedTopics.count)
    shares[number] = share
    for assigned in sorted {
      let partition = assigned.topicPartition
      let role = role(of: partition.topic)
      let state = PartitionState(
        partition, role: role, of: share, ledger: ledger(of: assigned),
        consumed: telemetry.consumed[.topic(partition.topic)],
        telemetry: role.isOwn ? nil : telemetry.partition(number))
      share.add(state)
      partitions[partition] = state
    }
  }

  private func role(of topic: String) -> PartitionState.Role {
    let topics = configuration.topics
    if let tier = topics.retries.first(where: { $0.value == topic })?.key { return .retry(tier) }
    return topic == topics.replay ? .replay : .requests
  }

  /// Gives partitions up: what is being sent may end, what waits is handed back, then one last commit.
  func revoked(_ list: [TopicPartition], isLost: Bool, done: @escaping () -> Void) {
    let leaving = Set(list.map(\.partition)).compactMap { shares[$0] }
    for share in leaving {
      share.phase = isLost ? .gone : .leaving
      abandonWaiting(of: share)
      for state in share.partitions { dropHead(of: state) }
    }
    noteAssignment(isLost ? "partitions lost" : "partitions revoked", list.count)
    start {
      if !isLost {
        await self.idle(leaving, within: Self.revokeTimeout)
        await self.atMost(Self.commitTimeout) { await self.commitAll() }
      }
      for share in leaving { self.forget(share) }
      self.updateAssignmentGauges()
      done()
    }
  }

  private func forget(_ share: Share) {
    shares[share.number] = nil
    for state in share.partitions { partitions[state.partition] = nil }
    share.end()
    telemetry.removePartition(share.number)
  }

  /// Hands back what waits.
  func abandonWaiting(of share: Share) {
    for job in share.waiting.values {
      removeFromPlace(job)
      abandon(job)
    }
  }

  private func idle(_ shares: [Share], within limit: Duration) async {
    let deadline = loop.clock.now + limit
    for share in shares where share.busy > 0 {
      await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
        let timer = loop.schedule(at: deadline) {
          if let resume = share.whenIdle.take() { resume() }
        }
        share.whenIdle = {
          self.loop.cancel(timer)
          continuation.resume()
        }
      }
      if share.busy > 0 {
        log.warning(
          "partition given up with sends still open: they may go out twice",
          .number(.partition, share.number), .count(share.busy))
      }
    }
  }

  /// The book of a partition as its last owner left it; nil when nothing was ever committed.
  private func ledger(of assigned: AssignedPartition) -> OffsetLedger? {
    guard let offset = assigned.committedOffset else { return nil }
    do {
      let metadata = try CommitMetadata.read(assigned.metadata, committedAt: offset)
      return OffsetLedger(startingAt: offset, metadata: metadata)
    } catch {
      log.warning(
        "commit metadata cannot be read: what was done out of order may be sent again",
        .number(.partition, assigned.topicPartition.partition), .text(.error, "\(error)"))
      return OffsetLedger(startingAt: offset, metadata: nil)
    }
  }

  private func noteAssignment(_ what: String, _ count: Int) {
    telemetry.rebalances.increment()
    health.isJoined = true
    log.info(what, .count(count))
    updateAssignmentGauges()
  }

  private func updateAssignmentGauges() {
    telemetry.assignedPartitions.set(partitions.count)
    updateShares()
  }

  // MARK: - Commits

  /// Commits what has changed, in one request; nothing when nothing has.
  ///
  /// All partitions of one number go together, so that what one of them says holds for all.
  func commit() {
    var entries: [CommitEntry] = []
    var committing: [Share] = []
    for share in shares.values where share.phase != .gone && !share.isCommitting {
      let before = entries.count
      for state in share.partitions {
        guard let commit = state.ledger?.commit(nonce: nonce) else { continue }
        entries.append(
          CommitEntry(state.partition, offset: commit.offset, metadata: commit.metadata))
      }
      guard entries.count > before else { continue }
      share.isCommitting = true
      committing.append(share)
    }
    guard !entries.isEmpty, let consumer else { return }
    let states = partitions
    consumer.commit(entries) { results in
      for result in results {
        if let state = states[result.topicPartition] { self.note(result, of: state) }
      }
      for share in committing { share.isCommitting = false }
      if let whenCommitted = self.whenCommitted.take() { whenCommitted() }
    }
  }

  private func note(_ result: CommitResult, of state: PartitionState) {
    guard let error = result.error else {
      state.ledger?.committed(result.offset)
      return
    }
    state.ledger?.commitFailed()
    telemetry.commitErrors[.code(error.name)].increment()
    log.limited("commit", every: .seconds(10))?.warning(
      "commit failed: it is repeated", .number(.partition, state.partition.partition),
      .text(.error, error.name))
  }

  /// Commits until nothing is left to commit; gives up when a commit fails.
  func commitAll() async {
    for _ in 0..<10 {
      if !shares.values.contains(where: \.isCommitting) { commit() }
      guard shares.values.contains(where: \.isCommitting) else { return }
      await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
        let before = whenCommitted
        whenCommitted = {
          before?()
          continuation.resume()
        }
      }
    }
  }
}
