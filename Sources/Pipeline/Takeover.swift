import Delivery
import Digest
import EventLoop
import Kafka
import Retry

/// Takes partitions over: reads what their last owner left, claims them, and only then takes records.
extension Pipeline {
  /// The most records that are read of a partition's end.
  private static let longestTail = 100_000

  /// Begins to take over partitions.
  func assigned(_ list: [AssignedPartition]) {
    let byNumber = Dictionary(grouping: list, by: \.topicPartition.partition)
    let taken = byNumber.keys.sorted().compactMap { share($0, of: byNumber[$0] ?? []) }
    noteAssignment("partitions assigned", list.count)
    health.isJoined = true
    read(taken.map { Takeover($0, marked: markedTopics) })
  }

  /// The partitions of one number; those of all topics, or none.
  private func share(_ number: Int32, of list: [AssignedPartition]) -> Share? {
    let topics = configuration.topics.consumed
    let sorted = topics.compactMap { topic in list.first { $0.topicPartition.topic == topic } }
    guard sorted.count == topics.count else {
      log.error(
        "partitions of this number are not all ours: nothing is taken from them",
        .number(.partition, number), .count(sorted.count),
        .detail(
          "all members of the group must consume the same topics with as many partitions each,"
            + " by the range assignor"))
      return nil
    }
    let share = Share(number)
    let metadata = sorted.map { self.metadata(of: $0) }
    let former = formers.removeValue(forKey: number)
    if let former, metadata.allSatisfy({ $0?.nonce == nonce }) {
      log.info("partitions came straight back", .number(.partition, number))
      share.inherit(former.marks)
      for assigned in sorted { add(assigned, to: share, resuming: former) }
    } else {
      dropStrays { place, _ in place.partition.partition == number }
      share.inherit(marks(of: metadata))
      for (assigned, metadata) in zip(sorted, metadata) {
        add(assigned, to: share, after: metadata)
      }
    }
    share.resultsFrom = latest(of: metadata)?.resultsFrom
    share.takenOverAt = now
    shares[number] = share
    for state in share.partitions { partitions[state.partition] = state }
    return share
  }

  /// What stood beside a committed offset; nil when there was nothing that can be read.
  private func metadata(of assigned: AssignedPartition) -> CommitMetadata? {
    guard let offset = assigned.committedOffset else { return nil }
    do {
      return try CommitMetadata.read(assigned.metadata, committedAt: offset)
    } catch {
      log.warning(
        "commit metadata cannot be read: what was done out of order may be sent again",
        .text(.topic, assigned.topicPartition.topic),
        .number(.partition, assigned.topicPartition.partition), .text(.error, "\(error)"))
      return nil
    }
  }

  /// The metadata of the latest commit.
  private func latest(of metadata: [CommitMetadata?]) -> CommitMetadata? {
    metadata.compactMap(\.self).max {
      ($0.marks.first ?? nil) ?? -1 < ($1.marks.first ?? nil) ?? -1
    }
  }

  /// The highest of each mark: one request carried all that had changed.
  private func marks(of metadata: [CommitMetadata?]) -> [Int64?] {
    markedTopics.indices.map { index in
      metadata.compactMap { $0.flatMap { index < $0.marks.count ? $0.marks[index] : nil } }.max()
    }
  }

  private func add(
    _ assigned: AssignedPartition, to share: Share, after metadata: CommitMetadata?
  ) {
    let wasCommitted = assigned.committedOffset != nil
    _ = add(
      assigned, to: share,
      OffsetLedger(
        startingAt: assigned.committedOffset ?? assigned.startOffset, metadata: metadata,
        leastAllowance: configuration.limits.commitAllowance),
      Inheritance(
        metadata: metadata, wasEverCommitted: wasCommitted,
        mostInFlight: configuration.limits.inFlight))
  }

