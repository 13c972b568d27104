import Foundation
import Testing

@testable import Settings

/// A configuration in several files, read once; what becomes of the files, the watch finds out.
@Suite(.timeLimit(.minutes(1))) struct SourceWatchTests {
  private static let main = """
    kafka: { bootstrap.servers: "localhost:9092", group.id: otp-worker }
    active: { sms: twilio-main }
    connectorsDirectory: connectors.d
    connectors:
      twilio-main: { provider: twilio-short-message-service, caFile: ca.pem, configFile: twilio.json }

    """
  private static let twilio = """
    {"accountSID": "AC1", "authToken": "t", "from": "+4512345678", "templates": []}
    """

  private let workbench: Workbench

  init() throws {
    workbench = try Workbench()
    try workbench.write("otp-worker.yaml", Self.main)
    try workbench.write("twilio.json", Self.twilio)
    try workbench.write("ca.pem", "certificates")
    try workbench.write("secrets/token", "a-token\n")
    try workbench.write(
      "connectors.d/mail.yaml",
      "provider: http-email\nconfig: { endpoint: \"https://example.com/${file:../secrets/token}\" }"
    )
  }

  private func read() -> ConfigurationReading {
    loader([:]).read(path: workbench.path("otp-worker.yaml"))
  }

  private func rename(_ from: String, _ to: String) {
    #expect(Foundation.rename(workbench.path(from), workbench.path(to)) == 0)
  }

  private func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: workbench.path(name), withDestinationPath: target)
  }

  @Test func `what stays as it is is no change, written anew or not`() throws {
    let watch = Watcher(read().sources)
    #expect(!watch.look())
    try workbench.write("otp-worker.yaml", Self.main)
    try workbench.write("new.pem", "certificates")
    rename("new.pem", "ca.pem")
    try workbench.write("connectors.d/notes.txt", "nothing of ours")
    try workbench.write("connectors.d/.mail.yaml.swp", "an editor's")
    #expect(!watch.look())
    #expect(!watch.look())
  }

  enum Change: String, CaseIterable {
    case main, configFile, certificates, secret, addedConnector, removedConnector, changedConnector
    case removedFile, renamedOver
  }

  private func make(_ change: Change) throws {
    switch change {
    case .main: try workbench.write("otp-worker.yaml", Self.main + "# a word\n")
    case .configFile: try workbench.write("twilio.json", Self.twilio + " ")
    case .certificates: try workbench.write("ca.pem", "other certificates")
    case .secret: try workbench.write("secrets/token", "b-token\n")
    case .addedConnector: try workbench.write("connectors.d/more.yaml", "provider: http-email")
    case .removedConnector:
      try FileManager.default.removeItem(atPath: workbench.path("connectors.d/mail.yaml"))
    case .changedConnector: try workbench.write("connectors.d/mail.yaml", "provider: http-email")
    case .removedFile: try FileManager.default.removeItem(atPath: workbench.path("ca.pem"))
    case .renamedOver:
      try workbench.write("secrets/new", "c-token\n")
      rename("secrets/new", "secrets/token")
    }
  }

  @Test(arguments: Change.allCases)
  func `a change counts once it holds still, and until it has been read`(change: Change) throws {
    let watch = Watcher(read().sources)
    #expect(!watch.look())
    try make(change)
    #expect(!watch.look())
    #expect(watch.look())
    watch.watch = SourceWatch(read().sources)
    #expect(!watch.look())
    #expect(!watch.look())
  }

  @Test func `a save in several steps is one change`() throws {
    let watch = Watcher(read().sources)
    try workbench.write("otp-worker.yaml", String(Self.main.prefix(40)))
    #expect(!watch.look())
    try workbench.write("otp-worker.yaml", String(Self.main.prefix(80)))
    #expect(!watch.look())
    try workbench.write("otp-worker.yaml", Self.main + "# whole\n")
    #expect(!watch.look())
    #expect(watch.look())
  }

  @Test func `what is taken back before it counted is no change`() throws {
    let watch = Watcher(read().sources)
    try workbench.write("secrets/token", "b-token\n")
    #expect(!watch.look())
    try workbench.write("secrets/token", "a-token\n")
    #expect(!watch.look())
    #expect(!watch.look())
  }

  @Test func `what was wrong is tried again when one of its files changes, or comes to be`() throws
  {
    try FileManager.default.removeItem(atPath: workbench.path("secrets/token"))
    let reading = read()
    #expect(throws: ConfigurationProblems.self) { try reading.result.get() }
    let watch = Watcher(reading.sources)
    #expect(!watch.look())
    #expect(!watch.look())
    try workbench.write("secrets/token", "at last")
    #expect(!watch.look())
    #expect(watch.look())
  }

  @Test func `a swap of links as Kubernetes makes it is a change`() throws {
    for (version, token) in [("..1", "one"), ("..2", "two")] {
      try workbench.write("mount/\(version)/otp-worker.yaml", minimal)
      try workbench.write("mount/\(version)/token", token)
    }
    try link("mount/..data", to: "..1")
    try link("mount/token", to: "..data/token")
    try link("mount/otp-worker.yaml", to: "..data/otp-worker.yaml")
    let text = minimal.replacing("token-of-twilio", with: "\"${file:token}\"")
    try workbench.write("mount/..1/otp-worker.yaml", text)
    try workbench.write("mount/..2/otp-worker.yaml", text)
    let path = workbench.path("mount/otp-worker.yaml")
    let before = loader([:]).read(path: path)
    let watch = Watcher(before.sources)
    #expect(!watch.look())

    try link("mount/..data_tmp", to: "..2")
    rename("mount/..data_tmp", "mount/..data")
    try FileManager.default.removeItem(atPath: workbench.path("mount/..1"))
    #expect(!watch.look())
    #expect(watch.look())
    let after = loader([:]).read(path: path)
    #expect(try after.result.get().version == before.result.get().version)
    #expect(
      try after.result.get().connectors[0].mark != before.result.get().connectors[0].mark)
  }
}

/// A watch that expectations can look through.
private final class Watcher {
  var watch: SourceWatch

  init(_ sources: [ConfigurationSource]) { watch = SourceWatch(sources) }

  func look() -> Bool { watch.look() }
}
