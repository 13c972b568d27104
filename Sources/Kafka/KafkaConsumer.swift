internal import CKafka
public import EventLoop

/// A member of a consumer group: its partitions, their records on demand, explicit commits.
///
/// Used on the loop only, and to be closed before it is released. Records of each partition wait in a queue of their own until they are taken;
/// librdkafka stops fetching a partition whose queue is full, and no other.
public final class KafkaConsumer: RecordConsumer {
  /// What the consumer tells its owner, on the loop.
  public struct Handlers {
    /// Partitions were assigned, all at once; fetching starts when it returns.
    public var assigned: ([AssignedPartition]) -> Void
    /// The partitions are to be given up: commit what is done, then call `done`.
    ///
    /// When they are `lost`, somebody else may have them already and a commit would be refused.
    public var revoked:
      (_ partitions: [TopicPartition], _ lost: Bool, _ done: @escaping () -> Void) -> Void
    /// An empty queue has records now: take until fewer come than asked for, or come back for the rest.
    ///
    /// What it has may turn out to be void, and then there is nothing to take.
    public var recordsReady: (TopicPartition) -> Void
    /// Errors, log lines, statistics.
    public var event: (KafkaEvent) -> Void

    /// A set of handlers.
    public init(
      assigned: @escaping ([AssignedPartition]) -> Void,
      revoked:
        @escaping (_ partitions: [TopicPartition], _ lost: Bool, _ done: @escaping () -> Void) ->
        Void,
      recordsReady: @escaping (TopicPartition) -> Void,
      event: @escaping (KafkaEvent) -> Void
    ) {
      self.assigned = assigned
      self.revoked = revoked
      self.recordsReady = recordsReady
      self.event = event
    }
  }
  /// Told what became of each entry of a commit.
  public typealias CommitCompletion = ([CommitResult]) -> Void

  let loop: EventLoop
  let handlers: Handlers
  let startsAtOldest: Bool
  /// Nil once closed; records that are still held keep the client itself alive.
  var client: ClientHandle?
  var partitions: [TopicPartition: PartitionQueue] = [:]
  /// Counts assignments and revocations: what belongs to an earlier one is void.
  var generation = 0
  /// Whether the owner was told of the assignment, and so must be told of its end.
  var isAssigned = false
  private var queue: EventQueue?
  private var closingQueue: EventQueue?
  private var commits = Slots<(entries: [CommitEntry], completion: CommitCompletion)>()
  private var onClosed: [() -> Void] = []

