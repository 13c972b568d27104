import Delivery

/// The words on the command line make no command.
struct UsageError: Error {
  var message: String

  init(_ message: String) { self.message = message }

  static func unknown(_ what: String, _ name: String, known: [String]) -> UsageError {
    UsageError(unknownNameMessage("unknown \(what)", name, known: known))
  }
}

/// Exit codes after BSD's sysexits, which init systems and scripts know.
enum ExitCode {
  static let ok: Int32 = 0
  static let failure: Int32 = 1
  static let usage: Int32 = 64
  static let unavailable: Int32 = 69
  static let software: Int32 = 70
  static let configuration: Int32 = 78
}

/// Finds the command, reads its options, runs it.
struct CommandLineTool {
  let commands: [Command]

  /// Runs what `words` (without the program's name) ask for.
  /// - Returns: the exit code.
  func run(_ words: [String]) -> Int32 {
    guard let name = words.first else {
      printError(overview)
      return ExitCode.usage
    }
    switch name {
    case "-h", "--help", "help":
      guard let wanted = words.dropFirst().first else {
        print(overview)
        return ExitCode.ok
      }
      guard let command = commands.first(where: { $0.name == wanted }) else {
        return complain(.unknown("command", wanted, known: commands.map(\.name)))
      }
      print(help(for: command))
      return ExitCode.ok
    case "--version":
      print("otp-worker \(Build.version)")
      return ExitCode.ok
    default: break
    }
    guard let command = commands.first(where: { $0.name == name }) else {
      return complain(.unknown("command", name, known: commands.map(\.name)))
    }
    let options = Array(words.dropFirst())
    if options.contains("--help") || options.contains("-h") {
      print(help(for: command))
      return ExitCode.ok
    }
    do {
      return command.run(try Arguments(options, of: command))
    } catch {
      return complain(error, about: command)
    }
  }

  private func complain(_ error: UsageError, about command: Command? = nil) -> Int32 {
    printError("otp-worker: \(error.message)")
    printError("See: otp-worker \(command.map { "\($0.name) " } ?? "")--help")
    return ExitCode.usage
  }

  private var overview: String {
    let width = (commands.map(\.name.count).max() ?? 0) + 2
    let list = commands.map { "  \(padded($0.name, width))\($0.summary)" }
    return """
      otp-worker gets one-time codes to people: it takes send-otp events from Kafka, hands them to an
      SMS or e-mail provider, and publishes what became of each.

      Usage: otp-worker COMMAND [OPTIONS]

      \(list.joined(separator: "\n"))

      Try it now, nothing needed:   otp-worker demo
      Options of a command:         otp-worker COMMAND --help
      """
  }

  private func help(for command: Command) -> String {
    let names = command.options.map { "\($0.name)\($0.value.map { " \($0)" } ?? "")" }
    let width = (names.map(\.count).max() ?? 0) + 2
    let options = zip(command.options, names).map { "  \(padded($1, width))\($0.summary)" }
    return """
      Usage: otp-worker \(command.name) [OPTIONS]

      \(command.discussion)

      Options:
      \(options.joined(separator: "\n"))

      Examples:
      \(command.examples.map { "  \($0)" }.joined(separator: "\n"))
      """
  }
}

/// `text` filled up with spaces to `width` characters.
func padded(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}
