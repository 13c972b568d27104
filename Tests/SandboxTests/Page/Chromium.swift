import Foundation
import Glibc
import JSON

/// A headless Chromium with one page, spoken to over pipes.
/// https://chromedevtools.github.io/devtools-protocol/
final class Chromium {
  struct Failure: Error {
    var text: String
  }

  /// Where it is installed; nil when it is not.
  static let path: String? = {
    let named = ProcessInfo.processInfo.environment["CHROMIUM"].map { [$0] } ?? []
    let usual = ["chromium", "chromium-browser", "google-chrome"].map { "/usr/bin/\($0)" }
    return (named + usual).first { access($0, X_OK) == 0 }
  }()

  private let process: pid_t
  private let profile: String
  private let input: Int32
  private let output: Int32
  private var buffer: [UInt8] = []
  private var calls = 0
  private var session: String?

  /// Starts it with an empty page of a size.
  init(width: Int = 1_280, height: Int = 800) throws {
    profile =
      FileManager.default.temporaryDirectory
      .appendingPathComponent("chromium-\(UUID().uuidString)").path
    (process, input, output) = try Self.start(profile: profile)
    let page = try call("Target.createTarget", ["url": "about:blank"])["targetId"]?.string ?? ""
    session = try call("Target.attachToTarget", ["targetId": page, "flatten": true])["sessionId"]?
      .string
    try call("Page.enable")
    try call(
      "Emulation.setDeviceMetricsOverride",
      ["width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600])
  }

  deinit {
    // Its own process group, children included.
    kill(-process, SIGKILL)
    waitpid(process, nil, 0)
    close(input)
    close(output)
    try? FileManager.default.removeItem(atPath: profile)
  }

  /// Opens a page.
  func open(_ url: String) throws { try call("Page.navigate", ["url": url]) }

  /// Runs a script in the page and waits for its promise, if it returns one.
  @discardableResult
  func run(_ script: String) throws -> JSONValue {
    let answer = try call(
      "Runtime.evaluate",
      ["expression": script, "awaitPromise": true, "returnByValue": true])
    if let exception = answer["exceptionDetails"] { throw Failure(text: "\(exception)") }
    return answer["result"]?["value"] ?? .null
  }

  /// Waits, without looking again and again, until an expression about the page is true.
  func wait(until condition: String) throws {
    try run(
      """
      new Promise(done => {
        const look = () => { if (\(condition)) { watch.disconnect(); done(true); } };
        const watch = new MutationObserver(look);
        watch.observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
        look();
      })
      """)
  }

  /// Presses a key.
  func press(_ key: String) throws {
    let text = key.count == 1 ? key : ""
    try call("Input.dispatchKeyEvent", ["type": "keyDown", "key": key, "text": text])
    try call("Input.dispatchKeyEvent", ["type": "keyUp", "key": key])
  }

  // MARK: -

  @discardableResult
  private func call(_ method: String, _ parameters: [String: Any] = [:]) throws -> JSONValue {
    calls += 1
    var message: [String: Any] = ["id": calls, "method": method, "params": parameters]
    if let session { message["sessionId"] = session }
    var bytes = try JSONSerialization.data(withJSONObject: message)
    bytes.append(0)
    let isWritten = bytes.withUnsafeBytes { write(input, $0.baseAddress, $0.count) == $0.count }
    guard isWritten else { throw Failure(text: "Chromium does not read") }
    while true {
      let answer = try JSONValue(parsing: try nextMessage())
      guard case .number(String(calls))? = answer["id"].map({ $0 }) else { continue }
      if let error = answer["error"] { throw Failure(text: "\(method): \(error)") }
      return answer["result"] ?? .null
    }
  }

  private func nextMessage() throws -> [UInt8] {
    while true {
      if let end = buffer.firstIndex(of: 0) {
        defer { buffer.removeFirst(end + 1) }
        return Array(buffer[..<end])
      }
      var ready = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
      guard poll(&ready, 1, 45_000) > 0 else { throw Failure(text: "Chromium is silent") }
      var piece = [UInt8](repeating: 0, count: 65_536)
      let count = read(output, &piece, piece.count)
      guard count > 0 else { throw Failure(text: "Chromium has ended") }
      buffer += piece.prefix(count)
    }
  }

  /// Starts the process, which reads commands from descriptor 3 and answers on 4.
  private static func start(profile: String) throws -> (pid_t, Int32, Int32) {
    guard let path else { throw Failure(text: "Chromium is not installed") }
    var commands: [Int32] = [0, 0]
    var answers: [Int32] = [0, 0]
    guard pipe(&commands) == 0, pipe(&answers) == 0 else { throw Failure(text: "no pipe") }
    // Above 4, so that none of them is overwritten before it is copied.
    let read = fcntl(commands[0], F_DUPFD_CLOEXEC, 64)
    let write = fcntl(answers[1], F_DUPFD_CLOEXEC, 64)
    let ours = (fcntl(commands[1], F_DUPFD_CLOEXEC, 64), fcntl(answers[0], F_DUPFD_CLOEXEC, 64))
    for descriptor in commands + answers { close(descriptor) }
    defer {
      close(read)
      close(write)
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, read, 3)
    posix_spawn_file_actions_adddup2(&actions, write, 4)
    for standard in [STDOUT_FILENO, STDERR_FILENO] {
      posix_spawn_file_actions_addopen(&actions, standard, "/dev/null", O_WRONLY, 0)
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    let words = [
      path, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
      "--disable-background-networking", "--user-data-dir=\(profile)", "--remote-debugging-pipe",
      "about:blank",
    ]
    var arguments = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var process: pid_t = 0
    let result = posix_spawn(&process, path, &actions, &attributes, &arguments, environ)
    guard result == 0 else { throw Failure(text: "Chromium does not start: \(result)") }
    return (process, ours.0, ours.1)
  }
}
