import EventLoop
import Kafka
import Synchronization

/// A reader that lives on a loop.
///
/// The box is touched by the loop's thread alone, which `assumeIsolated` checks.
actor LoopBoundReader {
  private let thread: LoopThread
  private var reader: PartitionReader?

  init(_ thread: LoopThread) { self.thread = thread }

  nonisolated var unownedExecutor: UnownedSerialExecutor {
    thread.loop.asUnownedSerialExecutor()
  }

  /// Reads partitions from their beginning.
  nonisolated func start(
    _ places: [TopicPartition], _ servers: String,
    onRecord: @escaping @Sendable (ConsumerRecord) -> Void
  ) {
    thread.run {
      self.assumeIsolated { own in
        guard
          let configuration = try? KafkaConfiguration(settings: [
            ("bootstrap.servers", servers), ("group.id", "journal"), ("fetch.wait.max.ms", "20"),
            ("reconnect.backoff.max.ms", "500"),
          ])
        else { return }
        own.reader = try? PartitionReader(
          Dictionary(uniqueKeysWithValues: places.map { ($0, 0) }), configuration: configuration,
          loop: own.thread.loop, onRecord: onRecord, onError: { _ in })
      }
    }
  }

  nonisolated func close() { thread.run { self.assumeIsolated { $0.reader = nil } } }
}

/// A producer that lives on a loop.
actor LoopBoundProducer {
  private let thread: LoopThread
  private var producer: KafkaProducer?

  init(_ thread: LoopThread) { self.thread = thread }

  nonisolated var unownedExecutor: UnownedSerialExecutor {
    thread.loop.asUnownedSerialExecutor()
  }

  /// Starts it; returns what is wrong.
  nonisolated func start(_ servers: String) -> String? {
    thread.run {
      self.assumeIsolated { own in
        do {
          let configuration = try KafkaConfiguration(settings: [
            ("bootstrap.servers", servers), ("group.id", "drill"),
            ("reconnect.backoff.max.ms", "500"), ("message.max.bytes", "4000000"),
          ])
          own.producer = try KafkaProducer(
            configuration: configuration, loop: own.thread.loop, onEvent: { _ in })
          return nil
        } catch { return "\(error)" }
      }
    }
  }

  /// Hands records over, and tells `done` the offset of each.
  ///
  /// What fails is written again, as a producer does that must not lose anything.
  nonisolated func send(
    _ records: [ProducerRecord], done: @escaping @Sendable (Int, Int64) -> Void
  ) {
    thread.loop.post {
      self.assumeIsolated { own in
        for (index, record) in records.enumerated() { own.write(record, index, done) }
      }
    }
  }

  private func write(
    _ record: ProducerRecord, _ index: Int, _ done: @escaping @Sendable (Int, Int64) -> Void
  ) {
    let loop = thread.loop
    producer?.send(record) { result in
      if let offset = try? result.get() { return done(index, offset) }
      loop.schedule(after: .milliseconds(200)) {
        self.assumeIsolated { $0.write(record, index, done) }
      }
    }
  }

  nonisolated func close() {
    blocking { await self.end() }
  }

  private func end() async {
    await producer?.close(within: .seconds(1))
    producer = nil
  }
}