  private func add(_ assigned: AssignedPartition, to share: Share, resuming former: FormerShare) {
    let place = assigned.topicPartition
    guard let last = former.partitions[place.topic], let offset = assigned.committedOffset else {
      return add(assigned, to: share, after: nil)
    }
    let state = add(
      assigned, to: share, OffsetLedger(startingAt: offset, resuming: last.ledger),
      last.inheritance)
    state.inheritanceEnd = last.inheritanceEnd
    state.inheritanceTime = last.inheritanceTime
    state.resumedAt = last.ledger.taken
    // Those that are still being sent are joined, not sent again.
    state.ownDoubts = Set(last.possiblySent.filter { strays[Stray.Place(place, $0)] == nil })
  }

  private func add(
    _ assigned: AssignedPartition, to share: Share, _ ledger: OffsetLedger,
    _ inheritance: Inheritance
  ) -> PartitionState {
    let place = assigned.topicPartition
    let role = role(of: place.topic)
    let state = PartitionState(
      place, role: role, of: share, ledger: ledger, inheritance: inheritance,
      consumed: telemetry.consumed[.topic(place.topic)],
      telemetry: role.isOwn ? nil : telemetry.partition(place.partition))
    share.add(state)
    return state
  }

  private func role(of topic: String) -> PartitionState.Role {
    let topics = configuration.topics
    if let tier = topics.retries.first(where: { $0.value == topic })?.key { return .retry(tier) }
    return topic == topics.replay ? .replay : .requests
  }

  // MARK: - Reading what was left

  private func read(_ takeovers: [Takeover]) {
    guard !takeovers.isEmpty else { return }
    let byPartition = Dictionary(
      takeovers.flatMap { takeover in takeover.places.map { ($0, takeover) } },
      uniquingKeysWith: { first, _ in first })
    do throws(KafkaError) {
      tailReader = try clients.tails(
        takeovers.flatMap { $0.tails(limit: Self.longestTail) }, configuration.kafka, loop,
        { record in byPartition[record.topicPartition].map { self.note(record, in: $0) } },
        { error in
          self.log.limited("tails", every: .seconds(10))?.warning(
            "cannot read what the last owner left: nothing is taken before",
            .text(.error, error.name),
            .detail(error.text))
        },
        { result in self.finish(takeovers, result) })
    } catch {
      readAgain(takeovers, after: error)
    }
  }

  private func readAgain(_ takeovers: [Takeover], after error: KafkaError) {
    log.error(
      "cannot read what the last owner left: nothing is taken before", .text(.error, error.name),
      .detail(error.text))
    loop.schedule(after: .seconds(1)) {
      self.read(takeovers.filter { $0.share.phase == .reading }.map { $0.anew() })
    }
  }

  /// Notes what a record says about others that are not done.
  private func note(_ record: ConsumerRecord, in takeover: Takeover) {
    // Its partitions may have gone while their ends are read.
    guard takeover.share.phase == .reading else { return }
    if record.topic == configuration.topics.results {
      guard let conclusion = Aftermath.Conclusion(record) else { return }
      takeover.note(conclusion)
      let key = record.headers.last { $0.name == Self.orderKeyHeader }?.text
      let origin = conclusion.copy.origin
      if let key = key.flatMap({ OrderKey(hex: $0) }), conclusion.isFinal,
        takeover.isOfRequests(origin)
      {
        takeover.orders.append((key, origin.offset))
      }
      return
    }
    guard let continuation = (try? Continuation.read(record.headers)) ?? nil else { return }
    takeover.note(continuation)
    guard takeover.isWaiting(record) else { return }
    takeover.share.noteWaiting(resultsFrom: continuation.resultsFrom)
    if takeover.isOfRequests(continuation.origin), let key = orderKey(of: record, continuation) {
      takeover.orders.append((key, continuation.origin.offset))
    }
  }

  private func orderKey(of record: ConsumerRecord, _ continuation: Continuation) -> OrderKey? {
    let request = try? record.withValue { value throws(UndecodableRequest) in
      try Request.decode(
        value: value, headers: record.headers, origin: continuation.origin, timestamp: nil,
        identity: continuation.identity, now: now, lifetime: { _ in .zero })
    }
    return request.flatMap {
      OrderKey(
        $0, recipientHash: hashKey?.authenticationCode(for: $0.recipient.address))
    }
  }

