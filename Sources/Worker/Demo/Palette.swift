/// Colours, where they can be seen.
struct Palette: Sendable {
  /// What a text is, which decides how it looks.
  enum Tone: Sendable {
    case plain
    /// Of less interest.
    case faint
    case good
    /// Not yet over.
    case waiting
    case bad

    /// SGR parameters of ECMA-48; nil leaves the text as it is.
    /// https://ecma-international.org/publications-and-standards/standards/ecma-48/
    fileprivate var parameters: String? {
      switch self {
      case .plain: nil
      case .faint: "2"
      case .good: "32"
      case .waiting: "33"
      case .bad: "31"
      }
    }
  }

  /// Whether there are any.
  var isColored: Bool

  /// The text in the colour of its tone.
  func paint(_ text: String, _ tone: Tone) -> String {
    guard isColored, let parameters = tone.parameters else { return text }
    return "\u{1B}[\(parameters)m\(text)\u{1B}[0m"
  }
}
