internal import CKafka
public import EventLoop
internal import Glibc

/// Reads several partitions, each from an offset to the end that it has when asked; then it is over.
///
/// Used on the loop only, outside any group. One client for all of them, made for the reading and gone
/// afterwards. Released early, it ends without a word.
public final class TailReader {
  /// What to read of one partition.
  public struct Tail: Sendable, Equatable {
    /// Which partition.
    public var partition: TopicPartition
    /// The first record's offset; nil when nothing is to be read, and only the end asked for.
    ///
    /// Should it be gone, reading starts with the oldest record that there is.
    public var from: Int64?
    /// How many offsets before the end to read at most.
    public var limit: Int

    /// What to read of one partition.
    public init(_ partition: TopicPartition, from: Int64?, limit: Int = .max) {
      self.partition = partition
      self.from = from
      self.limit = limit
    }
  }
  /// Told where each partition ended, or why that cannot be told.
  public typealias Completion = (Result<[TopicPartition: Int64], KafkaError>) -> Void

  /// How many times in a row a topic must be said not to exist.
  ///
  /// A broker that has just started, or a topic that was just made, may not be known everywhere.
  private static let mostDenials = 5
  private static let batch = 500

  private let tails: [Tail]
  private let loop: EventLoop
  private let onRecord: (ConsumerRecord) -> Void
  private let onError: (KafkaError) -> Void
  /// Nil once over.
  private var completion: Completion?
  private var client: ClientHandle?
  private var notices: EventQueue?
  private var queues: [TopicPartition: PartitionQueue] = [:]
  private var progress: TailProgress?
  private var denials = 0
  /// Whether the ends are being asked for, or will be in a moment.
  private var isAsking = false

  /// Begins to read.
  /// - Parameters:
  ///   - tails: what to read, each partition once; with none of them it is over at once.
  ///   - configuration: where the brokers are; its group is neither joined nor asked.
  ///   - loop: the loop that this is used on.
  ///   - onRecord: given each record; those of one partition in the order of offsets.
  ///   - onError: told what keeps it from reading; it goes on trying.
  ///   - completion: called once, after this has returned: with each partition's end when all is read, with
  ///     an error when a topic does not exist or after ``cancel()``.
  /// - Throws: when librdkafka does not accept the configuration as a whole.
  public init(
    _ tails: [Tail], configuration: KafkaConfiguration, loop: EventLoop,
    onRecord: @escaping (ConsumerRecord) -> Void,
    onError: @escaping (KafkaError) -> Void = { _ in },
    completion: @escaping Completion
  ) throws(KafkaError) {
    self.tails = tails
    self.loop = loop
    self.onRecord = onRecord
    self.onError = onError
    self.completion = completion
    guard !tails.isEmpty else {
      loop.soon { [weak self] in self?.finish(.success([:])) }
      return
    }
    let client = try ClientHandle(
      .consumer,
      properties: configuration.consumerProperties + [
        ("enable.partition.eof", "true"), ("auto.offset.reset", "earliest"),
      ])
    self.client = client
    notices = EventQueue(rd_kafka_queue_get_main(client.raw), of: client, on: loop) {
      [weak self] queue in
      while let event = queue.next() {
        if case .error(let error) = event.notice { self?.onError(error) }
      }
    }
    ask()
  }

  /// Ends the reading: no more records, and ``Completion`` gets an error.
  public func cancel() {
    guard completion != nil, client != nil else { return }
    release()
    loop.soon { self.finish(.failure(.closed)) }
  }

  private func finish(_ result: Result<[TopicPartition: Int64], KafkaError>) {
    guard let completion else { return }
    self.completion = nil
    release()
    completion(result)
  }

  private func release() {
    queues = [:]
    notices = nil
    client = nil
  }

  // MARK: - Where the partitions end

  /// Asks for the ends, off the loop and until they are told.
  private func ask(after pause: Duration = .zero) {
    guard let client else { return }
    isAsking = true
    let owner = LoopBound(self)
    let raw = SendablePointer(client.raw)
    client.thread.run { [loop, partitions = tails.map(\.partition)] in
      // Here, because the loop's clock may be one that is moved by hand.
      if pause > .zero { usleep(UInt32(pause / .microseconds(1))) }
      let result = queryEnds(of: partitions, by: raw.raw, milliseconds: 5_000)
      loop.post { owner.value?.take(result) }
    }
  }

  private func take(_ result: Result<[TopicPartition: Int64], KafkaError>) {
    isAsking = false
    guard client != nil else { return }
    switch result {
    case .success(let ends):
      denials = 0
      if progress == nil { begin(TailProgress(tails, ends: ends)) } else { progress?.correct(ends) }
      proceed()
    case .failure(let error):
      onError(error)
      denials = error.isTopicGone ? denials + 1 : 0
      if denials == Self.mostDenials { finish(.failure(error)) } else { askLater() }
    }
  }

  private func askLater() {
    if !isAsking { ask(after: .milliseconds(500)) }
  }

  // MARK: - Records

  private func begin(_ progress: TailProgress) {
    guard let client else { return }
    self.progress = progress
    if progress.isOver { return }
    let list = PartitionList([])
    for (place, start) in progress.starts {
      let assigned = AssignedPartition(
        topicPartition: place, committedOffset: nil, metadata: nil, startOffset: start)
      queues[place] = PartitionQueue(assigned, of: client, on: loop) { [weak self] in
        self?.take(from: place)
      }
      list.add(place, offset: start)
    }
    let code = rd_kafka_assign(client.raw, list.raw)
    if code != RD_KAFKA_RESP_ERR_NO_ERROR { finish(.failure(KafkaError(code))) }
  }

  private func take(from place: TopicPartition) {
    guard let queue = queues[place] else { return }
    var toldEnd: Int64?
    let taken = queue.take(
      max: Self.batch,
      onError: { error in
        if error.isEnd { toldEnd = queue.toldEnd } else { onError(error) }
      },
      into: { record in
        if progress?.take(record.offset, of: place) == true, client != nil { onRecord(record) }
      })
    if let toldEnd { progress?.reachEnd(toldEnd, of: place) }
    if taken == Self.batch {
      loop.schedule(after: .zero) { [weak self] in self?.take(from: place) }
    }
    proceed()
  }

  /// Ends when all is read, and asks again when a partition seems to end too early.
  private func proceed() {
    guard client != nil, let progress else { return }
    if progress.isOver {
      finish(.success(progress.ends))
    } else if progress.hasEarlyEnds {
      askLater()
    }
  }
}
