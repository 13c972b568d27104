import Testing

@testable import Worker

struct CommandLineToolTests {
  private let captured = CapturedConsole()

  private func run(_ words: [String], width: Int = 80) -> Int32 {
    CommandLineTool(commands: Main.commands, console: captured.console(width: width)).run(words)
  }

  @Test(arguments: [
    (["chek"], "unknown command \"chek\"; did you mean \"check\"?", "See: otp-worker help"),
    (["topic"], "unknown command \"topic\"; did you mean \"topics\"?", "See: otp-worker help"),
    (
      ["topics", "crate"], "unknown topics command \"crate\"; did you mean \"create\"?",
      "See: otp-worker help topics"
    ),
    (
      ["connectors", "shwo"], "unknown connectors command \"shwo\"; did you mean \"show\"?",
      "See: otp-worker help connectors"
    ),
    (
      ["check", "--onlin"], "unknown option \"--onlin\"; did you mean \"--online\"?",
      "See: otp-worker help check"
    ),
    (
      ["help", "sned"], "unknown command \"sned\"; did you mean \"send\"?", "See: otp-worker help"
    ),
  ])
  func `What is mistyped gets a suggestion`(words: [String], message: String, hint: String) {
    #expect(run(words) == ExitCode.usage)
    #expect(captured.errors == "otp-worker: \(message)\n\(hint)\n")
    #expect(captured.output.isEmpty)
  }

  @Test(arguments: [
    ["help", "topics"], ["topics", "--help"], ["help", "topics", "create"],
    ["topics", "create", "--help"], ["connectors", "-h"], ["help", "connectors", "test"],
    ["help"], ["--help"], ["--version"], ["help", "settings"],
  ])
  func `Whoever asks for help gets it on standard output`(words: [String]) {
    #expect(run(words) == ExitCode.ok)
    #expect(!captured.output.isEmpty && captured.errors.isEmpty)
  }

  @Test(arguments: [[], ["topics"]])
  func `A command that is not whole is a mistake, with help`(words: [String]) {
    #expect(run(words) == ExitCode.usage)
    #expect(captured.errors.contains("Usage:") && captured.output.isEmpty)
  }

  @Test(arguments: Main.commands.map(\.name), [40, 80, 100])
  func `Help fits the terminal but for what is to be copied`(name: String, width: Int) throws {
    #expect(run(["help"] + name.split(separator: " ").map(String.init), width: width) == 0)
    let examples = try #require(Main.commands.first { $0.name == name }).examples
    for line in captured.output.split(separator: "\n") where line.count > width {
      let isExample = line.hasPrefix("Usage:") || examples.contains { line.hasSuffix($0) }
      // A word alone, such as a long option's name, cannot be broken.
      let isOneWord = line.drop { $0 == " " }.split(separator: " ").count <= 2
      #expect(isExample || isOneWord, "\(line.count) columns: \(line)")
    }
    for wanted in ["Usage: otp-worker \(name)", "Examples:", "Exit codes:"] {
      #expect(captured.output.contains(wanted))
    }
  }

  @Test(arguments: Main.commands.flatMap(\.examples))
  func `Every example is a command line that is taken`(example: String) throws {
    let words = try typed(example)
    let command = try #require(
      Main.commands.filter { words.starts(with: $0.words) }.max { $0.words.count < $1.words.count })
    #expect(throws: Never.self) {
      try Arguments(Array(words.dropFirst(command.words.count)), of: command)
    }
  }

  @Test func `Every option says what it takes and ends without a full stop`() {
    for command in Main.commands {
      #expect(!command.examples.isEmpty && !command.exitCodes.isEmpty, "\(command.name)")
      for option in command.options {
        #expect(option.name.hasPrefix("--") && !option.summary.isEmpty)
        #expect(!option.summary.hasSuffix("."), "\(command.name) \(option.name)")
      }
    }
  }

  /// The words after `otp-worker`, up to a pipe or a redirection.
  private func typed(_ example: String) throws -> [String] {
    let words = example.split(separator: " ").map(String.init)
    let start = try #require(words.firstIndex(of: "otp-worker"))
    return Array(words[(start + 1)...].prefix { $0 != "|" && $0 != ">" })
  }
}
