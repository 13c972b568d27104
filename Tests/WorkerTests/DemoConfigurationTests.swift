import Delivery
import Foundation
import Settings
import Testing

@testable import Worker

struct DemoConfigurationTests {
  @Test(arguments: DemoProvider.all)
  func `The text is a configuration for the providers`(provider: DemoProvider) throws {
    let surroundings = try DemoSurroundings()
    defer { surroundings.close() }
    let configuration = try DemoConfiguration.load(
      DemoConfiguration.text(
        brokers: "127.0.0.1:9", providers: DemoProviders(provider),
        connector: surroundings.connector(for:)))
    #expect(configuration.active[provider.channel] == provider.name)
    for channel in Channel.allCases { #expect(configuration.connector(for: channel) != nil) }
    #expect(configuration.admin?.port == 0)
    let servers = configuration.kafka.properties.first { $0.key == "bootstrap.servers" }
    #expect(servers?.value.reveal() == "127.0.0.1:9")
  }

  @Test func `Its file is gone once it is read`() throws {
    let configuration = try DemoConfiguration.load(
      DemoConfiguration.text(brokers: "127.0.0.1:9", providers: DemoProviders()) { _ in
        """
        provider: http-sms
        config: { endpoint: http://127.0.0.1:8 }
        """
      }.replacing("email: smtp", with: ""))
    #expect(!configuration.sources.isEmpty)
    #expect(configuration.sources.allSatisfy { !FileManager.default.fileExists(atPath: $0) })
  }
}

struct DemoProvidersTests {
  @Test func `Pairs hold every provider, and one of each channel`() {
    let pairs = DemoProviders.pairs
    for provider in DemoProvider.all {
      #expect(pairs.contains { $0.all.contains(provider) })
    }
    #expect(pairs.allSatisfy { $0.sms.channel == .sms && $0.email.channel == .email })
  }
}