  private func finish(
    _ takeovers: [Takeover], _ result: Result<[TopicPartition: Int64], KafkaError>
  ) {
    tailReader = nil
    switch result {
    case .failure(let error): readAgain(takeovers, after: error)
    case .success(let ends):
      for takeover in takeovers where takeover.share.phase == .reading {
        takeover.finish(ends: ends)
        remember(takeover)
        takeover.share.phase = .claiming
      }
      commit()
    }
  }

  /// Notes event ids, so that another record with one of them ends as a duplicate.
  private func remember(_ takeover: Takeover) {
    for conclusion in takeover.conclusions where conclusion.isFinal {
      let copy = conclusion.copy
      deduplication.remember(
        .init(idempotencyKey(conclusion.eventID, copy.replayCount)), origin: copy.origin, hop: nil,
        now: loop.now)
    }
    for continuation in takeover.continuations {
      deduplication.remember(
        .init(idempotencyKey(continuation.eventID, continuation.replayCount)),
        origin: continuation.origin, hop: continuation.hop, now: loop.now)
    }
  }

  /// Notes that a share is ours: its first commit is acknowledged.
  func claimed(_ share: Share) {
    guard share.phase == .claiming else { return }
    share.phase = .taking
    share.wasClaimed = true
    updateShares()
    requestIntake()
  }
}

/// What is found out about a share while it is taken over.
private final class Takeover {
  let share: Share
  private let marked: [TopicPartition]
  private(set) var conclusions: [Aftermath.Conclusion] = []
  private(set) var continuations: [Continuation] = []
  /// Order keys, and where their requests first stood.
  var orders: [(OrderKey, Int64)] = []

  init(_ share: Share, marked: [String]) {
    self.share = share
    self.marked = marked.map { TopicPartition(topic: $0, partition: share.number) }
  }

  /// The same, without what was found.
  func anew() -> Takeover { Takeover(share, marked: marked.map(\.topic)) }

  /// All partitions whose end matters: of the results, the requests and the own topics.
  var places: [TopicPartition] {
    [marked[0]] + share.partitions.map(\.partition)
  }

  /// What is to be read.
  func tails(limit: Int) -> [TailReader.Tail] {
    places.map { place in TailReader.Tail(place, from: start(of: place), limit: limit) }
  }

  private func start(of place: TopicPartition) -> Int64? {
    guard let index = marked.firstIndex(of: place) else { return nil }
    let mark = share.marks[index]
    guard let state = state(of: place) else {
      // The results; only what waits asks for more than lies behind the mark.
      return mark.map { min($0, share.resultsFrom ?? $0) }
    }
    return min(mark ?? state.ledger.committedOffset, state.ledger.committedOffset)
  }

  private func state(of place: TopicPartition) -> PartitionState? {
    share.partitions.first { $0.partition == place }
  }

  func isOfRequests(_ origin: RecordOrigin) -> Bool {
    origin.partition == share.number && origin.topic == share.partitions[0].partition.topic
  }

  /// Whether a record of an own topic is still to be taken.
  func isWaiting(_ record: ConsumerRecord) -> Bool {
    state(of: record.topicPartition).map { record.offset >= $0.ledger.committedOffset } ?? false
  }

  func note(_ conclusion: Aftermath.Conclusion) { conclusions.append(conclusion) }
  func note(_ continuation: Continuation) { continuations.append(continuation) }

  /// Puts all that was found where it belongs.
  func finish(ends: [TopicPartition: Int64]) {
    for conclusion in conclusions { share.aftermath.note(conclusion) }
    for continuation in continuations { share.aftermath.note(continuation) }
    share.setMarks(marked.map { ends[$0] })
    for state in share.partitions {
      state.takenOverAt = ends[state.partition] ?? .max
      state.ledger.limitInherited(to: state.takenOverAt)
      if state.inheritanceEnd == .max {
        state.inheritanceEnd = state.takenOverAt
        state.inheritanceTime = share.takenOverAt
      }
      if case .retry = state.role {
        share.addWaiting(Int(max(0, state.takenOverAt - state.ledger.committedOffset)))
      }
    }
    guard share.orders.isOpen else { return }
    for (key, offset) in orders { share.note(key, at: offset) }
  }
}
