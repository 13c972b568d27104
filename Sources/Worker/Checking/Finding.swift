import JSON

/// One thing that was looked at, and what was found.
struct Finding: Sendable, Equatable {
  /// How it stands.
  enum Verdict: String, Sendable {
    /// As it must be.
    case ok
    /// It works, and is perhaps not what was meant.
    case warning
    /// Not as it must be.
    case wrong
    /// Nobody who was asked would tell.
    case untold
  }

  var verdict: Verdict
  /// What was looked at.
  var subject: String
  /// What was found.
  var detail: String
  /// What to do; nil when there is nothing to be done.
  var remedy: String?
  /// Lines that do it, to be typed as they are.
  var commands: [String] = []
  /// Whether the cause lies outside: a broker that is away, not a setting.
  var isOutage = false

  /// Something is as it must be.
  static func ok(_ subject: String, _ detail: String) -> Finding {
    Finding(verdict: .ok, subject: subject, detail: detail)
  }

  /// Something is perhaps not what was meant.
  static func warning(_ subject: String, _ detail: String, do remedy: String? = nil) -> Finding {
    Finding(verdict: .warning, subject: subject, detail: detail, remedy: remedy)
  }

  /// Something is not as it must be.
  static func wrong(
    _ subject: String, _ detail: String, do remedy: String, by commands: String...
  ) -> Finding {
    Finding(
      verdict: .wrong, subject: subject, detail: detail, remedy: remedy, commands: commands)
  }

  /// Something could not be found out.
  static func untold(_ subject: String, _ detail: String, do remedy: String? = nil) -> Finding {
    Finding(verdict: .untold, subject: subject, detail: detail, remedy: remedy)
  }

  /// The finding as lines of at most `width` columns; a remedy stands on lines of its own.
  func text(_ palette: Palette, width: Int) -> String {
    let column = 9
    let indentation = String(repeating: " ", count: column)
    var lines = "\(subject): \(detail)".wrapped(width: width, indentation: indentation)
    lines[0] = palette.paint(padded(verdict.rawValue, column), tone) + lines[0].dropFirst(column)
    if let remedy {
      let marked = "→ " + remedy
      lines += marked.wrapped(width: width, indentation: indentation)
    }
    // Never broken, so that they can be copied.
    lines += commands.map { indentation + "  " + $0 }
    return lines.joined(separator: "\n")
  }

  private var tone: Palette.Tone {
    switch verdict {
    case .ok: .good
    case .warning, .untold: .waiting
    case .wrong: .bad
    }
  }

  /// Writes the finding as a JSON object.
  func encode(into json: inout JSONWriter) {
    json.beginObject()
    json.member("verdict", verdict.rawValue)
    json.member("subject", subject)
    json.member("detail", detail)
    json.member("remedy", remedy)
    json.key("commands")
    json.beginArray()
    for command in commands { json.string(command) }
    json.endArray()
    json.endObject()
  }
}

extension Sequence<Finding> {
  /// 0; 69 when only something outside was in the way; 78 when something is not as it must be.
  var exitCode: Int32 {
    let wrong = filter { $0.verdict == .wrong }
    if wrong.isEmpty { return ExitCode.ok }
    return wrong.allSatisfy(\.isOutage) ? ExitCode.unavailable : ExitCode.configuration
  }
}

extension JSONWriter {
  /// A member whose value is text; null when there is none.
  mutating func member(_ name: String, _ text: String?) {
    key(text: name)
    if let text { string(text) } else { null() }
  }

  /// A member whose value is a whole number; null when there is none.
  mutating func member(_ name: String, _ number: Int?) {
    key(text: name)
    if let number { integer(number) } else { null() }
  }

  /// A member whose value is a list of objects.
  mutating func member(_ name: String, _ findings: [Finding]) {
    key(text: name)
    beginArray()
    for finding in findings { finding.encode(into: &self) }
    endArray()
  }
}
