import Foundation
import Synchronization
import TestSupport

/// The real `otp-worker run`, whose log lines can be waited for.
final class RunningDaemon: Sendable {
  private struct State {
    var unfinished: [UInt8] = []
    var lines: [String] = []
    var waiters: [(text: String, count: Int, signal: Signal)] = []
    var hasEnded = false
  }
  private let process: Mutex<Process>
  private let state = Mutex(State())
  private let exited = Signal()
  private let identifier: Int32

  /// Starts it with the configuration at a path.
  init(configuration path: String) throws {
    let process = Process()
    process.executableURL = WorkerProcess.executable
    process.arguments = ["run", "--config", path]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    process.terminationHandler = { [exited] _ in exited.raise() }
    try process.run()
    identifier = process.processIdentifier
    self.process = Mutex(process)
    pipe.fileHandleForReading.readabilityHandler = { [weak self] handle in
      let data = handle.availableData
      if data.isEmpty { handle.readabilityHandler = nil }
      self?.take(data)
    }
  }

  deinit { if !exited.isRaised { kill(identifier, SIGKILL) } }

  /// Its lines so far.
  var lines: [String] { state.withLock { $0.lines } }

  /// Waits for the `count`th line that holds `text`.
  /// - Throws: when it ends before.
  @discardableResult
  func line(_ text: String, count: Int = 1) async throws -> String {
    let signal = Signal()
    state.withLock { $0.waiters.append((text, count, signal)) }
    lookAgain()
    await signal.raised()
    guard let line = found(text, count) else { throw Ended(text: text, lines: lines) }
    return line
  }

  /// Sends a signal.
  func signal(_ number: Int32) { kill(identifier, number) }

  /// Waits for its end.
  /// - Returns: the exit code.
  func ended() async -> Int32 {
    await exited.raised()
    return process.withLock { $0.terminationStatus }
  }

  private func found(_ text: String, _ count: Int) -> String? {
    lines.lazy.filter { $0.contains(text) }.dropFirst(count - 1).first
  }

  private func take(_ data: Data) {
    state.withLock { state in
      if data.isEmpty { state.hasEnded = true }
      state.unfinished += data
      while let end = state.unfinished.firstIndex(of: UInt8(ascii: "\n")) {
        state.lines.append(String(decoding: state.unfinished[..<end], as: UTF8.self))
        state.unfinished.removeSubrange(...end)
      }
    }
    lookAgain()
  }

  private func lookAgain() {
    state.withLock { state in
      let (lines, hasEnded) = (state.lines, state.hasEnded)
      state.waiters.removeAll { waiter in
        let isThere = lines.count { $0.contains(waiter.text) } >= waiter.count
        if isThere || hasEnded { waiter.signal.raise() }
        return isThere || hasEnded
      }
    }
  }

  /// It ended, and a line never came.
  struct Ended: Error, CustomStringConvertible {
    var text: String
    var lines: [String]
    var description: String {
      (["ended without: \(text)"] + lines.suffix(20)).joined(separator: "\n")
    }
  }
}
