import Kafka
import Testing

struct KafkaConfigurationTests {
  @Test(arguments: [
    ("enable.auto.commit", "true"), ("auto.commit.enable", "true"),
    ("enable.auto.offset.store", "true"), ("acks", "1"), ("request.required.acks", "0"),
    ("enable.idempotence", "false"), ("message.timeout.ms", "300000"),
    ("delivery.timeout.ms", "1"), ("transactional.id", "t"),
    ("partition.assignment.strategy", "cooperative-sticky"),
    ("partition.assignment.strategy", "range,roundrobin"), ("group.protocol", "consumer"),
    ("enable.partition.eof", "true"), ("allow.auto.create.topics", "true"),
    ("queuing.strategy", "lifo"), ("test.mock.num.brokers", "3"), ("retries", "0"),
    ("message.send.max.retries", "0"), ("max.in.flight", "6"),
    ("max.in.flight.requests.per.connection", "1000"), ("log.queue", "false"), ("dr_cb", "1"),
    ("consume.callback.max.messages", "5"), ("opaque", "1"), ("auto.offset.reset", "error"),
  ])
  func `a property that would break a promise is refused`(key: String, value: String) {
    #expect(KafkaConfiguration.refusal(of: key, value: value) != nil)
    #expect(KafkaConfiguration.validate(key: key, value: value) != nil)
  }

  @Test(arguments: [
    ("enable.auto.commit", "false"), ("acks", "all"), ("acks", "-1"),
    ("enable.idempotence", "TRUE"), ("message.timeout.ms", "0"),
    ("partition.assignment.strategy", "range"), ("isolation.level", "read_uncommitted"),
    ("security.protocol", "sasl_ssl"), ("max.in.flight", "5"), ("statistics.interval.ms", "5000"),
    ("auto.offset.reset", "latest"), ("compression.type", "lz4"), ("debug", "broker,cgrp"),
  ])
  func `any other passes through`(key: String, value: String) {
    #expect(KafkaConfiguration.validate(key: key, value: value) == nil)
  }

  @Test func `every problem is told at once, and by name`() {
    let error = #expect(throws: KafkaConfiguration.Invalid.self) {
      try KafkaConfiguration(settings: [
        ("bootstrap.server", "a:1"), ("linger.ms", "soon"), ("acks", "1"),
      ])
    }
    #expect(
      error?.problems.map(\.key) == [
        "bootstrap.server", "linger.ms", "acks", "bootstrap.servers", "group.id",
      ])
    #expect(error?.problems[0].message.contains("No such configuration property") == true)
  }

  @Test func `the value of a secret is never repeated`() throws {
    #expect(KafkaConfiguration.secretKeys.contains("sasl.password"))
    let message = KafkaConfiguration.validate(key: "ssl.key.pem", value: "s3cret")
    #expect(message?.contains("s3cret") != true)
  }

  @Test func `the last setting of a property counts`() throws {
    let configuration = try KafkaConfiguration(settings: [
      ("bootstrap.servers", "a:1"), ("group.id", "g"), ("group.id", "h"),
    ])
    #expect(configuration.value(of: "group.id") == "h")
    #expect(configuration.value(of: "client.id") == nil)
  }

  @Test func `SCRAM with a librdkafka that Kafka 4 refuses is warned of`() {
    #expect(KafkaVersion.scramWarning(mechanism: "SCRAM-SHA-512", version: 0x02_00_02_ff) != nil)
    #expect(KafkaVersion.scramWarning(mechanism: "SCRAM-SHA-512", version: 0x02_06_01_ff) == nil)
    #expect(KafkaVersion.scramWarning(mechanism: "PLAIN", version: 0x02_00_02_ff) == nil)
    #expect(KafkaVersion.text.hasPrefix("\(KafkaVersion.number >> 24)."))
  }
}
