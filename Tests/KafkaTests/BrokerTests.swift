import EventLoop
import Glibc
import Kafka
import TestSupport
import Testing

/// What only a real broker does.
@Suite(
  .tags(.broker), .timeLimit(.minutes(1)), .serialized,
  .enabled(if: RealBroker.servers != nil, "KAFKA_BOOTSTRAP_SERVERS names no broker"))
struct BrokerTests {
  private static let topic = "otp-test"

  init() throws {
    try RealBroker.createTopic(
      Self.topic, partitions: 2, retentionMilliseconds: 86_400_000)
  }

  private func configuration() throws -> KafkaConfiguration {
    let group = "otp-test-\(getpid())-\(SharedCluster.uniqueName("group"))"
    return try settings(
      try #require(RealBroker.servers), group: group,
      [("auto.offset.reset", "latest"), ("topic.metadata.propagation.max.ms", "500")])
  }

  @Test func `retention is told, and a missing topic is missing`() async throws {
    let directory = try TopicDirectory(configuration: configuration())
    let findings = await directory.describe([Self.topic, "otp-no-such-topic"])
    #expect(
      findings == [
        Self.topic: .found(partitions: 2, retention: .limited(.seconds(86_400))),
        "otp-no-such-topic": .missing,
      ])
  }

  @Test func `a record for a topic that does not exist fails by name`() async throws {
    let configuration = try configuration()
    try await withLoop { _, loop in
      let producer = try makeProducer(configuration, on: loop)
      let error = await #expect(throws: KafkaError.self) {
        _ = try await producer.send(ProducerRecord("a", to: "otp-no-such-topic"))
      }
      #expect(error?.isTopicGone == true)
      await producer.close()
    }
  }

  @Test func `a commit made while partitions are being given up reaches the next owner`()
    async throws
  {
    let configuration = try configuration()
    try await withLoop { host, loop in
      let first = try Member(configuration, [Self.topic], on: loop)
      try await host.wait { first.assigned.count == 2 }
      let start = try #require(first.assignments[0].first?.startOffset)
      let entry = CommitEntry(
        TopicPartition(topic: Self.topic, partition: 0), offset: start, metadata: "mine")
      var results: [CommitResult] = []
      first.onRevoke = { done in
        first.consumer.commit([entry]) {
          results = $0
          done()
        }
      }
      let second = try Member(configuration, [Self.topic], on: loop)
      try await host.wait { first.assignments.count == 2 && second.assignments.count == 1 }
      #expect(results.map(\.error) == [nil])
      let metadata = (first.assignments[1] + second.assignments[0]).compactMap(\.metadata)
      #expect(metadata == ["mine"])
      first.onRevoke = { $0() }
      await second.consumer.close()
      await first.consumer.close()
    }
  }

  @Test func `records come back as they went`() async throws {
    let configuration = try configuration()
    try await withLoop { host, loop in
      let producer = try makeProducer(configuration, on: loop)
      let member = try Member(configuration, [Self.topic], on: loop)
      try await host.wait { member.assigned.count == 2 }
      var sent = 0
      for index in 0..<500 {
        producer.send(ProducerRecord("\(index)", to: Self.topic, partition: Int32(index % 2))) {
          _ in
          sent += 1
        }
      }
      try await host.wait { sent == 500 && member.records.count == 500 }
      let odd = member.records.filter { $0.partition == 1 }.map(\.text)
      #expect(odd == (0..<250).map { "\($0 * 2 + 1)" })
      await member.consumer.close()
      await producer.close()
    }
  }

  @Test func `the tails of partitions are read to their ends`() async throws {
    let configuration = try configuration()
    try await withLoop { host, loop in
      let producer = try makeProducer(configuration, on: loop)
      for index in 0..<4 {
        _ = try await producer.send(ProducerRecord("\(index)", to: Self.topic, partition: 1))
      }
      let places = (0..<2).map { TopicPartition(topic: Self.topic, partition: $0) }
      let reading = try Reading(
        [.init(places[0], from: nil), .init(places[1], from: 0, limit: 2)], configuration, on: loop)
      try await host.wait { !reading.results.isEmpty }
      #expect(reading.values == ["2", "3"])
      #expect(try reading.results.map { try Set($0.get().keys) } == [Set(places)])
      await producer.close()
    }
  }
}
