import EventLoop
import TestSupport
import Testing

@testable import Kafka

@Suite(.timeLimit(.minutes(1)))
struct TailReaderTests {
  @Test func `tails of several topics are read to their ends, and no further than told`()
    async throws
  {
    let (first, second) = (try SharedCluster.topic(partitions: 2), try SharedCluster.topic())
    let configuration = try settings(
      SharedCluster.get().bootstrapServers, group: "unused", [("auto.offset.reset", "latest")])
    try await withLoop { host, loop in
      let producer = try makeProducer(configuration, on: loop)
      for index in 0..<6 {
        _ = try await producer.send(ProducerRecord("a\(index)", to: first, partition: 1))
        _ = try await producer.send(ProducerRecord("b\(index)", to: second))
      }
      let reading = try Reading(
        [
          .init(TopicPartition(topic: first, partition: 0), from: 0),
          .init(TopicPartition(topic: first, partition: 1), from: 4),
          .init(TopicPartition(topic: second, partition: 0), from: 0, limit: 3),
        ], configuration, on: loop)
      #expect(reading.results.isEmpty)
      try await host.wait { !reading.results.isEmpty }
      #expect(reading.values.filter { $0.hasPrefix("a") } == ["a4", "a5"])
      #expect(reading.values.filter { $0.hasPrefix("b") } == ["b3", "b4", "b5"])
      let expected = [
        TopicPartition(topic: first, partition: 0): Int64(0),
        TopicPartition(topic: first, partition: 1): 6,
        TopicPartition(topic: second, partition: 0): 6,
      ]
      #expect(try reading.results.map { try $0.get() } == [expected])
      await producer.close()
    }
  }

  @Test func `more records than one turn takes are all read`() async throws {
    let topic = try SharedCluster.topic()
    let configuration = try settings(SharedCluster.get().bootstrapServers)
    let place = TopicPartition(topic: topic, partition: 0)
    try await withLoop { host, loop in
      let producer = try makeProducer(configuration, on: loop)
      var acknowledged = 0
      for index in 0..<2_000 {
        producer.send(ProducerRecord("\(index)", to: topic)) { _ in acknowledged += 1 }
      }
      try await host.wait { acknowledged == 2_000 }
      let reading = try Reading([.init(place, from: 0)], configuration, on: loop)
      try await host.wait { !reading.results.isEmpty }
      #expect(reading.values == (0..<2_000).map(String.init))
      await producer.close()
    }
  }

  @Test func `ends are told though a leader has moved since it was last heard of`() throws {
    let cluster = try EmbeddedCluster(brokers: 2)
    defer { cluster.close() }
    try cluster.createTopic("moves", partitions: 1)
    let place = TopicPartition(topic: "moves", partition: 0)
    let client = try ClientHandle(
      .consumer, properties: settings(cluster.bootstrapServers).consumerProperties)
    for turn in 0..<4 {
      try cluster.setLeader(Int32(turn % 2 + 1), of: place)
      // The first may hear of it from whom it asks in vain.
      let tries = (0..<2).lazy.map { _ in
        queryEnds(of: [place], by: client.raw, milliseconds: 5_000)
      }
      #expect(tries.contains { (try? $0.get()) == [place: 0] })
    }
  }

  @Test func `only ends may be asked for, and none of anything`() async throws {
    let topic = try SharedCluster.topic()
    let configuration = try settings(SharedCluster.get().bootstrapServers)
    let place = TopicPartition(topic: topic, partition: 0)
    try await withLoop { host, loop in
      let producer = try makeProducer(configuration, on: loop)
      _ = try await producer.send(ProducerRecord("a", to: topic))
      let end = try Reading([.init(place, from: nil)], configuration, on: loop)
      let beyond = try Reading([.init(place, from: 40)], configuration, on: loop)
      let nothing = try Reading([], configuration, on: loop)
      #expect(nothing.results.isEmpty)
      try await host.wait {
        [end, beyond, nothing].allSatisfy { !$0.results.isEmpty }
      }
      #expect(try end.results.map { try $0.get() } == [[place: 1]])
      #expect(try beyond.results.map { try $0.get() } == [[place: 1]])
      #expect(try nothing.results.map { try $0.get() } == [[:]])
      #expect(end.values == [] && beyond.values == [])
      await producer.close()
    }
  }

  @Test func `brokers that are away for a while are waited for`() async throws {
    let cluster = try EmbeddedCluster()
    try cluster.createTopic("t", partitions: 1)
    let configuration = try settings(cluster.bootstrapServers)
    let place = TopicPartition(topic: "t", partition: 0)
    try await withLoop { host, loop in
      let producer = try makeProducer(configuration, on: loop)
      _ = try await producer.send(ProducerRecord("a", to: "t"))
      try cluster.takeDown()
      let reading = try Reading([.init(place, from: 0)], configuration, on: loop)
      let cancelled = try Reading([.init(place, from: 0)], configuration, on: loop)
      try await host.wait { !reading.errors.isEmpty && !cancelled.errors.isEmpty }
      cancelled.reader?.cancel()
      cancelled.reader?.cancel()
      #expect(cancelled.results.isEmpty)
      try await host.wait { !cancelled.results.isEmpty }
      #expect(reading.results.isEmpty)
      try cluster.bringUp()
      try await host.wait { !reading.results.isEmpty }
      #expect(reading.values == ["a"])
      #expect(try reading.results.map { try $0.get() } == [[place: 1]])
      #expect(cancelled.results.map(\.error?.isPurged) == [true])
      #expect(cancelled.values == [])
      await producer.close()
    }
  }

  @Test func `a partition that does not exist ends the reading`() async throws {
    let topic = try SharedCluster.topic()
    let configuration = try settings(
      SharedCluster.get().bootstrapServers, group: "unused",
      [("topic.metadata.propagation.max.ms", "100")])
    try await withLoop { host, loop in
      let nowhere = TopicPartition(topic: topic, partition: 9)
      let reading = try Reading([.init(nowhere, from: 0)], configuration, on: loop)
      try await host.wait { !reading.results.isEmpty }
      #expect(reading.results.map(\.error?.isTopicGone) == [true])
    }
  }
}

/// A reader and what it told.
final class Reading {
  private(set) var reader: TailReader?
  private(set) var values: [String] = []
  private(set) var errors: [KafkaError] = []
  private(set) var results: [Result<[TopicPartition: Int64], KafkaError>] = []

  init(
    _ tails: [TailReader.Tail], _ configuration: KafkaConfiguration, on loop: EventLoop
  ) throws {
    reader = try TailReader(
      tails, configuration: configuration, loop: loop,
      onRecord: { [unowned self] in values.append($0.text) },
      onError: { [unowned self] in errors.append($0) },
      completion: { [unowned self] in results.append($0) })
  }
}

extension Result {
  fileprivate var error: Failure? {
    if case .failure(let error) = self { error } else { nil }
  }
}
