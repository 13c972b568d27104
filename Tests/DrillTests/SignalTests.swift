import Foundation
import Kafka
import TestSupport
import Testing

/// The real daemon on an in-process Kafka, with real files and real signals.
@Suite(.timeLimit(.minutes(2)), .serialized)
struct SignalTests {
  private let cluster: EmbeddedCluster
  private let folder: URL

  init() throws {
    cluster = try EmbeddedCluster()
    for topic in ["", ".results", ".retry.30s", ".retry.2m", ".retry.10m", ".replay"] {
      try cluster.createTopic("send-otp" + topic, partitions: 1)
    }
    try cluster.createTopic("dlq.send-otp", partitions: 1)
    folder = FileManager.default.temporaryDirectory.appending(
      path: "signals-\(UInt32.random(in: 0 ... .max))")
  }

  private func text(active: String) -> String {
    """
    kafka: { bootstrap.servers: "\(cluster.bootstrapServers)", group.id: signals }
    active: { sms: \(active) }
    admin: { port: 0 }
    connectors:
      one: { provider: http-sms, config: { endpoint: "http://127.0.0.1:1/${file:token}" } }
      two: { provider: http-sms, config: { endpoint: "http://127.0.0.1:1/2" } }

    """
  }

  /// Writes a folder as Kubernetes mounts a ConfigMap: what is seen are links to links.
  private func mount(_ version: String, active: String) throws {
    let data = folder.appending(path: version)
    try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
    try Data(text(active: active).utf8).write(to: data.appending(path: "otp-worker.yaml"))
    try Data("token".utf8).write(to: data.appending(path: "token"))
    try FileManager.default.createSymbolicLink(
      atPath: folder.appending(path: "..data_tmp").path, withDestinationPath: version)
    #expect(
      rename(
        folder.appending(path: "..data_tmp").path, folder.appending(path: "..data").path) == 0)
    for name in ["otp-worker.yaml", "token"] {
      try? FileManager.default.createSymbolicLink(
        atPath: folder.appending(path: name).path, withDestinationPath: "..data/\(name)")
    }
  }

  private var path: String { folder.appending(path: "otp-worker.yaml").path }

  @Test func `files and signals change it while it runs, and end it`() async throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try mount("..1", active: "one")
    let daemon = try RunningDaemon(configuration: path)
    // In the middle of the start.
    daemon.signal(SIGHUP)
    try await daemon.line("\"configuration reloaded\"")
    try await daemon.line("\"partitions assigned\"")

    try mount("..2", active: "two")
    let swapped = try await daemon.line("\"configuration reloaded\"", count: 2)
    #expect(swapped.contains("active.sms: one → two"))

    try mount("..3", active: "three")
    try await daemon.line("\"configuration not reloaded: the old one stays in force\"")
    let problem = try await daemon.line("\"wrong in the configuration\"")
    #expect(problem.contains(#""line":2"#) && problem.contains(#""setting":"active.sms""#))

    try mount("..4", active: "one")
    try await daemon.line("\"configuration reloaded\"", count: 3)
    daemon.signal(SIGHUP)
    try await daemon.line("\"configuration reloaded\"", count: 4)

    daemon.signal(SIGUSR1)
    try await daemon.line("\"quiet: nothing new is taken\"")
    daemon.signal(SIGTERM)
    try await daemon.line("\"stopping\"")
    daemon.signal(SIGHUP)
    try await daemon.line("\"stopped\"")
    #expect(await daemon.ended() == 0)
    #expect(daemon.lines.count { $0.contains("configuration reloaded") } == 4)
  }
}
