import EventLoop
import Foundation
import JSON
import Kafka
import Pipeline
import TestSupport
import Testing

@testable import Worker

/// What becomes of a configuration that changes; a worker that never starts goes by it.
@Suite(.timeLimit(.minutes(1)))
struct ReloaderTests {
  private static let text = """
    kafka: { bootstrap.servers: "127.0.0.1:9", group.id: w }
    active: { sms: one }
    admin: { enabled: false }
    connectors:
      one: { provider: http-sms, config: { endpoint: "http://127.0.0.1/${file:secret}" } }
      two: { provider: http-sms, config: { endpoint: "http://127.0.0.1/2" } }
    """

  /// A reloader over files of its own, on a loop.
  private final class Rig: Sendable {
    let folder: URL
    let log = LogCapture()
    let reloader: Reloader
    let assembly: Assembly

    init(on loop: EventLoop) throws {
      folder = FileManager.default.temporaryDirectory.appending(path: "reload-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data("a-secret".utf8).write(to: folder.appending(path: "secret"))
      let path = folder.appending(path: "otp-worker.yaml")
      try Data(ReloaderTests.text.utf8).write(to: path)
      let file = try ConfigurationFile(path: path.path, environment: [:])
      assembly = try Assembly(
        file.configuration, kafka: file.kafka, loop: loop, log: Log(to: log))
      reloader = Reloader(file, loader: file.loader, assembly: assembly)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func write(_ text: String, to name: String = "otp-worker.yaml") throws {
      try Data(text.utf8).write(to: folder.appending(path: name), options: .atomic)
    }

    /// Looks until a change would have counted.
    func look() async {
      await reloader.look()
      await reloader.look()
    }

    var status: JSONValue? {
      get async { try? JSONValue(parsing: await assembly.pipeline.renderStatus()) }
    }

    /// Message, place and key of each line so far.
    var lines: [String] {
      log.lines.compactMap { line in
        guard let json = try? JSONValue(parsing: Array(line.utf8)) else { return nil }
        let path = json["path"]?.string.map { $0.replacing(folder.path + "/", with: "") }
        let number: String? = if case .number(let text)? = json["line"] { text } else { nil }
        return [json["message"]?.string, path, number, json["setting"]?.string]
          .compactMap(\.self).joined(separator: " ")
      }
    }

    func reloads(_ result: String) async -> String? {
      let metrics = await assembly.pipeline.renderMetrics(process: .current())
      return String(decoding: metrics, as: UTF8.self).split(separator: "\n")
        .first { $0.hasPrefix("otp_config_reloads_total{result=\"\(result)\"}") }
        .flatMap { $0.split(separator: " ").last.map(String.init) }
    }
  }

  @Test func `a changed file is brought into force, and said in names`() async throws {
    try await withLoop { _, loop in
      let rig = try Rig(on: loop)
      let before = await rig.status?["configVersion"]?.string
      await rig.look()
      #expect(rig.lines.isEmpty)
      try rig.write(Self.text.replacing("sms: one", with: "sms: two"))
      await rig.look()
      #expect(rig.lines == ["configuration reloaded"])
      #expect(rig.log.lines[0].contains("active.sms: one → two"))
      #expect(await rig.status?["configVersion"]?.string != before)
      #expect(await rig.reloads("success") == "1")
      await rig.look()
      #expect(rig.lines.count == 1)
    }
  }

  @Test func `a broken file keeps the old one and is told by line and key; mended, it counts`()
    async throws
  {
    try await withLoop { _, loop in
      let rig = try Rig(on: loop)
      let before = await rig.status?["configVersion"]?.string
      try rig.write(
        Self.text.replacing("sms: one", with: "sms: onne") + "\nlimits: { inFlight: many }\n")
      await rig.look()
      #expect(
        rig.lines == [
          "configuration not reloaded: the old one stays in force",
          "wrong in the configuration otp-worker.yaml 2 active.sms",
          "wrong in the configuration otp-worker.yaml 7 limits.inFlight",
        ])
      #expect(await rig.status?["configVersion"]?.string == before)
      #expect(await rig.reloads("failure") == "1")
      await rig.look()
      #expect(rig.lines.count == 3)

      try rig.write(Self.text.replacing("sms: one", with: "sms: two"))
      await rig.look()
      #expect(rig.lines.last == "configuration reloaded")
      #expect(await rig.reloads("success") == "1")
    }
  }

  @Test func `a new secret changes its connector alone, and is not told`() async throws {
    try await withLoop { _, loop in
      let rig = try Rig(on: loop)
      try rig.write("b-secret", to: "secret")
      await rig.look()
      #expect(rig.lines == ["configuration reloaded"])
      #expect(rig.log.lines[0].contains("changed: one\""))
      #expect(!rig.log.lines.joined().contains("secret"))
    }
  }

  @Test func `a signal reads again what has not changed`() async throws {
    try await withLoop { _, loop in
      let rig = try Rig(on: loop)
      await rig.reloader.reload()
      #expect(rig.log.lines.count == 1)
      #expect(rig.log.lines[0].contains("nothing that counts has changed"))
      #expect(await rig.reloads("success") == "1")
    }
  }

  @Test func `what needs a restart is named, and the rest takes effect`() async throws {
    try await withLoop { _, loop in
      let rig = try Rig(on: loop)
      try rig.write(
        Self.text.replacing("group.id: w", with: "group.id: other")
          + "\nlog: { level: error, format: text }\ntopics: { results: elsewhere }\n")
      await rig.look()
      #expect(rig.lines.isEmpty)
      #expect(!rig.assembly.log.writes(.warning))

      try rig.write(
        Self.text.replacing("group.id: w", with: "group.id: other")
          + "\nlog: { format: text }\ntopics: { results: elsewhere }\n")
      await rig.look()
      #expect(
        rig.lines == [
          "configuration reloaded",
          "a changed setting needs a restart: the old value stays kafka.group.id",
          "a changed setting needs a restart: the old value stays topics.results",
          "a changed setting needs a restart: the old value stays log.format",
        ])
    }
  }
}
