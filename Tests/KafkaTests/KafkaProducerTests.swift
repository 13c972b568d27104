import Delivery
import EventLoop
import TestSupport
import Testing

@testable import Kafka

@Suite(.timeLimit(.minutes(1)))
struct KafkaProducerTests {
  @Test func `records of a partition are acknowledged in the order they were sent`() async throws {
    let topic = try SharedCluster.topic()
    let configuration = try settings(SharedCluster.get().bootstrapServers)
    try await withLoop { host, loop in
      let producer = try makeProducer(configuration, on: loop)
      var offsets: [Int64] = []
      for index in 0..<1_000 {
        producer.send(ProducerRecord("\(index)", to: topic)) {
          if case .success(let offset) = $0 { offsets.append(offset) }
        }
      }
      #expect(producer.queueLength == 1_000)
      try await host.wait { offsets.count == 1_000 }
      #expect(offsets == Array(0..<1_000))
      #expect(producer.queueLength == 0)
      await producer.close()
    }
  }

  @Test func `records that do not fit librdkafka's queue wait in order`() async throws {
    let topic = try SharedCluster.topic()
    let configuration = try settings(
      SharedCluster.get().bootstrapServers, [("queue.buffering.max.messages", "10")])
    try await withLoop { host, loop in
      let producer = try makeProducer(configuration, on: loop)
      var offsets: [Int64] = []
      for index in 0..<300 {
        producer.send(ProducerRecord("\(index)", to: topic)) {
          offsets.append((try? $0.get()) ?? -1)
        }
      }
      try await host.wait { offsets.count == 300 }
      #expect(offsets == Array(0..<300))
      await producer.close()
    }
  }

  @Test func `a record for a partition that does not exist fails, with its headers, alone`()
    async throws
  {
    let topic = try SharedCluster.topic()
    let configuration = try settings(SharedCluster.get().bootstrapServers)
    try await withLoop { _, loop in
      let producer = try makeProducer(configuration, on: loop)
      #expect(try await producer.send(ProducerRecord("a", to: topic)) == 0)
      for _ in 0..<3 {
        let error = await #expect(throws: KafkaError.self) {
          _ = try await producer.send(
            ProducerRecord(
              topic: topic, partition: 99, key: nil, value: [1],
              headers: [.init("a", "b"), .init("c", nil)]))
        }
        #expect(error?.isTopicGone == true)
        #expect(error?.persistence == .notPersisted)
      }
      #expect(try await producer.send(ProducerRecord("b", to: topic)) == 1)
      await producer.close()
    }
  }

  @Test func `a record that is too large fails alone`() async throws {
    let topic = try SharedCluster.topic()
    let configuration = try settings(
      SharedCluster.get().bootstrapServers, [("message.max.bytes", "2000")])
    try await withLoop { _, loop in
      let producer = try makeProducer(configuration, on: loop)
      let error = await #expect(throws: KafkaError.self) {
        _ = try await producer.send(
          ProducerRecord(
            topic: topic, partition: 0, key: nil, value: .init(repeating: 0, count: 3_000)))
      }
      #expect(error?.isTooLarge == true)
      #expect(try await producer.send(ProducerRecord("b", to: topic)) == 0)
      await producer.close()
    }
  }

  @Test func `a refusal by the broker names itself`() async throws {
    let cluster = try EmbeddedCluster()
    try cluster.createTopic("t", partitions: 1)
    let configuration = try settings(cluster.bootstrapServers)
    try await withLoop { _, loop in
      let producer = try makeProducer(configuration, on: loop)
      try cluster.failNext(.produce, with: [29])
      let error = await #expect(throws: KafkaError.self) {
        _ = try await producer.send(ProducerRecord("a", to: "t"))
      }
      #expect(error?.isNotAuthorized == true)
      #expect(error?.name == "topic_authorization_failed")
      await producer.close()
    }
  }

  @Test func `warming finds the partitions and the brokers`() async throws {
    let topic = try SharedCluster.topic(partitions: 3)
    let configuration = try settings(SharedCluster.get().bootstrapServers)
    try await withLoop { host, loop in
      let producer = try makeProducer(configuration, on: loop)
      #expect(producer.partitionCount(of: topic) == nil)
      producer.warm(topics: [topic])
      try await host.wait { producer.partitionCount(of: topic) == 3 && producer.isHealthy }
      await producer.close()
      #expect(!producer.isHealthy)
    }
  }

  @Test func `a fatal error fails what is not written, and the producer goes on`() async throws {
    let cluster = try EmbeddedCluster()
    try cluster.createTopic("t", partitions: 1)
    let configuration = try settings(cluster.bootstrapServers)
    try await withLoop { host, loop in
      var rebuilt: [KafkaError] = []
      let producer = try KafkaProducer(configuration: configuration, loop: loop) {
        if case .rebuilt(let error) = $0 { rebuilt.append(error) }
      }
      #expect(try await producer.send(ProducerRecord("a", to: "t")) == 0)
      try cluster.setRoundTrip(.seconds(5))
      var failure: KafkaError?
      producer.send(ProducerRecord("b", to: "t")) {
        if case .failure(let error) = $0 { failure = error }
      }
      producer.failFatally(KafkaError(code: 47, text: "as if fenced"))
      try await host.wait { failure != nil }
      #expect(failure?.isFatal == true)
      #expect(rebuilt.map(\.code) == [47])
      try cluster.setRoundTrip(.zero)
      let offset = try await producer.send(ProducerRecord("c", to: "t"))
      #expect(offset == 1)
      await producer.close()
    }
  }

  @Test func `closing without brokers gives up after its limit`() async throws {
    let cluster = try EmbeddedCluster()
    try cluster.createTopic("t", partitions: 1)
    let configuration = try settings(cluster.bootstrapServers)
    try await withLoop { host, loop in
      let producer = try makeProducer(configuration, on: loop)
      #expect(try await producer.send(ProducerRecord("a", to: "t")) == 0)
      try cluster.takeDown()
      try await host.wait { !producer.isHealthy }
      var failures: [KafkaError] = []
      for _ in 0..<3 {
        producer.send(ProducerRecord("b", to: "t")) {
          if case .failure(let error) = $0 { failures.append(error) }
        }
      }
      await producer.close(within: .milliseconds(50))
      #expect(failures.count == 3)
      #expect(failures.map(\.isPurged) == [true, true, true])
      var refused: KafkaError?
      producer.send(ProducerRecord("c", to: "t")) {
        if case .failure(let error) = $0 { refused = error }
      }
      #expect(refused == nil)
      try await host.wait { refused != nil }
      #expect(refused?.isPurged == true)
    }
  }
}
