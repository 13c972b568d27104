internal import CKafka
public import EventLoop

/// Writes records and tells when each is acknowledged by all in-sync replicas.
///
/// Used on the loop only, and to be closed before it is released. Idempotent and without a time limit: a record waits for its broker as long
/// as it takes. When librdkafka's local queue is full, records wait here, in order.
public final class KafkaProducer: RecordProducer {
  /// Told the offset of a record, or why it was not written.
  public typealias Completion = (Result<Int64, KafkaError>) -> Void

  private enum Waiter {
    case task(CheckedContinuation<Result<Int64, KafkaError>, Never>)
    case callback(Completion)

    func resume(_ result: Result<Int64, KafkaError>) {
      switch self {
      case .task(let continuation): continuation.resume(returning: result)
      case .callback(let completion): completion(result)
      }
    }
  }

  private let configuration: KafkaConfiguration
  private let loop: EventLoop
  private let onEvent: (KafkaEvent) -> Void
  /// Nil while none could be made, and after ``close(within:)``.
  private var client: ProducerClient?
  /// Those that a fatal error ended, until their last record is reported.
  private var retired: [ProducerClient] = []
  private var waiters = Slots<Waiter>()
  private var overflow = FIFO<(record: ProducerRecord, slot: Int)>()
  private var partitionCounts: [String: Int32] = [:]
  private var warmTopics: [String] = []
  private var isReachable = false
  private var isSeeking = false
  private var isClosed = false
  private var onIdle: (() -> Void)?

  /// Starts a producer.
  /// - Parameters:
  ///   - configuration: where the brokers are and how to talk to them.
  ///   - loop: the loop that this is used on.
  ///   - onEvent: told what the client has to say, on the loop.
  /// - Throws: when librdkafka does not accept the configuration as a whole.
  public init(
    configuration: KafkaConfiguration, loop: EventLoop, onEvent: @escaping (KafkaEvent) -> Void
  ) throws(KafkaError) {
    self.configuration = configuration
    self.loop = loop
    self.onEvent = onEvent
    try start()
  }

  private func start() throws(KafkaError) {
    client = try ProducerClient(configuration, loop: loop) { [weak self] client in
      self?.serve(client)
    }
    seekBrokers()
  }

  // MARK: - Sending

  /// Writes a record and waits until it is acknowledged.
  /// - Returns: the record's offset.
  /// - Throws: what kept it from being written; ``KafkaError/persistence`` tells what is known about it.
  public func send(_ record: ProducerRecord) async throws(KafkaError) -> Int64 {
    try await withCheckedContinuation { continuation in
      submit(record, .task(continuation))
    }.get()
  }

  /// Writes a record; calls `completion` on the loop, after this has returned.
  public func send(_ record: ProducerRecord, completion: @escaping Completion) {
    submit(record, .callback(completion))
  }

  /// Whether the brokers could be reached lately and the producer is not being rebuilt.
  public var isHealthy: Bool { client != nil && isReachable }

  /// How many records wait for their acknowledgement.
  public var queueLength: Int { waiters.count }

  private func submit(_ record: ProducerRecord, _ waiter: Waiter) {
    let slot = waiters.insert(waiter)
    if isClosed {
      conclude(slot, later: .closed)
    } else if !overflow.isEmpty || !produce(record, slot) {
      overflow.append((record, slot))
    }
  }

  /// Hands a record on; false when there is no room for it now.
  private func produce(_ record: ProducerRecord, _ slot: Int) -> Bool {
    guard let client else { return false }
    let result = client.produce(record, slot: slot)
    switch result {
    case RD_KAFKA_RESP_ERR_NO_ERROR: return true
    case RD_KAFKA_RESP_ERR__QUEUE_FULL: return false
    case RD_KAFKA_RESP_ERR__FATAL:
      loop.schedule(after: .zero) { [weak self] in self?.rebuildIfFatal() }
      return false
    default:
      conclude(slot, later: KafkaError(result))
      return true
    }
  }

  /// Fails a record in the next turn, so that no completion runs inside `send`.
  private func conclude(_ slot: Int, later error: KafkaError) {
    loop.schedule(after: .zero) { [self] in
      waiters.remove(slot)?.resume(.failure(error))
      reportIdleness()
    }
  }

  private func flushOverflow() {
    while let next = overflow.first, produce(next.record, next.slot) { _ = overflow.popFirst() }
  }

  // MARK: - Events

  private func serve(_ client: ProducerClient) {
    while let event = client.nextEvent() {
      if event.type == RD_KAFKA_EVENT_DR {
        client.takeReports(of: event) { slot, result in
          if case .success = result { isReachable = true }
          waiters.remove(slot)?.resume(result)
        }
      } else if let notice = event.notice {
        if case .error(let error) = notice, error.isAllBrokersDown, client === self.client {
          isReachable = false
          seekBrokers()
        }
        onEvent(notice)
      }
    }
    rebuildIfFatal()
    if client.unreported == 0 { retired.removeAll { $0 === client } }
    flushOverflow()
    reportIdleness()
  }

