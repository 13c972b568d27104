import Delivery

/// A command of `otp-worker`: one entry of the table that parsing, help and suggestions come from.
struct Command: Sendable {
  /// Its name; two words when it belongs to a group, such as `topics create`.
  var name: String
  /// One line for the list of commands.
  var summary: String
  /// What it does, for its own help.
  var discussion: String
  /// What may or must stand after its name without dashes.
  var operand: Operand?
  /// Its options.
  var options: [Option]
  /// Lines that can be typed as they are.
  var examples: [String]
  /// What its exit codes mean, but for 64, which means the same everywhere.
  var exitCodes: [ExitMeaning] = []
  /// Does it, and returns the exit code.
  var run: @Sendable (Arguments) -> Int32

  /// The words of its name.
  var words: [String] { name.split(separator: " ").map(String.init) }
}

/// A word after a command's name.
struct Operand: Sendable {
  /// What stands for it in help, such as `NAME`.
  var name: String
  /// What it is.
  var summary: String
}

/// An exit code and what it says.
struct ExitMeaning: Sendable {
  var code: Int32
  var meaning: String

  init(_ code: Int32, _ meaning: String) {
    self.code = code
    self.meaning = meaning
  }
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
  /// The word without dashes; never nil for a command that has an operand.
  private(set) var operand: String?

  /// The value of an option; empty for a flag that is set, nil when it was not given.
  subscript(option: String) -> String? { values[option] }

  /// Whether a flag was given.
  func has(_ flag: String) -> Bool { values[flag] != nil }

  /// The whole number that an option was given; nil when it was not.
  /// - Throws: ``UsageError`` when it is none within `range`.
  func wholeNumber(_ option: String, in range: ClosedRange<Int>) throws(UsageError) -> Int? {
    guard let text = values[option] else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw UsageError(
        "\(option) takes a whole number from \(range.lowerBound) to \(range.upperBound), not \"\(text)\""
      )
    }
    return number
  }

  /// Reads the words after the command's name.
  /// - Throws: ``UsageError`` that says what to type instead.
  init(_ words: [String], of command: Command) throws(UsageError) {
    var rest = words[...]
    while let word = rest.popFirst() {
      guard word.hasPrefix("-") else {
        try take(word, of: command)
        continue
      }
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0])
      guard let option = command.options.first(where: { $0.name == name }) else {
        throw UsageError.unknown("option", name, known: command.options.map(\.name))
      }
      guard option.value != nil else {
        guard parts.count == 1 else { throw UsageError("\(name) takes no value") }
        values[name] = ""
        continue
      }
      if parts.count == 2 {
        values[name] = String(parts[1])
      } else if let next = rest.first, !command.options.contains(where: { $0.name == next }) {
        values[name] = next
        rest.removeFirst()
      } else {
        throw UsageError("\(name) needs a value: \(name) \(option.value ?? "")")
      }
    }
    if let wanted = command.operand, operand == nil {
      throw UsageError("\(command.name) needs \(wanted.name): \(wanted.summary)")
    }
  }

  private mutating func take(_ word: String, of command: Command) throws(UsageError) {
    guard command.operand != nil else {
      let options = command.options
      let near =
        nearestName(to: "--" + word, among: options.map(\.name))
        ?? options.first { $0.name == "--config" && word.contains(".") }.map {
          "\($0.name) \(word)"
        }
      throw UsageError(
        "\(command.name) takes no \"\(word)\"" + (near.map { "; did you mean \($0)?" } ?? ""))
    }
    guard operand == nil else {
      throw UsageError(
        "\(command.name) takes one \(command.operand?.name ?? "word"), not \"\(word)\" too")
    }
    operand = word
  }
}
