/// What `--help` says, for a terminal of some width.
struct HelpText {
  /// Every command.
  let commands: [Command]
  /// Columns.
  let width: Int

  /// What the program is and what it can do.
  var overview: String {
    var lines = """
      otp-worker gets one-time codes to people: it takes send-otp events from Kafka, hands them to an
      SMS or e-mail provider, and publishes what became of each.
      """.wrapped(width: width)
    lines += ["", "Usage: otp-worker COMMAND [OPTIONS]", ""]
    lines += table(commands.map { ($0.name, $0.summary) })
    lines += ["", "Try it now, nothing needed:"]
    lines += ["  otp-worker demo"]
    lines += ["Options and examples of a command:"]
    lines += ["  otp-worker help COMMAND"]
    lines += ["Every key of the configuration:"]
    lines += ["  otp-worker help settings"]
    return lines.joined(separator: "\n")
  }

  /// The commands of a group, such as `topics`; nil when there is no such group.
  func group(_ name: String) -> String? {
    let members = commands.filter { $0.words.count > 1 && $0.words[0] == name }
    guard !members.isEmpty else { return nil }
    let lines =
      ["Usage: otp-worker \(name) COMMAND [OPTIONS]", ""]
      + table(members.map { ($0.name, $0.summary) })
      + ["", "Options and examples of a command:", "  otp-worker help \(members[0].name)"]
    return lines.joined(separator: "\n")
  }

  /// All about one command.
  func command(_ command: Command) -> String {
    let operand = command.operand.map { " \($0.name)" } ?? ""
    let options = command.options.isEmpty ? "" : " [OPTIONS]"
    var lines = ["Usage: otp-worker \(command.name)\(operand)\(options)", ""]
    lines += command.discussion.wrapped(width: width)
    if let operand = command.operand {
      lines += [""] + table([(operand.name, operand.summary)])
    }
    if !command.options.isEmpty {
      lines += ["", "Options:"]
      lines += table(
        command.options.map { (($0.name) + ($0.value.map { " \($0)" } ?? ""), $0.summary) })
    }
    let relatives = commands.filter { $0.words.count > 1 && $0.words[0] == command.name }
    if !relatives.isEmpty {
      lines += ["", "More:"] + table(relatives.map { ($0.name, $0.summary) })
    }
    // Examples are to be copied: never broken.
    lines += ["", "Examples:"] + command.examples.map { "  \($0)" }
    let meanings = command.exitCodes + [ExitMeaning(ExitCode.usage, "the command line is wrong")]
    lines += ["", "Exit codes:"]
    lines += table(meanings.sorted { $0.code < $1.code }.map { ("\($0.code)", $0.meaning) })
    return lines.joined(separator: "\n")
  }

  /// Names and what they mean, in two columns where there is room, else one below the other.
  private func table(_ rows: [(name: String, meaning: String)]) -> [String] {
    let longest = (rows.map(\.name.count).max() ?? 0) + 4
    guard longest <= width / 2 else {
      return rows.flatMap {
        ["  \($0.name)"] + $0.meaning.wrapped(width: width, indentation: "      ")
      }
    }
    let indentation = String(repeating: " ", count: longest)
    return rows.flatMap { row in
      var lines = row.meaning.wrapped(width: width, indentation: indentation)
      lines[0] = padded("  \(row.name)", longest) + lines[0].dropFirst(longest)
      return lines
    }
  }
}