  /// A fatal error leaves librdkafka's client useless: its records fail, the next client goes on.
  private func rebuildIfFatal() {
    guard let ended = client, let error = ended.handle.fatalError else { return }
    ended.retire(after: error)
    isReachable = false
    // Its thread may drop the question.
    isSeeking = false
    if ended.unreported > 0 { retired.append(ended) }
    client = nil
    onEvent(.rebuilt(after: error))
    restart()
  }

  private func restart() {
    guard !isClosed else { return }
    do {
      try start()
      warm(topics: warmTopics)
      flushOverflow()
    } catch {
      onEvent(.error(error))
      loop.schedule(after: .seconds(1)) { [weak self] in self?.restart() }
    }
  }

  /// Raises a fatal error as if the client had met one.
  func failFatally(_ code: KafkaError) {
    guard let client else { return }
    rd_kafka_test_fatal_error(client.handle.raw, rd_kafka_resp_err_t(code.code), code.text)
  }

  // MARK: - Brokers and topics

  /// Asks for metadata until some broker answers.
  private func seekBrokers() {
    guard !isSeeking, let handle = client?.handle else { return }
    isSeeking = true
    let owner = LoopBound(self)
    let raw = SendablePointer(handle.raw)
    handle.thread.run { [loop] in
      var metadata: UnsafePointer<rd_kafka_metadata>?
      let code = rd_kafka_metadata(raw.raw, 0, nil, &metadata, 1_000)
      if let metadata { rd_kafka_metadata_destroy(metadata) }
      loop.post { owner.value?.sought(found: code == RD_KAFKA_RESP_ERR_NO_ERROR) }
    }
  }

  private func sought(found: Bool) {
    isSeeking = false
    if found {
      isReachable = true
    } else if !isReachable {
      loop.schedule(after: .seconds(1)) { [weak self] in self?.seekBrokers() }
    }
  }

  /// Looks topics up and connects to their leaders, so that the first record does not wait for that.
  ///
  /// Goes on trying until each topic was found; the results are seen in ``partitionCount(of:)``.
  public func warm(topics: [String]) {
    warmTopics = Array(Set(warmTopics).union(topics))
    guard !topics.isEmpty, let handle = client?.handle else { return }
    let owner = LoopBound(self)
    let raw = SendablePointer(handle.raw)
    handle.thread.run { [loop] in
      var counts: [String: Int32] = [:]
      for topic in topics {
        guard let found = try? TopicMetadata.fetch(topic, by: raw.raw, milliseconds: 5_000).get()
        else { continue }
        counts[topic] = found.partitionCount
        for partition in found.ledBy.values {
          // Only for the connection that it opens: producers connect to a leader when they need it.
          let place = TopicPartition(topic: topic, partition: partition)
          _ = queryWatermarks(of: place, by: raw.raw, milliseconds: 1_000)
        }
      }
      let found = counts
      loop.post { owner.value?.warmed(found, of: topics) }
    }
  }

  private func warmed(_ found: [String: Int32], of topics: [String]) {
    partitionCounts.merge(found) { _, new in new }
    let missing = topics.filter { found[$0] == nil }
    if !missing.isEmpty {
      loop.schedule(after: .seconds(1)) { [weak self] in self?.warm(topics: missing) }
    }
  }

  /// How many partitions a topic has, once ``warm(topics:)`` found it.
  public func partitionCount(of topic: String) -> Int32? { partitionCounts[topic] }

  // MARK: - Closing

  /// Waits for what is on its way, then ends the client.
  ///
  /// What is not acknowledged within `limit` fails; it may have been written if its error says so.
  public func close(within limit: Duration = .seconds(5)) async {
    guard !isClosed else { return }
    isClosed = true
    let givingUp = loop.schedule(after: limit) { [self] in giveUp() }
    // Purging answers for every record; this is for a librdkafka that does not.
    let abandoning = loop.schedule(after: limit + .seconds(1)) { [self] in abandon() }
    await withCheckedContinuation { continuation in
      onIdle = { continuation.resume() }
      reportIdleness()
    }
    loop.cancel(givingUp)
    loop.cancel(abandoning)
    client = nil
    retired = []
  }

  private func giveUp() {
    while let next = overflow.popFirst() { waiters.remove(next.slot)?.resume(.failure(.closed)) }
    client?.purge()
    reportIdleness()
  }

  private func abandon() {
    var error = KafkaError.closed
    error.persistence = .possiblyPersisted
    for waiter in waiters.removeAll() { waiter.resume(.failure(error)) }
    reportIdleness()
  }

  private func reportIdleness() {
    guard waiters.count == 0 else { return }
    onIdle.take()?()
  }
}
