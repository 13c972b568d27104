import Delivery
import EventLoop
import Kafka
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct KafkaConsumerTests {
  static let awkward: [ProducerRecord] = {
    let everyByte = [UInt8](0...255)
    return [
      (nil, nil, []),
      ([], [], []),
      ([0], [0, 0], [RecordHeader("a", nil), RecordHeader("a", []), RecordHeader("a", [0, 1])]),
      (everyByte, everyByte, [RecordHeader("", "x"), RecordHeader("ключ", everyByte)]),
    ].map { key, value, headers in
      ProducerRecord(topic: "", partition: 0, key: key, value: value, headers: headers)
    }
  }()

  @Test func `what is consumed is what was produced, also from a copy and after the close`()
    async throws
  {
    let topic = try SharedCluster.topic()
    let configuration = try settings(
      SharedCluster.get().bootstrapServers, group: SharedCluster.uniqueName("group"))
    try await withLoop { host, loop in
      let producer = try makeProducer(configuration, on: loop)
      for var record in Self.awkward {
        record.topic = topic
        _ = try await producer.send(record)
      }
      let member = try Member(configuration, [topic], on: loop)
      try await host.wait { member.records.count == Self.awkward.count }
      func check() {
        for (record, expected) in zip(member.records, Self.awkward) {
          #expect(record.topic == topic && record.partition == 0)
          #expect(record.copyKey() == expected.key)
          #expect(record.copyValue() == expected.value)
          #expect(record.headers == expected.headers)
          #expect(record.withKey { $0?.count } == expected.key?.count)
          #expect(record.withValue { $0?.count } == expected.value?.count)
          #expect(record.timestamp != nil)
        }
      }
      check()
      let timestamps = member.records.map(\.timestamp)
      member.records[0].detach()
      member.records[3].detach()
      check()
      #expect(member.records.map(\.timestamp) == timestamps)
      await member.consumer.close()
      check()
      #expect(member.records.map(\.offset) == [0, 1, 2, 3])
      await producer.close()
    }
  }

  @Test func `a commit and its metadata are what the next member begins with`() async throws {
    let topic = try SharedCluster.topic(partitions: 2)
    let configuration = try settings(
      SharedCluster.get().bootstrapServers, group: SharedCluster.uniqueName("group"))
    try await withLoop { host, loop in
      let producer = try makeProducer(configuration, on: loop)
      for index in 0..<10 { _ = try await producer.send(ProducerRecord("\(index)", to: topic)) }
      let first = try Member(configuration, [topic], on: loop)
      try await host.wait { first.records.count == 10 }
      #expect(first.assignments[0].map(\.committedOffset) == [nil, nil])
      #expect(first.assignments[0].map(\.startOffset) == [0, 0])
      #expect(first.consumer.highWatermark(of: TopicPartition(topic: topic, partition: 0)) == 10)
      let entry = CommitEntry(
        TopicPartition(topic: topic, partition: 0), offset: 7, metadata: "djF8MTI=")
      first.onRevoke = { done in
        first.consumer.commit([entry]) { results in
          #expect(results.map(\.error) == [nil])
          done()
        }
      }
      await first.consumer.close()
      #expect(first.revocations.map(\.lost) == [false])

      let second = try Member(configuration, [topic], on: loop)
      try await host.wait { second.records.count == 3 }
      let assigned = try #require(second.assignments.first)
      #expect(assigned.map(\.topicPartition.partition) == [0, 1])
      #expect(assigned.map(\.committedOffset) == [7, nil])
      #expect(assigned.map(\.metadata) == ["djF8MTI=", nil])
      #expect(second.values == ["7", "8", "9"])
      await second.consumer.close()
      await producer.close()
    }
  }

  @Test func `records wait in their partition until they are taken`() async throws {
    let topic = try SharedCluster.topic(partitions: 2)
    let configuration = try settings(
      SharedCluster.get().bootstrapServers, group: SharedCluster.uniqueName("group"))
    try await withLoop { host, loop in
      let producer = try makeProducer(configuration, on: loop)
      let member = try Member(configuration, [topic], on: loop)
      member.takesAtOnce = false
      let held = TopicPartition(topic: topic, partition: 0)
      let open = TopicPartition(topic: topic, partition: 1)
      for index in 0..<400 {
        _ = try await producer.send(
          ProducerRecord("\(index / 2)", to: topic, partition: Int32(index % 2)))
      }
      try await host.wait { member.ready == [held, open] }
      var taken: [Int64] = []
      try await host.wait {
        _ = member.consumer.take(from: held, max: 3 - taken.count) { taken.append($0.offset) }
        return taken.count == 3
      }
      #expect(member.consumer.take(from: held, max: 0) { _ in } == 0)
      var others: [Int64] = []
      try await host.wait {
        _ = member.consumer.take(from: open, max: 7) { others.append($0.offset) }
        loop.post {}
        return others.count == 200
      }
      #expect(taken == [0, 1, 2])
      try await host.wait {
        _ = member.consumer.take(from: held, max: 50) { taken.append($0.offset) }
        loop.post {}
        return taken.count == 200
      }
      #expect(taken == Array(0..<200))
      #expect(others == Array(0..<200))
      let unknown = TopicPartition(topic: topic, partition: 7)
      #expect(member.consumer.take(from: unknown, max: 1) { _ in } == 0)
      await member.consumer.close()
      #expect(member.consumer.take(from: held, max: 1) { _ in } == 0)
      await producer.close()
    }
  }

  @Test func `a second member gets its share only after the first let go of it`() async throws {
    let topic = try SharedCluster.topic(partitions: 2)
    let configuration = try settings(
      SharedCluster.get().bootstrapServers, group: SharedCluster.uniqueName("group"))
    try await withLoop { host, loop in
      let first = try Member(configuration, [topic], on: loop)
      try await host.wait { first.assigned.count == 2 }
      let entry = CommitEntry(
        TopicPartition(topic: topic, partition: 1), offset: 0, metadata: "mine")
      #expect(await first.commit([entry]).map(\.error) == [nil])
      var letGo: (() -> Void)?
      first.onRevoke = { done in
        letGo = done
        first.onRevoke = { $0() }
      }
      let second = try Member(configuration, [topic], on: loop)
      try await host.wait { letGo != nil }
      #expect(second.assignments.isEmpty)
      letGo?()
      try await host.wait { first.assigned.count == 1 && second.assigned.count == 1 }
      #expect(Set(first.assigned + second.assigned).count == 2)
      let latest = [first, second].compactMap(\.assignments.last)
      let metadata = latest.joined().compactMap(\.metadata)
      #expect(metadata == ["mine"])
      await second.consumer.close()
      await first.consumer.close()
    }
  }

  @Test func `partitions of several topics are shared by number, and committed in one request`()
    async throws
  {
    let topics = try (0..<3).map { _ in try SharedCluster.topic(partitions: 2) }
    let configuration = try settings(
      SharedCluster.get().bootstrapServers, group: SharedCluster.uniqueName("group"))
    try await withLoop { host, loop in
      let first = try Member(configuration, topics, on: loop)
      try await host.wait { !first.assignments.isEmpty }
      #expect(first.assignments.map(\.count) == [6])
      let second = try Member(configuration, topics, on: loop)
      try await host.wait { first.assigned.count == 3 && second.assigned.count == 3 }
      #expect(first.revocations.first?.partitions.count == 6)
      for member in [first, second] {
        #expect(Set(member.assigned.map(\.topic)) == Set(topics))
        #expect(Set(member.assigned.map(\.partition)).count == 1)
      }
      let entries = first.assigned.enumerated().map { index, place in
        CommitEntry(place, offset: Int64(index), metadata: "m\(index)")
      }
      let results = await first.commit(entries)
      #expect(results.map(\.topicPartition) == entries.map(\.topicPartition))
      #expect(results.map(\.error) == [nil, nil, nil])
      let nowhere = TopicPartition(topic: "nowhere", partition: 0)
      let refused = await first.commit([CommitEntry(nowhere, offset: 1)])
      #expect(refused.map(\.error?.isTopicGone) == [true])
      await first.consumer.close()
      try await host.wait { second.assigned.count == 6 }
      let kept = second.assignments.last?.filter { $0.metadata != nil } ?? []
      #expect(Set(kept.map(\.topicPartition)) == Set(entries.map(\.topicPartition)))
      for entry in entries {
        let assigned = kept.first { $0.topicPartition == entry.topicPartition }
        #expect(assigned?.committedOffset == entry.offset)
        #expect(assigned?.metadata == entry.metadata)
      }
      await second.consumer.close()
    }
  }

  @Test func `a refused commit says so, and the consumer lives on`() async throws {
    let cluster = try EmbeddedCluster()
    try cluster.createTopic("t", partitions: 1)
    let configuration = try settings(cluster.bootstrapServers, group: "g")
    try await withLoop { host, loop in
      let member = try Member(configuration, ["t"], on: loop)
      try await host.wait { !member.assigned.isEmpty }
      let entry = CommitEntry(TopicPartition(topic: "t", partition: 0), offset: 0)
      try cluster.failNext(.offsetCommit, with: [12])
      let refused = await member.commit([entry])
      #expect(refused.map(\.error?.name) == ["offset_metadata_too_large"])
      #expect(await member.commit([entry]).map(\.error) == [nil])
      await member.consumer.close()
      #expect(await member.commit([entry]).map(\.error?.isPurged) == [true])
    }
  }

  @Test func `committed offsets are asked for until they are told`() async throws {
    let cluster = try EmbeddedCluster()
    try cluster.createTopic("t", partitions: 1)
    let configuration = try settings(cluster.bootstrapServers, group: "g")
    try await withLoop { host, loop in
      try cluster.failNext(.offsetFetch, with: [30, 30])
      let member = try Member(configuration, ["t"], on: loop)
      try await host.wait { !member.assignments.isEmpty }
      #expect(member.errors.contains { $0.isNotAuthorized })
      #expect(member.assignments[0].map(\.startOffset) == [0])
      await member.consumer.close()
    }
  }

  @Test func `reading on elsewhere, because the offset is gone, is told`() async throws {
    let topic = try SharedCluster.topic()
    let configuration = try settings(
      SharedCluster.get().bootstrapServers, group: SharedCluster.uniqueName("group"))
    try await withLoop { host, loop in
      let producer = try makeProducer(configuration, on: loop)
      for index in 0..<3 { _ = try await producer.send(ProducerRecord("\(index)", to: topic)) }
      let first = try Member(configuration, [topic], on: loop)
      try await host.wait { first.records.count == 3 }
      let entry = CommitEntry(TopicPartition(topic: topic, partition: 0), offset: 1_000)
      #expect(await first.commit([entry]).map(\.error) == [nil])
      await first.consumer.close()
      let second = try Member(configuration, [topic], on: loop)
      try await host.wait { !second.resets.isEmpty }
      #expect(second.resets.map(\.from) == [1_000])
      #expect(second.resets.map(\.to) == [0])
      await second.consumer.close()
      await producer.close()
    }
  }

  @Test func `brokers that go and come back cost no record`() async throws {
    let cluster = try EmbeddedCluster()
    try cluster.createTopic("t", partitions: 1)
    let configuration = try settings(cluster.bootstrapServers, group: "g")
    try await withLoop { host, loop in
      let producer = try makeProducer(configuration, on: loop)
      let member = try Member(configuration, ["t"], on: loop)
      var acknowledged = 0
      for index in 0..<50 {
        producer.send(ProducerRecord("\(index)", to: "t")) { _ in acknowledged += 1 }
      }
      try await host.wait { member.records.count == 50 }
      try cluster.takeDown()
      try await host.wait { !producer.isHealthy && member.errors.contains { $0.isAllBrokersDown } }
      for index in 50..<100 {
        producer.send(ProducerRecord("\(index)", to: "t")) { _ in acknowledged += 1 }
      }
      #expect(producer.queueLength == 50)
      try cluster.bringUp()
      try await host.wait { member.records.count >= 100 && acknowledged == 100 }
      #expect(Set(member.values) == Set((0..<100).map(String.init)))
      #expect(producer.isHealthy)
      await member.consumer.close()
      await producer.close()
    }
  }

  @Test func `a consumer that starts before its brokers joins when they come`() async throws {
    let cluster = try EmbeddedCluster()
    try cluster.createTopic("t", partitions: 1)
    try cluster.takeDown()
    let configuration = try settings(cluster.bootstrapServers, group: "g")
    try await withLoop { host, loop in
      let member = try Member(configuration, ["t"], on: loop)
      try await host.wait { member.errors.contains { $0.isAllBrokersDown } }
      try cluster.bringUp()
      try await host.wait { !member.assigned.isEmpty }
      await member.consumer.close()
    }
  }
}
