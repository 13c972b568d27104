import Delivery
import JSON

/// How much a line matters.
public enum LogLevel: String, Sendable, CaseIterable, Comparable {
  /// For whoever looks for a fault in the worker itself.
  case debug
  /// What happened.
  case info
  /// Something is wrong that may mend itself.
  case warning
  /// Something is wrong that a person has to mend.
  case error

  /// Whether `left` matters less.
  public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rank < right.rank }

  var rank: Int {
    switch self {
    case .debug: 0
    case .info: 1
    case .warning: 2
    case .error: 3
    }
  }
}

/// How log lines look.
public enum LogFormat: String, Sendable, CaseIterable {
  /// One JSON object a line, for machines.
  case json
  /// `time level message key=value …`, for people.
  case text
}

/// One log line before it has a format.
struct LogLine {
  var time: Timestamp
  var level: LogLevel
  var message: String
  var fields: [LogField]

  /// The line as bytes, with its line feed.
  func encoded(as format: LogFormat) -> [UInt8] {
    switch format {
    case .json: json
    case .text: Array(text.utf8)
    }
  }

  private var json: [UInt8] {
    var writer = JSONWriter(capacity: 256)
    writer.beginObject()
    for field in [
      .text(.time, time.rfc3339), .text(.level, level.rawValue), .text(.message, message),
    ]
      + fields
    {
      writer.key(text: field.key.rawValue)
      switch field.value {
      case .text(let text): writer.string(bounded(text))
      case .integer(let number): writer.integer(number)
      case .flag(let flag): writer.bool(flag)
      }
    }
    writer.endObject()
    return writer.bytes + [UInt8(ascii: "\n")]
  }

  private var text: String {
    let name = level.rawValue.uppercased()
    let padding = String(repeating: " ", count: max(0, 7 - name.count))
    var line = "\(time.rfc3339) \(name)\(padding) \(escaped(bounded(message)))"
    for field in fields {
      line += " \(field.key.rawValue)="
      switch field.value {
      case .text(let text): line += quoted(bounded(text))
      case .integer(let number): line += String(number)
      case .flag(let flag): line += String(flag)
      }
    }
    return line + "\n"
  }

  /// Cut at a character's edge to what a value may have, without what would command a terminal or
  /// turn the direction of the text around it.
  private func bounded(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { $0 < 0x7F }
    if isPlain, text.utf8.count <= Log.longestValue { return text }
    var result = String.UnicodeScalarView()
    var length = 0
    var endWithRoom = result.endIndex
    for scalar in text.unicodeScalars {
      let shown = isHarmless(scalar) ? scalar : "\u{FFFD}"
      length += UTF8.width(shown)
      if length > Log.longestValue {
        return String(result[..<endWithRoom]) + "…"
      }
      result.append(shown)
      if length <= Log.longestValue - "…".utf8.count { endWithRoom = result.endIndex }
    }
    return String(result)
  }

  private func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x7F...0x9F, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: false
    default: true
    }
  }

  private func quoted(_ text: String) -> String {
    let isPlain = !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x3D }
    return isPlain ? escaped(text) : "\"\(escaped(text))\""
  }

  private func escaped(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C }) else { return text }
    return text.unicodeScalars.reduce(into: "") { result, scalar in
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\0"..<" ": result += "\\u{\(String(scalar.value, radix: 16))}"
      default: result.unicodeScalars.append(scalar)
      }
    }
  }
}
