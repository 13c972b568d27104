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

  @Test func `Every connector of the sandbox is a configuration that the worker takes`() throws {
    let sandbox = try Sandbox(StandInCatalog.makeAll(), mail: MailPolicy())
    defer { sandbox.stop() }
    for standIn in sandbox.standIns {
      // It may be there before its driver.
      guard let driver = standIn.driver else { continue }
      #expect(driver.descriptor.channel == standIn.channel)
      let connector = standIn.connector(at: sandbox.url(of: standIn))
      #expect(try load(connector, for: standIn.channel).connectors.count == 1)
    }
    let mail = try #require(sandbox.mail)
    #expect(try load(mail.connector, for: .email).connectors.count == 1)
  }
}
