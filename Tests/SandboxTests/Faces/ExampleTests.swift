import Foundation
import Sandbox
import Testing

/// What the sandbox says can be typed, can be typed.
@Suite(
  .timeLimit(.minutes(1)), .enabled(if: FileManager.default.fileExists(atPath: "/usr/bin/curl")))
struct ExampleTests {
  @Test func `Every example sends a message`() throws {
    let sandbox = try Sandbox(StandInCatalog.makeAll())
    defer { sandbox.stop() }
    var count = 0
    for standIn in sandbox.standIns {
      guard let example = standIn.example(at: sandbox.url(of: standIn)) else { continue }
      count += 1
      let shell = Process()
      shell.executableURL = URL(fileURLWithPath: "/bin/sh")
      shell.arguments = ["-c", example]
      shell.standardOutput = Pipe()
      shell.standardError = Pipe()
      try shell.run()
      shell.waitUntilExit()
      #expect(standIn.messageCount == 1, "\(example)")
    }
    #expect(count == 8)
  }
}
