/// Prometheus' text format, version 0.0.4.
/// https://prometheus.io/docs/instrumenting/exposition_formats/
struct Exposition {
  private(set) var bytes: [UInt8] = []

  /// The two lines that introduce a family; `help` may hold any character.
  mutating func begin(_ name: String, help: String, kind: String) {
    append("# HELP \(name) \(Self.escaped(help, quotes: false))\n# TYPE \(name) \(kind)\n")
  }

  /// One sample; `labels` come from ``labelText(names:values:)``.
  mutating func sample(_ name: String, labels: String, _ value: UInt64) {
    append("\(name)\(labels) \(value)\n")
  }

  /// One sample; `labels` come from ``labelText(names:values:)``.
  mutating func sample(_ name: String, labels: String, _ value: Double) {
    append("\(name)\(labels) \(Self.text(of: value))\n")
  }

  private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  /// `{a="1",b="2"}`; empty when there are no labels.
  static func labelText(names: [String], values: [String]) -> String {
    guard !names.isEmpty else { return "" }
    let pairs = zip(names, values).map { "\($0)=\"\(escaped($1, quotes: true))\"" }
    return "{\(pairs.joined(separator: ","))}"
  }

  /// Whole numbers without a fraction, the others so that they read back as the same value.
  static func text(of value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    return Int64(exactly: value).map(String.init) ?? value.description
  }

  private static func escaped(_ text: String, quotes: Bool) -> String {
    var escaped = ""
    for character in text.unicodeScalars {
      switch character {
      case "\\": escaped += "\\\\"
      case "\n": escaped += "\\n"
      case "\"" where quotes: escaped += "\\\""
      default: escaped.unicodeScalars.append(character)
      }
    }
    return escaped
  }
}
