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
    for assigned in list {
      let partition = assigned.topicPartition
      partitions[partition] = PartitionState(
        partition, ledger: ledger(of: assigned),
        telemetry: telemetry.partition(partition.partition))
    }
    noteAssignment("partitions assigned", list.count)
    requestIntake()
  }

  /// Gives partitions up: what is being sent may end, what waits is handed back, then one last commit.
  func revoked(_ list: [TopicPartition], isLost: Bool, done: @escaping () -> Void) {
    let leaving = list.compactMap { partitions[$0] }
    for state in leaving {
      state.phase = isLost ? .gone : .leaving
      for job in state.waiting.values {
        removeFromPlace(job)
        abandon(job)
      }
    }
    noteAssignment(isLost ? "partitions lost" : "partitions revoked", list.count)
    start {
      if !isLost {
        await self.idle(leaving, within: Self.revokeTimeout)
        await self.atMost(Self.commitTimeout) { await self.commitAll() }
      }
      for state in leaving {
        state.phase = .gone
        self.partitions[state.partition] = nil
        self.telemetry.removePartition(state.partition.partition)
      }
      self.updateAssignmentGauges()
      done()
    }
  }

  private func idle(_ states: [PartitionState], within limit: Duration) async {
    let deadline = loop.clock.now + limit
    for state in states where state.busy > 0 {
      await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
        let timer = loop.schedule(at: deadline) {
          if let resume = state.whenIdle.take() { resume() }
        }
        state.whenIdle = {
          self.loop.cancel(timer)
          continuation.resume()
        }
      }
      if state.busy > 0 {
        log.warning(
          "partition given up with sends still open: they may go out twice",
          .number(.partition, state.partition.partition), .count(state.busy))
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
  }

  // MARK: - Commits

  /// Commits what has changed, in one request; nothing when nothing has.
  func commit() {
    var entries: [CommitEntry] = []
    for state in partitions.values where state.phase != .gone && !state.isCommitting {
      guard let commit = state.ledger?.commit(nonce: nonce) else { continue }
      state.isCommitting = true
      entries.append(
        CommitEntry(state.partition, offset: commit.offset, metadata: commit.metadata))
    }
    guard !entries.isEmpty, let consumer else { return }
    let states = partitions
    consumer.commit(entries) { results in
      for result in results {
        guard let state = states[result.topicPartition] else { continue }
        state.isCommitting = false
        self.note(result, of: state)
      }
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
      if !partitions.values.contains(where: \.isCommitting) { commit() }
      guard partitions.values.contains(where: \.isCommitting) else { return }
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
