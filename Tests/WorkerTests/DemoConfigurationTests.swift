import Delivery
import Foundation
import Settings
import Testing

@testable import Worker

struct DemoConfigurationTests {
  @Test(arguments: DemoProvider.allCases)
  func `The text is a configuration for the provider`(provider: DemoProvider) throws {
    let configuration = try DemoConfiguration.load(
      DemoConfiguration.text(
        brokers: "127.0.0.1:9", provider: provider, at: "http://127.0.0.1:8/there"))
    #expect(configuration.active.sms == provider.rawValue)
    #expect(configuration.connector(for: .sms) != nil)
    #expect(configuration.admin?.port == 0)
    let servers = configuration.kafka.properties.first { $0.key == "bootstrap.servers" }
    #expect(servers?.value.reveal() == "127.0.0.1:9")
  }

  @Test func `Its file is gone once it is read`() throws {
    let configuration = try DemoConfiguration.load(
      DemoConfiguration.text(brokers: "127.0.0.1:9", provider: .twilio, at: "http://127.0.0.1:8"))
    #expect(!configuration.sources.isEmpty)
    #expect(configuration.sources.allSatisfy { !FileManager.default.fileExists(atPath: $0) })
  }
}
