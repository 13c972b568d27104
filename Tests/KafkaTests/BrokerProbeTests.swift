import Kafka
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct BrokerProbeTests {
  @Test func `A broker that answers tells of its cluster`() async throws {
    let cluster = try EmbeddedCluster(brokers: 2)
    let servers = cluster.bootstrapServers.split(separator: ",").map(String.init)
    let probe = try BrokerProbe(servers[0], configuration: settings("127.0.0.1:9"))
    let found = try await probe.cluster()
    #expect(found.brokers == servers.sorted())
  }

  @Test func `What is in the way is told, not that all brokers are down`() async throws {
    let port = RefusingPort()
    let probe = try BrokerProbe(
      "127.0.0.1:\(port.number)", configuration: settings("127.0.0.1:9"))
    let error = await #expect(throws: KafkaError.self) { try await probe.cluster() }
    #expect(error?.name == "transport")
    #expect(error?.text.contains("Connection refused") == true)
  }

  @Test func `A name that leads nowhere`() async throws {
    let probe = try BrokerProbe("broker.invalid:9092", configuration: settings("127.0.0.1:9"))
    let error = await #expect(throws: KafkaError.self) { try await probe.cluster() }
    #expect(error?.name == "resolve")
  }

  @Test func `A port where TLS is expected and something else speaks`() async throws {
    let server = MisbehavingServer([
      [.read(1), .write("HTTP/1.1 400 Bad Request\r\n\r\n"), .finish]
    ])
    defer { server.stop() }
    let probe = try BrokerProbe(
      "127.0.0.1:\(server.port)",
      configuration: settings("127.0.0.1:9", group: "unused", [("security.protocol", "ssl")]))
    let error = await #expect(throws: KafkaError.self) { try await probe.cluster() }
    #expect(error?.name == "ssl")
  }

  @Test func `Nobody who answers ends with the time`() async throws {
    let server = MisbehavingServer([[.readToEnd], [.readToEnd]])
    defer { server.stop() }
    let probe = try BrokerProbe(
      "127.0.0.1:\(server.port)", configuration: settings("127.0.0.1:9"))
    let error = await #expect(throws: KafkaError.self) {
      try await probe.cluster(within: .milliseconds(500))
    }
    #expect(error == .timedOut)
  }

  @Test func `Addresses are taken apart`() throws {
    #expect(try settings("a:1, b:2,c").bootstrapServers == ["a:1", "b:2", "c"])
  }

  @Test(arguments: [
    ([("security.protocol", "SASL_PLAINTEXT"), ("sasl.mechanism", "PLAIN")], "sasl.username"),
    ([("security.protocol", "SSL"), ("ssl.ca.location", "/nowhere.pem")], "ssl.ca.location"),
  ])
  func `Properties that do not go together`(
    properties: [KafkaConfiguration.Property], word: String
  ) throws {
    #expect(
      try settings("127.0.0.1:9", group: "unused", properties).complaint?.contains(word) == true)
    #expect(try settings("127.0.0.1:9").complaint == nil)
  }
}
