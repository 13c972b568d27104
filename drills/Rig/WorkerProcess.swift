import Foundation
import Synchronization

/// The real `otp-worker run`, as a process of its own.
final class WorkerProcess {
  /// How its log is kept.
  enum LogTarget {
    /// In a file.
    case file
    /// In a pipe that nobody reads.
    case blockedPipe
    /// On a device that is full.
    case fullDevice
    /// In a file that may not grow past so many blocks of 512 bytes.
    case limitedFile(blocks: Int)
  }

  let name: String
  /// The YAML that it reads.
  let file: URL
  /// Where its log goes, unless it is sent elsewhere.
  let log: URL
  private let process = Process()
  private let pipe = Pipe()
  private let ended = DispatchSemaphore(value: 0)
  private var exitCode: Int32?
  private let foundPort = Mutex<UInt16?>(nil)

  init(
    _ configuration: String, in folder: URL, name: String, log target: LogTarget = .file,
    port: UInt16? = nil
  ) throws {
    self.name = name
    file = folder.appending(path: "\(name).yaml")
    log = folder.appending(path: "\(name).log")
    try configuration.write(to: file, atomically: true, encoding: .utf8)
    _ = FileManager.default.createFile(atPath: log.path, contents: nil)
    process.executableURL = Self.executable
    process.arguments = ["run", "--config", file.path]
    process.standardInput = FileHandle.nullDevice
    process.standardError = try FileHandle(forWritingTo: folder.appending(path: "\(name).log"))
    switch target {
    case .file: process.standardOutput = process.standardError
    case .blockedPipe: process.standardOutput = pipe
    case .fullDevice: process.standardOutput = FileHandle(forWritingAtPath: "/dev/full")
    case .limitedFile(let blocks):
      process.arguments =
        ["-c", "ulimit -f \(blocks); exec \"$0\" \"$@\"", Self.executable.path]
        + (process.arguments ?? [])
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.standardOutput = process.standardError
    }
    if let port { foundPort.withLock { $0 = port } }
    process.terminationHandler = { [ended] _ in ended.signal() }
    try process.run()
    let pids = folder.appending(path: "pids")
    let known = (try? String(contentsOf: pids, encoding: .utf8)) ?? ""
    try (known + "\(identifier)\n").write(to: pids, atomically: true, encoding: .utf8)
  }

  deinit { if process.isRunning { kill() } }

  /// The binary under test: `DRILL_WORKER_BINARY`, else the one beside this program, else the debug build.
  private static var executable: URL {
    if let path = ProcessInfo.processInfo.environment["DRILL_WORKER_BINARY"] {
      return URL(fileURLWithPath: path)
    }
    let beside = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
      .deletingLastPathComponent().appending(path: "otp-worker")
    if FileManager.default.isExecutableFile(atPath: beside.path) { return beside }
    return URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: ".build/debug/otp-worker")
  }

  var identifier: Int32 { process.processIdentifier }
  var isRunning: Bool { process.isRunning }

  // MARK: - Signals

  func send(_ signal: Int32) { _ = Foundation.kill(identifier, signal) }

  /// Ends it as if the machine were lost.
  func kill() {
    send(SIGKILL)
    _ = exit(within: .seconds(10))
  }

  /// Asks it to stop; returns how it ended and after how long, nil when it has not ended in time.
  func terminate(within limit: Duration = .seconds(40)) -> (code: Int32, after: Duration)? {
    let start = ContinuousClock.now
    send(SIGTERM)
    return exit(within: limit).map { ($0, ContinuousClock.now - start) }
  }

  /// Waits for its end; nil when it does not come in time.
  func exit(within limit: Duration) -> Int32? {
    if let exitCode { return exitCode }
    guard ended.wait(timeout: .now() + limit.seconds) == .success else { return nil }
    exitCode = process.terminationStatus
    return exitCode
  }

  // MARK: - What it tells

  /// Its log as it stands.
  var logLines: [Substring] {
    ((try? String(contentsOf: log, encoding: .utf8)) ?? "").split(separator: "\n")
  }

  /// Whether a log line holds all these texts.
  func hasLogged(_ texts: String...) -> Bool {
    logLines.contains { line in texts.allSatisfy { line.contains($0) } }
  }

  /// The port of its admin listener, once it has said so.
  var adminPort: UInt16? {
    if let port = foundPort.withLock({ $0 }) { return port }
    guard let line = logLines.first(where: { $0.contains("admin listener is open") }),
      let text = line.split(separator: "\"port\":").last?.prefix(while: \.isNumber),
      let port = UInt16(text)
    else { return nil }
    foundPort.withLock { $0 = port }
    return port
  }

  /// Asks its admin listener; nil when there is no answer.
  func get(_ path: String) -> (status: Int, body: String)? {
    adminPort.flatMap { httpGet(path, port: $0) }
  }

  var isReady: Bool { self.get("/readyz")?.status == 200 }

  /// Its metrics; empty when it does not answer.
  var metrics: Metrics { Metrics(get("/metrics")?.body ?? "") }

  /// Its resident memory in megabytes.
  var memory: Double {
    let status = (try? String(contentsOfFile: "/proc/\(identifier)/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS") } ?? ""
    return (Double(line.filter(\.isNumber)) ?? 0) / 1_024
  }

  /// How many descriptors it has open.
  var descriptors: Int {
    (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(identifier)/fd").count) ?? 0
  }
}

extension Duration {
  /// In seconds.
  var seconds: Double { self / .seconds(1) }
}
