import Delivery
import Settings

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
  static let temporary: Int32 = 75
  static let configuration: Int32 = 78
}

/// Finds the command, reads its options, runs it.
struct CommandLineTool {
  let commands: [Command]
  var console = Console.standard

  private var help: HelpText { HelpText(commands: commands, width: console.width) }

  /// Runs what `words` (without the program's name) ask for.
  /// - Returns: the exit code.
  func run(_ words: [String]) -> Int32 {
    switch words.first {
    case nil:
      console.complain(help.overview)
      return ExitCode.usage
    case "-h"?, "--help"?, "help"?: return explain(Array(words.dropFirst()))
    case "--version"?, "version"?:
      console.print("otp-worker \(Build.version)")
      return ExitCode.ok
    case let name?:
      guard let command = command(for: words) else { return complain(of: words, name) }
      let rest = Array(words.dropFirst(command.words.count))
      if rest.contains("--help") || rest.contains("-h") {
        console.print(help.command(command))
        return ExitCode.ok
      }
      if let word = rest.first, !word.hasPrefix("-"), command.operand == nil,
        help.group(command.name) != nil
      {
        return complain(of: words, command.name)
      }
      do {
        return command.run(try Arguments(rest, of: command))
      } catch {
        return complain(error, about: command.name)
      }
    }
  }

  /// The command with the longest name that the words begin with.
  private func command(for words: [String]) -> Command? {
    commands.filter { words.starts(with: $0.words) }.max { $0.words.count < $1.words.count }
  }

  /// `help`, with or without a command's name.
  private func explain(_ words: [String]) -> Int32 {
    let text: String
    if words.isEmpty {
      text = help.overview
    } else if words == ["settings"] {
      text = String(SettingsTable.help(width: console.width).dropLast())
    } else if let command = command(for: words), command.words.count == words.count {
      text = help.command(command)
    } else if words.count == 1, let group = help.group(words[0]) {
      text = group
    } else {
      return complain(of: words, words[0])
    }
    console.print(text)
    return ExitCode.ok
  }

  /// No command has this name; it may be a group's, or nearly one.
  private func complain(of words: [String], _ name: String) -> Int32 {
    guard let group = help.group(name) else {
      let known = commands.map { $0.words[0] }.reduce(into: [String]()) { names, name in
        if !names.contains(name) { names.append(name) }
      }
      return complain(.unknown("command", name, known: known))
    }
    if words.count > 1, words[1] == "--help" || words[1] == "-h" {
      console.print(group)
      return ExitCode.ok
    }
    guard words.count > 1 else {
      console.complain(group)
      return ExitCode.usage
    }
    let members = commands.filter { $0.words[0] == name && $0.words.count > 1 }.map { $0.words[1] }
    return complain(.unknown("\(name) command", words[1], known: members), about: name)
  }

  private func complain(_ error: UsageError, about name: String? = nil) -> Int32 {
    console.complain("otp-worker: \(error.message)")
    console.complain("See: otp-worker help\(name.map { " \($0)" } ?? "")")
    return ExitCode.usage
  }
}

/// `text` filled up with spaces to `width` characters.
func padded(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}
