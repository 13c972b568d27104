import Delivery
import Foundation
import Providers
import Sandbox
import Settings
import Testing

@testable import Worker

/// What the sandbox prints can be pasted.
struct SandboxCommandTests {
  private func load(_ connector: String, for channel: Channel) throws -> Configuration {
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("sandbox-\(UUID().uuidString).yaml")
    let lines = connector.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n")
    let text = """
      kafka: { bootstrap.servers: "127.0.0.1:9", group.id: g }
      active: { \(channel.rawValue): it }
      connectors:
        it:
      \(lines)
      """
    try Data(text.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    return try ConfigurationLoader(environment: [:]).load(path: file.path).get()
  }

  /// The value of `provider` in a connector's configuration.
  private func provider(of connector: String) -> String {
    let line = connector.split(separator: "\n").first { $0.hasPrefix("provider: ") }
    return String(line?.dropFirst("provider: ".count) ?? "")
  }

  @Test func `Every connector of the sandbox is a configuration that the worker takes`() throws {
    let sandbox = try Sandbox(StandInCatalog.makeAll(), mail: MailPolicy())
    defer { sandbox.stop() }
    var connectors = sandbox.standIns.map { ($0.connector(at: sandbox.url(of: $0)), $0.channel) }
    connectors.append((try #require(sandbox.mail).connector, .email))
    for (connector, channel) in connectors {
      // A stand-in may be there before its driver.
      guard let driver = DriverCatalog.driver(id: provider(of: connector)) else { continue }
      #expect(driver.descriptor.channel == channel)
      #expect(try load(connector, for: channel).connectors.count == 1)
    }
  }
}
