import Kafka
import Settings

/// Why a command cannot go on, in words for standard error, and its exit code.
struct CommandFailure: Error {
  var code: Int32
  var message: String

  init(_ code: Int32, _ message: String) {
    self.code = code
    self.message = message
  }

  /// Says so on the console.
  /// - Returns: the exit code.
  func tell(_ console: Console) -> Int32 {
    console.complain(message)
    return code
  }
}

/// The configuration that a command was pointed at, loaded as `run` loads it.
struct ConfigurationFile {
  /// The option that every command with a configuration has.
  static let option = Option(
    name: "--config", value: "FILE",
    summary: "the configuration, YAML (default: $OTP_WORKER_CONFIG)")

  /// Its path, as it was given.
  let path: String
  /// What read it, and reads it again.
  let loader: ConfigurationLoader
  let configuration: Configuration
  let kafka: KafkaConfiguration
  /// Every file and folder that was looked at.
  let sources: [ConfigurationSource]

  /// The file that was named; nil when none was.
  static func path(_ arguments: Arguments, _ environment: [String: String]) -> String? {
    let path = arguments["--config"] ?? environment["OTP_WORKER_CONFIG"]
    return path.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Loads the file that the arguments or `OTP_WORKER_CONFIG` name.
  /// - Throws: what is missing or wrong: all problems at once.
  init(
    _ arguments: Arguments, for command: String, environment: [String: String]
  ) throws(CommandFailure) {
    guard let path = Self.path(arguments, environment) else {
      throw CommandFailure(
        ExitCode.usage,
        "otp-worker: which configuration? otp-worker \(command) --config FILE, or set OTP_WORKER_CONFIG"
      )
    }
    try self.init(path: path, environment: environment)
  }

  /// Loads a file.
  /// - Throws: everything that is wrong with it.
  init(path: String, environment: [String: String]) throws(CommandFailure) {
    self.path = path
    loader = ConfigurationLoader(environment: environment)
    do {
      let reading = loader.read(path: path)
      sources = reading.sources
      configuration = try reading.result.get()
      kafka = try KafkaConfiguration(configuration.kafka)
    } catch {
      throw CommandFailure(ExitCode.configuration, "\(error)")
    }
  }

  /// The option as it would be typed again.
  var optionText: String { "--config \(path.quotedForShell)" }

  /// The topics that this configuration needs.
  var topics: TopicPlan {
    TopicPlan(configuration.topics, lifetimes: configuration.delivery.lifetimes)
  }
}

extension String {
  /// The text as one word of a shell's line.
  var quotedForShell: String {
    let isPlain =
      !isEmpty
      && unicodeScalars.allSatisfy { scalar in
        scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
          || "_-./:@%+=,".unicodeScalars.contains(scalar)
      }
    return isPlain ? self : "'\(replacing("'", with: "'\\''"))'"
  }
}
