import EventLoop
import Kafka

/// Asks brokers and providers whether a worker with this configuration could do its work.
///
/// It joins no group, writes nothing and sends no message. What is wrong on one side keeps nobody from asking the other.
struct OnlineCheck {
  /// How long each address, topic or right may take to be told of.
  private static let limit: Duration = .seconds(5)
  /// Each that is tried costs a client with threads of its own, all at the same time.
  private static let mostBrokers = 16

  private let file: ConfigurationFile
  private let kafka: KafkaConfiguration
  private let loop: EventLoop

  init(_ file: ConfigurationFile, loop: EventLoop) {
    self.file = file
    kafka = file.kafka
    self.loop = loop
  }

  /// How each thing stands that can be asked about.
  func findings() async -> [Finding] {
    async let providers = ProviderCheck(file.configuration, loop: loop).findings()
    // The command itself tells of properties that do not go together; no broker can be asked with them.
    let brokers = kafka.complaint == nil ? await brokers() : []
    return brokers + (await providers)
  }

  /// How each thing stands that a broker can be asked about.
  private func brokers() async -> [Finding] {
    let servers = kafka.bootstrapServers
    let (tried, advertised) = await probe(servers, named: "bootstrap server")
    let others = advertised.subtracting(servers).sorted()
    let (further, _) = await probe(
      Array(others.prefix(Self.mostBrokers)), named: "advertised broker")
    var brokers = softened(tried) + further
    if others.count > Self.mostBrokers {
      brokers.append(
        .untold("advertised brokers", "\(others.count - Self.mostBrokers) more were not tried"))
    }
    guard tried.contains(where: { $0.verdict == .ok }) else { return brokers }
    do throws(KafkaError) {
      let directory = try TopicDirectory(configuration: kafka)
      let plan = file.topics
      let found = await directory.describe(plan.rows.map(\.name), within: Self.limit)
      let topics = TopicCheck(file).findings(found)
      let rights = AccessCheck(file, found: found, loop: loop, limit: Self.limit)
      return brokers + topics + (await rights.findings())
    } catch {
      return brokers + [.wrong("Kafka client", error.text, do: "mend the properties under kafka")]
    }
  }

  /// Tries addresses, all at the same time.
  private func probe(
    _ servers: [String], named what: String
  ) async -> (findings: [Finding], advertised: Set<String>) {
    typealias Probed = (index: Int, finding: Finding, brokers: [String])
    return await withTaskGroup(of: Probed.self) { group in
      for (index, server) in servers.enumerated() {
        group.addTask { [kafka] in
          let subject = "\(what) \(server)"
          do throws(KafkaError) {
            let cluster = try await BrokerProbe(server, configuration: kafka)
              .cluster(within: Self.limit)
            let size = cluster.brokers.count == 1 ? "1 broker" : "\(cluster.brokers.count) brokers"
            let id = cluster.id.map { ", cluster \($0)" } ?? ""
            return (index, .ok(subject, "answers\(id), \(size)"), cluster.brokers)
          } catch {
            return (index, BrokerFailure(error, kafka).finding(subject), [])
          }
        }
      }
      var all: [Probed] = []
      for await probed in group { all.append(probed) }
      all.sort { $0.index < $1.index }
      return (all.map(\.finding), Set(all.flatMap(\.brokers)))
    }
  }

  /// One bootstrap server that answers is enough for a start: the others are worth a warning.
  private func softened(_ findings: [Finding]) -> [Finding] {
    guard findings.contains(where: { $0.verdict == .ok }) else { return findings }
    return findings.map { finding in
      var finding = finding
      if finding.verdict == .wrong, finding.isOutage { finding.verdict = .warning }
      return finding
    }
  }
}

/// What a broker's failure to answer means, and what to do about it.
struct BrokerFailure {
  private let error: KafkaError
  private let kafka: KafkaConfiguration

  init(_ error: KafkaError, _ kafka: KafkaConfiguration) {
    self.error = error
    self.kafka = kafka
  }

  /// The finding for people.
  func finding(_ subject: String) -> Finding {
    var finding = Finding.wrong(subject, detail, do: remedy)
    finding.isOutage = !error.isNotAuthenticated && !isTLS
    return finding
  }

  private var isTLS: Bool { error.name == "ssl" || error.text.contains("SSL") }
  private var protocolName: String { kafka.value(of: "security.protocol") ?? "plaintext" }

  /// librdkafka's words without its own prefix of client and broker.
  private var detail: String {
    error.text.split(separator: ": ").drop { $0.contains("/bootstrap") || $0.hasPrefix("sasl_") }
      .joined(separator: ": ").split(separator: " (after ", maxSplits: 1).first.map(String.init)
      ?? error.text
  }

  private var remedy: String {
    if error.isNotAuthenticated {
      let mechanism = kafka.value(of: "sasl.mechanism") ?? kafka.value(of: "sasl.mechanisms") ?? ""
      let settings = "see kafka.sasl.mechanism, kafka.sasl.username and kafka.sasl.password"
      return settings
        + (KafkaVersion.scramWarning(mechanism: mechanism).map { "; if they are right: \($0)" }
          ?? "")
    }
    if error.text.contains("certificate verify failed") {
      return
        "set kafka.ssl.ca.location to the certificates of the authority that signed the broker's"
    }
    if isTLS || error.text.contains("ApiVersion") || error.text.contains("security.protocol") {
      return
        "see kafka.security.protocol: it is \(protocolName); does this port speak TLS, SASL, both or none?"
    }
    switch error.name {
    case "resolve": return "see the name under kafka.bootstrap.servers, and the DNS of this machine"
    case "timed_out": return "no answer: see host, port, and the firewalls between"
    default:
      return "see host and port, whether the broker runs, and its advertised.listeners"
    }
  }
}
