import EventLoop
import Kafka
import Settings

/// Finds out, as far as the brokers tell, what this user may do.
///
/// librdkafka before 2.3 cannot ask for authorized operations; what can be tried without an effect is tried.
struct AccessCheck {
  /// A refusal comes as soon as a producer is connected; that there is none, nobody tells.
  private static let refusalLimit: Duration = .seconds(1)

  private let file: ConfigurationFile
  private let found: [String: TopicDirectory.Finding]
  private let loop: EventLoop
  private let limit: Duration

  init(
    _ file: ConfigurationFile, found: [String: TopicDirectory.Finding], loop: EventLoop,
    limit: Duration
  ) {
    self.file = file
    self.found = found
    self.loop = loop
    self.limit = limit
  }

  /// How each right stands.
  func findings() async -> [Finding] {
    let topics = file.configuration.topics
    var findings: [Finding] = []
    let own = [topics.retry30s, topics.retry2m, topics.retry10m, topics.replay]
    for topic in [topics.requests, topics.results] + own where exists(topic) {
      findings.append(await reading(topic))
    }
    if exists(topics.requests) { findings.append(await describingGroup(topics.requests)) }
    let written = ([topics.results, topics.deadLetters] + own.dropLast()).filter(exists)
    if !written.isEmpty { findings.append(await writing(written)) }
    return findings
  }

  private func exists(_ topic: String) -> Bool {
    if case .found? = found[topic] { true } else { false }
  }

  /// Reads the end of a partition, which nobody else notices.
  private func reading(_ topic: String) async -> Finding {
    let subject = "right to read \(topic)"
    let place = TopicPartition(topic: topic, partition: 0)
    do throws(KafkaError) {
      let end = try await TopicDirectory(configuration: file.kafka)
        .offsets(of: place, within: limit).upperBound
      guard let failure = await failure(reading: place, from: end) else {
        return .ok(subject, "READ on the topic")
      }
      throw failure
    } catch {
      guard error.isNotAuthorized else { return .untold(subject, error.text) }
      return .wrong(subject, "refused by the broker", do: "give this user READ on topic \(topic)")
    }
  }

  /// - Returns: nil once the end of the partition was reached or a record came.
  private func failure(reading place: TopicPartition, from offset: Int64) async -> KafkaError? {
    let (ends, source) = AsyncStream<KafkaError?>.makeStream()
    let timeout = loop.schedule(after: limit) { source.yield(.timedOut) }
    defer { loop.cancel(timeout) }
    do throws(KafkaError) {
      let reader = try PartitionReader(
        [place: offset], configuration: file.kafka, loop: loop,
        onRecord: { _ in source.yield(nil) }, onEnd: { source.yield(nil) },
        onError: { source.yield($0) })
      defer { withExtendedLifetime(reader) {} }
      for await end in ends { return end }
      return nil
    } catch {
      return error
    }
  }

  /// Opens a producer, which every worker has: brokers refuse one to whoever may write to no topic at all.
  private func writing(_ topics: [String]) async -> Finding {
    let subject = "right to write \(topics.joined(separator: " and "))"
    let (refusals, source) = AsyncStream<KafkaError?>.makeStream()
    let timeout = loop.schedule(after: Self.refusalLimit) { source.yield(nil) }
    defer { loop.cancel(timeout) }
    do throws(KafkaError) {
      let producer = try KafkaProducer(configuration: file.kafka, loop: loop) { event in
        if case .rebuilt(let error) = event, error.isNotAuthorized { source.yield(error) }
      }
      var refusal: KafkaError?
      for await found in refusals {
        refusal = found
        break
      }
      await producer.close(within: .zero)
      if let refusal { throw refusal }
    } catch {
      return .wrong(
        subject, "the broker refuses a producer: \(error.text)",
        do: "give this user WRITE on \(topics.joined(separator: " and "))")
    }
    return .untold(
      subject, "a producer is let in; whether it may write these, only writing shows",
      do: "otp-worker send --test --to … while a worker runs shows that outcomes come")
  }

  private func describingGroup(_ topic: String) async -> Finding {
    let group = file.configuration.kafka.groupID
    let subject = "consumer group \(group)"
    let failure: KafkaError?
    do throws(KafkaError) {
      failure = try await GroupAccess(configuration: file.kafka)
        .failure(asking: TopicPartition(topic: topic, partition: 0), within: limit)
    } catch {
      failure = error
    }
    guard let failure else {
      return .ok(
        subject, "DESCRIBE on the group; whether it may be joined (READ) shows when a worker starts"
      )
    }
    guard failure.isNotAuthorized else { return .untold(subject, failure.text) }
    return .wrong(subject, "refused by the broker", do: "give this user READ on group \(group)")
  }
}
