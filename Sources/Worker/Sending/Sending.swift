import Delivery
import EventLoop
import JSON
import Kafka

/// Enqueues one request and follows it to its outcome, as any producer and reader may.
///
/// Used on the loop only.
final class Sending {
  /// A step of the way.
  enum Step: Sendable {
    /// The record is about to be written to this partition.
    case enqueued(TopicPartition)
    /// The brokers have it.
    case acknowledged(RecordOrigin)
    /// What became of it, as it stands on the results topic.
    case outcome(PublishedOutcome, JSONValue)
  }

  private enum Event: Sendable {
    case written(Result<Int64, KafkaError>)
    case read([UInt8])
    case readingFailed(KafkaError)
    case timeIsUp
  }

  private let target: SendTarget
  private let loop: EventLoop
  private let onStep: (Step, Duration) -> Void
  private let startedAt: ContinuousClock.Instant

  /// A way that has not begun.
  /// - Parameters:
  ///   - target: where to.
  ///   - loop: the loop that this is used on.
  ///   - onStep: told each step and the time since the start.
  init(_ target: SendTarget, loop: EventLoop, onStep: @escaping (Step, Duration) -> Void) {
    self.target = target
    self.loop = loop
    self.onStep = onStep
    startedAt = loop.clock.now
  }

  /// Goes the way.
  /// - Parameters:
  ///   - draft: the request.
  ///   - isFollowed: whether to wait for the outcome.
  ///   - timeout: how long to wait for acknowledgement and outcome together.
  /// - Returns: the outcome; nil when it was not waited for.
  /// - Throws: why there is none.
  func run(
    _ draft: SendDraft, isFollowed: Bool, timeout: Duration
  ) async throws(CommandFailure) -> PublishedOutcome? {
    let directory = try attempt { () throws(KafkaError) in
      try TopicDirectory(configuration: target.kafka)
    }
    let partition = try await target.partition(of: draft, isFollowed: isFollowed, by: directory)
    let (events, source) = AsyncStream<Event>.makeStream()
    // The reader's place is known before the record is written: no outcome can be missed.
    let reader = try await reader(of: partition.partition, isFollowed, directory) {
      source.yield($0)
    }
    let producer = try attempt { () throws(KafkaError) in
      try KafkaProducer(configuration: target.kafka, loop: loop) { _ in }
    }
    onStep(.enqueued(partition), elapsed)
    let timer = loop.schedule(after: timeout) { source.yield(.timeIsUp) }
    producer.send(
      ProducerRecord(
        topic: partition.topic, partition: partition.partition, key: draft.key, value: draft.value)
    ) { source.yield(.written($0)) }
    let result = await follow(events, of: partition, isFollowed: isFollowed, timeout)
    loop.cancel(timer)
    withExtendedLifetime(reader) {}
    await producer.close(within: .zero)
    return try result.get()
  }

  private var elapsed: Duration { loop.clock.now - startedAt }

  // MARK: - Before

  private func reader(
    of partition: Int32, _ isFollowed: Bool, _ directory: TopicDirectory,
    _ onEvent: @escaping (Event) -> Void
  ) async throws(CommandFailure) -> PartitionReader? {
    guard isFollowed else { return nil }
    let place = TopicPartition(topic: target.results, partition: partition)
    do throws(KafkaError) {
      let end = try await directory.offsets(of: place, within: SendTarget.lookingLimit).upperBound
      return try PartitionReader(
        [place: end], configuration: target.kafka, loop: loop,
        onRecord: { record in if let value = record.copyValue() { onEvent(.read(value)) } },
        onError: { onEvent(.readingFailed($0)) })
    } catch {
      throw target.failure(error)
    }
  }

  private func attempt<R>(_ body: () throws(KafkaError) -> R) throws(CommandFailure) -> R {
    do throws(KafkaError) {
      return try body()
    } catch {
      throw CommandFailure(ExitCode.configuration, "otp-worker: kafka: \(error.text)")
    }
  }

  // MARK: - On the way

  private func follow(
    _ events: AsyncStream<Event>, of partition: TopicPartition, isFollowed: Bool,
    _ timeout: Duration
  ) async -> Result<PublishedOutcome?, CommandFailure> {
    var origin: RecordOrigin?
    // An outcome may be read before the acknowledgement is: both come from other threads.
    var early: [[UInt8]] = []
    for await event in events {
      switch event {
      case .written(.success(let offset)):
        let place = RecordOrigin(
          topic: partition.topic, partition: partition.partition, offset: offset)
        origin = place
        onStep(.acknowledged(place), elapsed)
        if !isFollowed { return .success(nil) }
        for value in early {
          if let outcome = outcome(in: value, of: place) { return .success(outcome) }
        }
      case .written(.failure(let error)): return .failure(target.failure(error))
      case .read(let value):
        guard let origin else {
          early.append(value)
          continue
        }
        if let outcome = outcome(in: value, of: origin) { return .success(outcome) }
      case .readingFailed(let error):
        if error.isNotAuthorized { return .failure(target.failure(error)) }
      case .timeIsUp: return .failure(timeIsUp(timeout, origin))
      }
    }
    return .failure(CommandFailure(ExitCode.software, "otp-worker: the way ended early"))
  }

  private func outcome(in value: [UInt8], of origin: RecordOrigin) -> PublishedOutcome? {
    guard let outcome = PublishedOutcome(value: value), outcome.origin == origin,
      let json = try? JSONValue(parsing: value)
    else { return nil }
    onStep(.outcome(outcome, json), elapsed)
    return outcome
  }

  private func timeIsUp(_ timeout: Duration, _ origin: RecordOrigin?) -> CommandFailure {
    guard let origin else {
      return CommandFailure(
        ExitCode.unavailable,
        "otp-worker: no broker acknowledged the request within \(timeout.words); it may still be written"
      )
    }
    return CommandFailure(
      ExitCode.temporary,
      "otp-worker: no outcome within \(timeout.words); \(origin) is enqueued and may still be sent. Does a worker run (its /readyz), and how far behind is it (otp_consumer_lag)?"
    )
  }
}
