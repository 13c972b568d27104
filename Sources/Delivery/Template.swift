/// A text with variables in double braces, such as `Your code is {{code}}`; taken apart once, when settings are read.
///
/// A variable is `{{`, white space or none, a name of letters, digits, `_` and `.`, white space or none, `}}`. A
/// name that begins with a dot, and anything else in braces, is plain text. The same pattern as Logto's, but strict in
/// what follows: see ``TemplateValues``.
public struct Template: Sendable, Equatable {
  /// What a text is written into, which says what its values must not bring along.
  public enum Destination: Sendable {
    /// A text message or a plain body: values go in as they are.
    case plainText
    /// HTML: values are escaped, the template's own markup is not.
    case html
    /// A mail header: every run of control characters and line breaks becomes one space, or nothing at the ends.
    case header
  }

  private enum Piece: Sendable, Equatable {
    case text(String)
    case variable(TemplateVariable)
  }

  private let pieces: [Piece]

  /// Takes a text apart; every text is a template.
  public init(_ text: String) {
    // By scalars, as a combining mark after the braces must not hide them.
    let pattern = /\{\{\s*([A-Za-z0-9_][A-Za-z0-9_.]*)\s*\}\}/.matchingSemantics(.unicodeScalar)
    var pieces: [Piece] = []
    var rest = text.startIndex
    for match in text.matches(of: pattern) {
      if rest < match.range.lowerBound {
        pieces.append(.text(String(text[rest..<match.range.lowerBound])))
      }
      pieces.append(.variable(TemplateVariable(String(match.output.1))))
      rest = match.range.upperBound
    }
    if rest < text.endIndex { pieces.append(.text(String(text[rest...]))) }
    self.pieces = pieces
  }

  /// The names of the variables, each once, in the order of the text.
  public var variables: [String] {
    pieces.reduce(into: []) { names, piece in
      if case .variable(let variable) = piece, !names.contains(variable.name) {
        names.append(variable.name)
      }
    }
  }

  /// The text with every variable replaced, once: braces inside a value stay as they are.
  /// - Throws: ``UnresolvedVariable`` for the first variable without a value.
  public func rendered(
    for destination: Destination, with values: inout TemplateValues
  ) throws(UnresolvedVariable) -> String {
    var output = ""
    for piece in pieces {
      switch piece {
      case .text(let text): output += text
      case .variable(let variable):
        guard let value = values.text(of: variable) else {
          throw UnresolvedVariable(name: variable.name)
        }
        output += destination == .html ? escapedForHTML(value) : value
      }
    }
    return destination == .header ? onOneLine(output) : output
  }
}

/// A variable of a template that has no value: the message must not go out.
public struct UnresolvedVariable: Error, Sendable, Equatable {
  /// The variable's name, as the template has it: safe to log.
  public let name: String
}

/// A variable's name and where its value comes from.
struct TemplateVariable: Sendable, Equatable {
  /// Where a value comes from.
  ///
  /// Only a path asks for the whole payload to be read.
  enum Source: Sendable, Equatable {
    case code
    case link
    case locale
    case expiresInMinutes
    case path([String])
  }

  let name: String
  let source: Source

  /// Its name, step by step.
  var path: [String] {
    name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
  }

  init(_ name: String) {
    self.name = name
    source =
      switch name {
      case "code": .code
      case "link": .link
      case "locale": .locale
      case "expiresInMinutes": .expiresInMinutes
      default:
        .path(name.split(separator: ".", omittingEmptySubsequences: false).map(String.init))
      }
  }
}

/// `text` as character data or a quoted attribute value of HTML.
private func escapedForHTML(_ text: String) -> String {
  guard text.unicodeScalars.contains(where: { htmlEntity(for: $0) != nil }) else { return text }
  var escaped = ""
  for scalar in text.unicodeScalars {
    if let entity = htmlEntity(for: scalar) {
      escaped += entity
    } else {
      escaped.unicodeScalars.append(scalar)
    }
  }
  return escaped
}

private func htmlEntity(for scalar: Unicode.Scalar) -> String? {
  switch scalar {
  case "&": "&amp;"
  case "<": "&lt;"
  case ">": "&gt;"
  case "\"": "&quot;"
  case "'": "&#39;"
  default: nil
  }
}

/// `text` with one space in place of every run of control characters and line breaks, none at its ends.
private func onOneLine(_ text: String) -> String {
  guard text.unicodeScalars.contains(where: breaksLine) else { return text }
  return text.unicodeScalars.split(whereSeparator: breaksLine).map(String.init)
    .joined(separator: " ")
}

private func breaksLine(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029: true
  default: false
  }
}
