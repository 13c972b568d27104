import Delivery

/// What an unquoted scalar means: YAML 1.2's core schema, so `yes`, `no`, `on` and `off` are text.
///
/// https://yaml.org/spec/1.2.2/#103-core-schema
enum PlainScalar {
  static func value(of text: String) -> SettingNode.Value {
    switch text {
    case "", "~", "null", "Null", "NULL": .null
    case "true", "True", "TRUE": .bool(true)
    case "false", "False", "FALSE": .bool(false)
    default: isNumber(text) ? .number(text) : .string(text)
    }
  }

  private static func isNumber(_ text: String) -> Bool {
    if text.hasPrefix("0o") { return text.count > 2 && text.dropFirst(2).allSatisfy(isOctal) }
    if text.hasPrefix("0x") {
      return text.count > 2 && text.dropFirst(2).allSatisfy { $0.isASCII && $0.isHexDigit }
    }
    if [".nan", ".NaN", ".NAN"].contains(text) { return true }
    let unsigned = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
    return [".inf", ".Inf", ".INF"].contains(unsigned) || isDecimal(unsigned)
  }

  /// `( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`, which takes integers in.
  private static func isDecimal(_ text: Substring) -> Bool {
    let whole = text.prefix(while: isDigit)
    var rest = text[whole.endIndex...]
    if rest.hasPrefix(".") {
      let fraction = rest.dropFirst().prefix(while: isDigit)
      guard !whole.isEmpty || !fraction.isEmpty else { return false }
      rest = rest[fraction.endIndex...]
    } else if whole.isEmpty {
      return false
    }
    guard let first = rest.first else { return true }
    guard first == "e" || first == "E" else { return false }
    let exponent = rest.dropFirst()
    let digits = exponent.first == "-" || exponent.first == "+" ? exponent.dropFirst() : exponent
    return !digits.isEmpty && digits.allSatisfy(isDigit)
  }

  private static func isDigit(_ character: Character) -> Bool {
    ("0"..."9").contains(character)
  }

  private static func isOctal(_ character: Character) -> Bool {
    ("0"..."7").contains(character)
  }
}
