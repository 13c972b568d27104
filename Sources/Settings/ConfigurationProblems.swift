public import Delivery

/// Everything that is wrong with a configuration, by file and line.
public struct ConfigurationProblems: Error, Sendable, CustomStringConvertible {
  /// The problems, in the order of file, line and column; those without a place come last.
  public let problems: [SettingProblem]

  /// Sorts the problems and drops what is said twice.
  public init(_ problems: [SettingProblem]) {
    var seen: Set<String> = []
    self.problems = problems.sorted(by: Self.isBefore).filter {
      seen.insert($0.description).inserted
    }
  }

  /// A line per problem, and one that counts them.
  public var description: String {
    let count = problems.count == 1 ? "1 problem" : "\(problems.count) problems"
    return (problems.map { Self.onOneLine($0.description) } + [count]).joined(separator: "\n")
  }

  private static func isBefore(_ left: SettingProblem, _ right: SettingProblem) -> Bool {
    guard let one = left.position, let other = right.position else {
      return left.position != nil && right.position == nil
    }
    return (one.file, one.line, one.column) < (other.file, other.line, other.column)
  }

  /// Keys are the user's: a line break or a terminal's escape in one is spelled out.
  private static func onOneLine(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
      scalar.properties.generalCategory == .control
        ? scalar.escaped(asASCII: true) : String(scalar)
    }.joined()
  }
}
