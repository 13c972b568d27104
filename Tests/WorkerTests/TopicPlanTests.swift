import Delivery
import Kafka
import Testing

@testable import Settings
@testable import Worker

struct TopicPlanTests {
  private static let day: Duration = .seconds(86_400)
  private let topics = TopicSettings(
    requests: "in", results: "out", deadLetters: "dead", retry30s: "short", retry2m: "middle",
    retry10m: "long", replay: "again")

  private func plan(_ lifetime: Duration = .seconds(600)) -> TopicPlan {
    TopicPlan(topics, lifetimes: Lifetimes(standard: lifetime))
  }

  @Test func `What is made is what the contract says`() {
    #expect(
      plan().newTopics(partitions: 12, replicationFactor: nil) == [
        NewTopic("in", partitions: 12, settings: [.init("retention.ms", "172800000")]),
        NewTopic("out", partitions: 12, settings: [.init("retention.ms", "604800000")]),
        NewTopic("dead", partitions: 3, settings: [.init("retention.ms", "1209600000")]),
      ]
        + ["short", "middle", "long", "again"].map {
          NewTopic(
            $0, partitions: 12,
            settings: [.init("retention.ms", "691200000"), .init("segment.ms", "3600000")])
        })
  }

  @Test(arguments: [(600, 2), (86_400, 2), (86_401, 3), (7 * 86_400, 8)])
  func `Requests are kept for the longest lifetime and a day`(lifetime: Int, days: Int) {
    let row = plan(.seconds(lifetime)).rows[0]
    #expect(row.retention == Self.day * days)
    #expect(row.retention >= row.leastRetention ?? .zero)
  }

  @Test func `The line for Kafka's own tool`() {
    let topic = NewTopic(
      "in", partitions: 6, replicationFactor: 3, settings: [.init("retention.ms", "1")])
    #expect(
      topic.command(servers: "a:1,b:2")
        == "kafka-topics --bootstrap-server a:1,b:2 --create --topic in --partitions 6 --replication-factor 3 --config retention.ms=1"
    )
  }
}
