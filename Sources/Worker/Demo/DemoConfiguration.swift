import Foundation
import Settings

/// The demo's configuration: text as a person writes it, read as `run` reads its file.
enum DemoConfiguration {
  /// The text.
  /// - Parameters:
  ///   - brokers: where Kafka is.
  ///   - providers: whom to send through.
  ///   - connector: the connector for a provider, as YAML.
  /// - Returns: YAML.
  static func text(
    brokers: String, providers: DemoProviders, connector: (DemoProvider) -> String
  ) -> String {
    let connectors = providers.all.flatMap { provider in
      ["  \(provider.name):"] + connector(provider).split(separator: "\n").map { "    \($0)" }
    }
    return """
      kafka:
        bootstrap.servers: \(brokers)
        group.id: otp-worker-demo
        # The least that an in-process cluster forms a group with: it then takes 3 s.
        session.timeout.ms: 3000
        heartbeat.interval.ms: 1000
        # It waits this long for further records before it answers.
        fetch.wait.max.ms: 10
      active:
        sms: \(providers.sms.name)
        email: \(providers.email.name)
      connectors:
      \(connectors.joined(separator: "\n"))
      admin:
        port: 0

      """
  }

  /// Reads a text as `run` reads a file.
  /// - Throws: `ConfigurationProblems`, or what kept the text from being written to a file.
  static func load(_ text: String) throws -> Configuration {
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("otp-worker-demo-\(UUID().uuidString).yaml")
    try Data(text.utf8).write(to: file, options: .withoutOverwriting)
    defer { try? FileManager.default.removeItem(at: file) }
    // No variables: those of a real daemon would lead the demo to a real Kafka.
    return try ConfigurationLoader(environment: [:]).load(path: file.path).get()
  }
}
