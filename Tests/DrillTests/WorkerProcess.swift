import Foundation
import TestSupport

/// The real `otp-worker run`, as a process of its own.
final class WorkerProcess {
  private let process = Process()
  /// Where its log goes.
  let log: URL

  /// Starts it.
  /// - Parameters:
  ///   - configuration: the YAML text.
  ///   - folder: where its files go.
  ///   - name: tells it from others in that folder.
  ///   - output: who reads what it writes; nil: its log file.
  /// - Throws: when files cannot be written, or the binary cannot be started.
  init(
    configuration: String, in folder: URL, name: String, output: ProcessOutput? = nil
  ) throws {
    let file = folder.appending(path: "\(name).yaml")
    try configuration.write(to: file, atomically: true, encoding: .utf8)
    log = folder.appending(path: "\(name).log")
    _ = FileManager.default.createFile(atPath: log.path, contents: nil)
    process.executableURL = Self.executable
    process.arguments = ["run", "--config", file.path]
    if let output {
      process.standardOutput = output.pipe
    } else {
      process.standardOutput = try FileHandle(forWritingTo: log)
    }
    process.standardError = process.standardOutput
    try process.run()
  }

  /// The binary under test: `DRILL_WORKER_BINARY`, or what the tests were built with.
  static var executable: URL {
    if let path = ProcessInfo.processInfo.environment["DRILL_WORKER_BINARY"] {
      return URL(fileURLWithPath: path)
    }
    let root = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    return root.appending(path: ".build/debug/otp-worker")
  }

  /// Ends it as if the machine were lost.
  func kill() {
    Foundation.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  /// Asks it to stop, and waits until it has.
  /// - Returns: the exit code.
  func terminate() -> Int32 {
    process.terminate()
    process.waitUntilExit()
    return process.terminationStatus
  }

  deinit { if process.isRunning { kill() } }
}
