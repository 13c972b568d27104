import Delivery
import Kafka
import Providers
import Settings

/// What a configuration that can be used comes to: a few lines to see that it is the one that was meant.
struct ConfigurationSummary {
  private let configuration: Configuration
  private let kafka: KafkaConfiguration
  private let connectors: [Connector]

  init(_ file: ConfigurationFile) {
    configuration = file.configuration
    kafka = file.kafka
    connectors = file.configuration.connectors.map(Connector.init)
  }

  /// What is there, and what may not be meant so.
  var findings: [Finding] {
    [.ok("configuration", "no problems, version \(configuration.version)")]
      + Channel.allCases.map(active) + connectors.flatMap(texts) + topics + warnings
  }

  private func active(_ channel: Channel) -> Finding {
    let subject = "active.\(channel.rawValue)"
    guard let connector = configuration.connector(for: channel) else {
      return .warning(
        subject,
        "none: requests for \(channel.rawValue) end as dead letters, disposition config",
        do: "name a connector there if you want to send them")
    }
    let name = type(of: connector.driver).descriptor.name
    return .ok(subject, "\(connector.name) (\(name), \(connector.concurrency) at once)")
  }

  /// The texts of a connector by language, and what is missing among them.
  private func texts(_ connector: Connector) -> [Finding] {
    let subject = "connectors.\(connector.name)"
    guard isActive(connector.name) else {
      return [
        .warning(
          subject, "is not used: active names another",
          do: "leave it as a spare, or name it under active")
      ]
    }
    guard connector.descriptor.templateForm != nil else {
      return [.ok(subject, "the receiver writes the text")]
    }
    let texts = connector.templates.all
    var findings = [
      Finding.ok(subject, "templates \(Self.list(texts))")
    ]
    if !connector.templates.usageTypes.contains(.generic) {
      findings.append(
        .warning(
          subject,
          "has no Generic template: usage types without one of their own become dead letters",
          do: "add one with usageType: Generic"))
    }
    let tongues = texts.filter { $0.locale != nil }
    if let stranded = tongues.first(where: { template in
      !texts.contains { $0.usageType == template.usageType && $0.locale == nil }
    }), connector.defaultLocale == nil {
      findings.append(
        .warning(
          subject,
          "\(stranded.usageType.rawValue) has templates in some languages only; requests in another one fall back to Generic",
          do: "set defaultLocale, or add a template without locale"))
    }
    return findings
  }

  /// `SignIn (any, de), Generic (any)`.
  private static func list(_ templates: [MessageTemplate]) -> String {
    var languages: [(type: String, tags: [String])] = []
    for template in templates {
      let tag = template.locale ?? "any"
      if let index = languages.firstIndex(where: { $0.type == template.usageType.rawValue }) {
        languages[index].tags.append(tag)
      } else {
        languages.append((template.usageType.rawValue, [tag]))
      }
    }
    return languages.map { "\($0.type) (\($0.tags.joined(separator: ", ")))" }
      .joined(separator: ", ")
  }

  private func isActive(_ name: String) -> Bool {
    Channel.allCases.contains { configuration.active[$0] == name }
  }

  private var topics: [Finding] {
    let topics = configuration.topics
    return [
      .ok(
        "topics",
        "requests \(topics.requests), results \(topics.results), dead letters \(topics.deadLetters), "
          + "retries \(topics.retry30s), \(topics.retry2m), \(topics.retry10m), replays \(topics.replay)"
      )
    ]
  }

  private var warnings: [Finding] {
    var findings = kafka.warnings.map { Finding.warning("kafka", $0) }
    if configuration.privacy.hashKey == nil {
      findings.append(
        .warning(
          "privacy.hashKey", "not set: outcomes carry no recipientHash",
          do: "set it if outcomes of one recipient are to be found together"))
    }
    return findings
  }
}
