import Foundation

/// Real brokers that can be ended and revived: a bundle's `kafka` command.
///
/// `KAFKA_BUNDLE` is its folder, `KAFKA_PORT` and `KAFKA_DIR` the cluster that runs, as `scripts/with-broker` sets them.
struct Brokers: Sendable {
  let servers: String
  let command: String
  let port: Int
  let folder: String

  /// Those that the environment names.
  static let running: Brokers? = {
    let environment = ProcessInfo.processInfo.environment
    guard let servers = environment["KAFKA_BOOTSTRAP_SERVERS"],
      let bundle = environment["KAFKA_BUNDLE"], let folder = environment["KAFKA_DIR"],
      let port = environment["KAFKA_PORT"].flatMap({ Int($0) })
    else { return nil }
    return Brokers(servers: servers, command: bundle + "/kafka", port: port, folder: folder)
  }()

  /// Starts one broker beside them that clients reach through a proxy only.
  func startBehind(_ proxyPort: UInt16, on port: Int, in folder: URL) throws -> Brokers {
    let other = Brokers(
      servers: "127.0.0.1:\(proxyPort)", command: command, port: port,
      folder: folder.appending(path: "broker").path)
    try other.run(
      "start", "--brokers", "1", "--minutes", "15", "--set",
      "advertised.listeners=PLAINTEXT://127.0.0.1:\(proxyPort)")
    return other
  }

  /// A verb of the command for this cluster: `kill 1`, `freeze 2`, `revive 1`.
  /// - Returns: what it printed.
  @discardableResult
  func run(_ verb: String, _ arguments: String...) throws -> String {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: command)
    process.arguments = [verb] + arguments + ["--port", String(port), "--dir", folder]
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = String(
      decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Misfortune("kafka \(verb) \(arguments) ended with \(process.terminationStatus)")
    }
    return text
  }
}