  /// Joins the group and subscribes to topics.
  /// - Parameters:
  ///   - configuration: where the brokers are and how to talk to them.
  ///   - topics: the topics' names.
  ///   - loop: the loop that this is used on.
  ///   - handlers: what is told to whom.
  /// - Throws: when librdkafka does not accept the configuration as a whole.
  public init(
    configuration: KafkaConfiguration, topics: [String], loop: EventLoop, handlers: Handlers
  ) throws(KafkaError) {
    self.loop = loop
    self.handlers = handlers
    startsAtOldest = configuration.startsAtOldest
    let client = try ClientHandle(.consumer, properties: configuration.consumerProperties)
    self.client = client
    rd_kafka_poll_set_consumer(client.raw)
    queue = EventQueue(rd_kafka_queue_get_consumer(client.raw), of: client, on: loop) {
      [weak self] _ in self?.serve()
    }
    let subscription = PartitionList(subscribing: topics)
    let code = rd_kafka_subscribe(client.raw, subscription.raw)
    guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(code) }
    keepServing()
  }

  // MARK: - Records

  /// Hands out records of a partition, without waiting for any.
  /// - Parameters:
  ///   - partition: one that is assigned; any other has no records.
  ///   - max: how many at most.
  ///   - body: given each record, in the order of offsets.
  /// - Returns: how many were handed out. As many as asked for means that there may be more, which no
  ///   `recordsReady` will tell.
  public func take(
    from partition: TopicPartition, max: Int, into body: (ConsumerRecord) -> Void
  ) -> Int {
    guard let queue = partitions[partition] else { return 0 }
    let taken = queue.take(max: max, onError: { handlers.event(.error($0)) }, into: body)
    reportReset(of: queue)
    return taken
  }

  /// The offset that the next record of a partition will get, as last heard from its leader; nil when
  /// it was not heard of yet.
  public func highWatermark(of partition: TopicPartition) -> Int64? {
    guard let client else { return nil }
    var low: Int64 = 0
    var high: Int64 = 0
    let code = rd_kafka_get_watermark_offsets(
      client.raw, partition.topic, partition.partition, &low, &high)
    return code == RD_KAFKA_RESP_ERR_NO_ERROR && high >= 0 ? high : nil
  }

  // MARK: - Commits

  /// Commits offsets, all in one request, and calls `completion` on the loop after this has returned.
  public func commit(_ entries: [CommitEntry], completion: @escaping CommitCompletion) {
    guard let client, let queue else { return fail(entries, with: .closed, completion) }
    let offsets = PartitionList(committing: entries)
    let slot = commits.insert((entries, completion))
    let code = rd_kafka_commit_queue(
      client.raw, offsets.raw, queue.raw, nil, opaque(for: slot))
    if code != RD_KAFKA_RESP_ERR_NO_ERROR {
      _ = commits.remove(slot)
      fail(entries, with: KafkaError(code), completion)
    }
  }

  private func fail(
    _ entries: [CommitEntry], with error: KafkaError, _ completion: @escaping CommitCompletion
  ) {
    let results = Self.results(of: entries, error)
    loop.schedule(after: .zero) { completion(results) }
  }

  private func takeCommitResult(_ event: borrowing Event) {
    let slot = slot(of: rd_kafka_event_opaque(event.raw))
    guard let (entries, completion) = commits.remove(slot) else { return }
    var results = Self.results(of: entries, event.error)
    if let list = rd_kafka_event_topic_partition_list(event.raw) {
      for element in list.pointee.elements where element.err != RD_KAFKA_RESP_ERR_NO_ERROR {
        let place = element.topicPartition
        guard let index = results.firstIndex(where: { $0.topicPartition == place }) else {
          continue
        }
        results[index].error = KafkaError(element.err)
      }
    }
    completion(results)
  }

  private static func results(of entries: [CommitEntry], _ error: KafkaError?) -> [CommitResult] {
    entries.map {
      CommitResult(topicPartition: $0.topicPartition, offset: $0.offset, error: error)
    }
  }

  // MARK: - Events

  /// Serves the queue each second even when nothing happens: a consumer that does not is thrown out of
  /// its group after `max.poll.interval.ms`.
  private func keepServing() {
    loop.schedule(after: .seconds(1)) { [weak self] in
      guard let self, self.client != nil else { return }
      self.serve()
      self.keepServing()
    }
  }

  private func serve() {
    while let event = (closingQueue ?? queue)?.next() {
      switch event.type {
      case RD_KAFKA_EVENT_REBALANCE: rebalance(event)
      case RD_KAFKA_EVENT_OFFSET_COMMIT: takeCommitResult(event)
      case RD_KAFKA_EVENT_FETCH: takeStrays(event)
      default: if let notice = event.notice { take(notice) }
      }
    }
    finishClosing()
  }

  private func take(_ notice: KafkaEvent) {
    if case .log(let line) = notice, line.facility == "OFFSET" {
      let queue = partitions.values.first {
        let place = $0.topicPartition
        return line.text.contains("\(place.topic) [\(place.partition)]: offset reset")
      }
      queue?.noteReset()
      if let queue { reportReset(of: queue) }
    }
    handlers.event(notice)
  }

  private func reportReset(of queue: PartitionQueue) {
    guard let (from, to) = queue.takeReset() else { return }
    handlers.event(.offsetReset(queue.topicPartition, from: from, to: to))
  }

  /// Records that were not split off in time: kept in front of their partition's queue.
  private func takeStrays(_ event: borrowing Event) {
    while let message = rd_kafka_event_message_next(event.raw) {
      let topic = String(cString: rd_kafka_topic_name(message.pointee.rkt))
      let place = TopicPartition(topic: topic, partition: message.pointee.partition)
      guard let queue = partitions[place] else { continue }
      queue.keep(ConsumerRecord(copying: message, topic: topic))
      handlers.recordsReady(place)
    }
  }

  // MARK: - Closing

  /// Leaves the group: `revoked` is called for what is assigned, then the client ends.
  ///
  /// Takes up to `session.timeout.ms` when no broker answers. Records that are still held stay readable.
  public func close() async {
    guard let client else { return }
    await withCheckedContinuation { continuation in
      onClosed.append { continuation.resume() }
      guard closingQueue == nil else { return }
      let closing = EventQueue(rd_kafka_queue_new(client.raw), of: client, on: loop) {
        [weak self] _ in self?.serve()
      }
      closingQueue = closing
      if let error = rd_kafka_consumer_close_queue(client.raw, closing.raw) {
        handlers.event(
          .error(
            KafkaError(
              rd_kafka_error_code(error), text: String(cString: rd_kafka_error_string(error)))))
        rd_kafka_error_destroy(error)
      }
    }
  }

  private func finishClosing() {
    guard closingQueue != nil, let client, rd_kafka_consumer_closed(client.raw) != 0 else { return }
    generation += 1
    partitions = [:]
    queue = nil
    closingQueue = nil
    self.client = nil
    for (entries, completion) in commits.removeAll() {
      completion(Self.results(of: entries, .closed))
    }
    let waiting = onClosed
    onClosed = []
    for resume in waiting { resume() }
  }
}
