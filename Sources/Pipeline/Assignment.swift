import Delivery
import EventLoop
import Kafka

/// Partitions come and go; their offsets are committed ten times a second.
extension Pipeline {
  /// How often finished offsets are committed: what is completed within it may be sent again after a crash.
  static let commitInterval: Duration = .milliseconds(100)
  /// How long a revoke waits for its last commit.
  private static let commitTimeout: Duration = .seconds(2)
  /// How long a send is remembered whose partition went away: what has not come back by then was sent by another.
  private static let strayLifetime: Duration = .seconds(60)
  /// How long a revoke waits for what is being sent.
  private static let revokeTimeout: Duration = .seconds(10)

  /// Gives partitions up: what is being sent may end, what waits is handed back, then one last commit.
  func revoked(_ list: [TopicPartition], isLost: Bool, done: @escaping () -> Void) {
    let leaving = Set(list.map(\.partition)).sorted().compactMap { shares[$0] }
    for share in leaving {
      share.phase = isLost || share.phase == .reading ? .gone : .leaving
      abandonWaiting(of: share)
      for state in share.partitions { dropHead(of: state) }
    }
    noteAssignment(isLost ? "partitions lost" : "partitions revoked", list.count)
    if isLost { health.isJoined = false }
    resumeIfConfirmed()
    start {
      if !isLost {
        await self.idle(leaving, within: Self.revokeTimeout)
        await self.atMost(Self.commitTimeout) { await self.commitFinally(leaving) }
      }
      for share in leaving { self.forget(share) }
      self.updateAssignmentGauges()
      done()
    }
  }

  private func forget(_ share: Share) {
    dropStrays { $1.since <= self.loop.now - Self.strayLifetime }
    for job in openSends(of: share) {
      let place = Stray.Place(job.record.topicPartition, job.record.offset)
      strays[place] = Stray(job: job, since: loop.now)
    }
    if share.wasClaimed { formers[share.number] = FormerShare(share) }
    shares[share.number] = nil
    for state in share.partitions { partitions[state.partition] = nil }
    share.end()
    telemetry.removePartition(share.number)
  }

  private func openSends(of share: Share) -> [Job] {
    (Array(connectors.values) + retired).flatMap { runtime in
      runtime.sending.filter { $0.share === share }
    }
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

  func noteAssignment(_ what: String, _ count: Int) {
    telemetry.rebalances.increment()
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
    for share in shares.values where share.mayCommit {
      share.settleAftermath()
      let new = share.partitions.compactMap { entry(of: $0) }
      guard !new.isEmpty else { continue }
      entries += new
      share.beginCommit()
      committing.append(share)
    }
    guard !entries.isEmpty, let consumer else { return }
    consumer.commit(entries) { results in
      let byPartition = Dictionary(
        results.map { ($0.topicPartition, $0) }, uniquingKeysWith: { $1 })
      for share in committing {
        let failures = share.partitions.filter { state in
          byPartition[state.partition].map { self.note($0, of: state) } == false
        }
        share.endCommit(isAcknowledged: failures.isEmpty)
        if let first = failures.first?.partition, let error = byPartition[first]?.error {
          self.noteFailure(error, of: first)
        } else {
          self.claimed(share)
          self.resumeAfterCommit(of: share)
          self.resumeIfConfirmed()
        }
      }
      self.noteRoom()
      // Who waits for a proof does not wait for the next tick: this one may have begun before the doubt.
      if self.heldBack != nil, byPartition.values.allSatisfy({ $0.error == nil }) { self.commit() }
      if let whenCommitted = self.whenCommitted.take() { whenCommitted() }
    }
  }

  private func entry(of state: PartitionState) -> CommitEntry? {
    let share = state.share
    let commit = state.ledger.commit(
      nonce: nonce, marks: share.committedMarks, resultsFrom: share.resultsFrom,
      ending: share.isEnding ? ending(of: state) : .open)
    return commit.map {
      CommitEntry(
        state.partition, offset: $0.offset, metadata: isMetadataRefused ? "" : $0.metadata)
    }
  }

  /// In good order, unless the owner before left in doubt what we have not even taken: that stays in doubt.
  private func ending(of state: PartitionState) -> CommitMetadata.Ending {
    state.inheritance.isSettled || state.ledger.taken >= state.inheritanceEnd
      ? .clean(possiblyWritten: possiblySent(of: state)) : .open
  }

  /// What the next owner must be told of; also sends that went on while the partition was gone, whose record
  /// was not taken again.
  private func possiblySent(of state: PartitionState) -> [Int64] {
    let astray = strays.keys.filter { $0.partition == state.partition }.map(\.offset)
    return astray.isEmpty ? state.possiblySent : Set(state.possiblySent + astray).sorted()
  }

  /// Notes what became of a partition's commit.
  /// - Returns: whether it is acknowledged, and need not be repeated.
  private func note(_ result: CommitResult, of state: PartitionState) -> Bool {
    guard result.error == nil else {
      state.ledger.commitFailed()
      return false
    }
    state.ledger.committed(result.offset)
    return true
  }

  private func noteFailure(_ error: KafkaError, of place: TopicPartition) {
    telemetry.commitErrors[.code(error.name)].increment()
    if error.isMetadataTooLarge, !isMetadataRefused {
      isMetadataRefused = true
      log.error(
        "the broker takes no commit metadata of this size: it is left out, and after a crash more is"
          + " sent twice", .detail("set offset.metadata.max.bytes to 4096 or more on the brokers"))
    }
    let what =
      error.isTopicGone
      ? "commit failed: the topic was deleted under us; make it again"
      : error.isOwnershipLost
        ? "commit refused: the partition is not ours any more"
        : error.isNotAuthorized
          ? "commit failed: this user needs READ on the topic and on the group"
          : "commit failed: it is repeated"
    log.limited("commit", every: .seconds(10))?.warning(
      what, .text(.topic, place.topic), .number(.partition, place.partition),
      .text(.error, error.name))
  }

  /// Commits shares for the last time, and says with it what may have been sent.
  func commitFinally(_ shares: [Share]) async {
    let ending = shares.filter(\.isCommittable)
    for share in ending { share.isEnding = true }
    for _ in 0..<10 {
      commit()
      guard ending.contains(where: { !$0.isEnded }) else { return }
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
