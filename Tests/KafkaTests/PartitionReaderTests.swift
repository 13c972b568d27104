import EventLoop
import Kafka
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct PartitionReaderTests {
  @Test func `It reads from an offset on, in order, and tells of the end`() async throws {
    let topic = try SharedCluster.topic()
    let configuration = try settings(SharedCluster.get().bootstrapServers)
    let place = TopicPartition(topic: topic, partition: 0)
    try await withLoop { host, loop in
      let producer = try makeProducer(configuration, on: loop)
      for text in ["a", "b", "c"] {
        _ = try await producer.send(
          ProducerRecord(topic: topic, partition: 0, key: nil, value: Array(text.utf8)))
      }
      var values: [String] = []
      var ends = 0
      let reader = try PartitionReader(
        [place: 1], configuration: configuration, loop: loop,
        onRecord: { values.append(String(decoding: $0.copyValue() ?? [], as: UTF8.self)) },
        onEnd: { ends += 1 }, onError: { Issue.record("\($0)") })
      try await host.wait { values == ["b", "c"] && ends > 0 }
      _ = try await producer.send(
        ProducerRecord(topic: topic, partition: 0, key: nil, value: Array("d".utf8)))
      try await host.wait { values == ["b", "c", "d"] }
      withExtendedLifetime(reader) {}
      await producer.close()
    }
  }

  @Test func `The end of a partition that has records, and of one that does not exist`()
    async throws
  {
    let topic = try SharedCluster.topic(partitions: 2)
    let configuration = try settings(SharedCluster.get().bootstrapServers)
    let directory = try TopicDirectory(configuration: configuration)
    try await withLoop { _, loop in
      let producer = try makeProducer(configuration, on: loop)
      _ = try await producer.send(
        ProducerRecord(topic: topic, partition: 1, key: nil, value: [1]))
      await producer.close()
    }
    let filled = try await directory.offsets(of: TopicPartition(topic: topic, partition: 1))
    let empty = try await directory.offsets(of: TopicPartition(topic: topic, partition: 0))
    #expect(filled == 0..<1 && empty == 0..<0)
    await #expect(throws: KafkaError.self) {
      try await directory.offsets(
        of: TopicPartition(topic: topic, partition: 9), within: .seconds(1))
    }
  }

  /// Hashes of Java's client: `UtilsTest.testMurmur2` in Apache Kafka.
  @Test(
    arguments: [
      ("21", -973_932_308), ("foobar", -790_332_482), ("a-little-bit-long-string", -985_981_536),
      ("a-little-bit-longer-string", -1_486_304_829),
      ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971), ("abc", 479_470_107),
    ] as [(String, Int32)])
  func `A key goes where Java's clients put it`(key: String, hash: Int32) {
    for count: Int32 in [1, 2, 12, 1_000] {
      #expect(
        TopicDirectory.partition(forKey: Array(key.utf8), of: count) == (hash & .max) % count)
    }
  }
}
