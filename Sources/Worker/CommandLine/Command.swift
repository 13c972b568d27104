/// A command of `otp-worker`: one entry of the table that parsing, help and suggestions come from.
struct Command: Sendable {
  /// Its name.
  var name: String
  /// One line for the list of commands.
  var summary: String
  /// What it does, for its own help.
  var discussion: String
  /// Its options.
  var options: [Option]
  /// Lines that can be typed as they are.
  var examples: [String]
  /// Does it, and returns the exit code.
  var run: @Sendable (Arguments) -> Int32
}

/// An option of a command.
struct Option: Sendable {
  /// The name with its dashes, such as `--config`.
  var name: String
  /// What stands for the value in help; nil for a flag.
  var value: String?
  /// What it does, and the default.
  var summary: String
}

/// What was given on the command line.
struct Arguments: Sendable {
  private var values: [String: String] = [:]

  /// The value of an option; empty for a flag that is set, nil when it was not given.
  subscript(option: String) -> String? { values[option] }

  /// Whether a flag was given.
  func has(_ flag: String) -> Bool { values[flag] != nil }

  /// Reads the words after the command's name.
  /// - Throws: ``UsageError`` that says what to type instead.
  init(_ words: [String], of command: Command) throws(UsageError) {
    var rest = words[...]
    while let word = rest.popFirst() {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0])
      guard let option = command.options.first(where: { $0.name == name }) else {
        throw UsageError.unknown(
          word.hasPrefix("-") ? "option" : "argument", name, known: command.options.map(\.name))
      }
      guard option.value != nil else {
        guard parts.count == 1 else { throw UsageError("\(name) takes no value") }
        values[name] = ""
        continue
      }
      if parts.count == 2 {
        values[name] = String(parts[1])
      } else if let next = rest.popFirst() {
        values[name] = next
      } else {
        throw UsageError("\(name) needs a value: \(name) \(option.value ?? "")")
      }
    }
  }
}
