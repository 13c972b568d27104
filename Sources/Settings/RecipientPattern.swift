public import Delivery

/// A recipient, or many: `+4512345678`, `+45*`, `someone@example.com`, `*@example.com`.
///
/// `*` stands for any characters, none included. Prints masked, as it may be somebody's address.
public struct RecipientPattern: Sendable, Hashable, CustomStringConvertible {
  private let channel: Channel
  /// What stands before, between and after the stars.
  private let pieces: [String]

  /// Reads a pattern; nil when it is neither one of numbers (`+`, digits and stars) nor one of
  /// addresses (one `@`, no spaces).
  public init?(_ text: String) {
    let isNumber =
      text.hasPrefix("+") && text.count > 1
      && text.dropFirst().allSatisfy { $0 == "*" || ("0"..."9").contains($0) }
    let isAddress =
      text.count { $0 == "@" } == 1 && !text.hasPrefix("@") && !text.hasSuffix("@")
      && !text.contains { $0.isWhitespace || $0 == "," }
    guard isNumber || isAddress else { return nil }
    channel = isNumber ? .sms : .email
    pieces = text.lowercased().split(separator: "*", omittingEmptySubsequences: false)
      .map(String.init)
  }

  /// Whether it stands for `recipient`; without regard to case.
  public func matches(_ recipient: Recipient) -> Bool {
    guard recipient.channel == channel else { return false }
    var rest = recipient.address.lowercased()[...]
    guard rest.hasPrefix(pieces[0]) else { return false }
    guard pieces.count > 1 else { return rest.count == pieces[0].count }
    rest = rest.dropFirst(pieces[0].count)
    // The first place that fits leaves the most for what follows.
    for piece in pieces.dropFirst().dropLast() where !piece.isEmpty {
      guard let found = rest.firstRange(of: piece) else { return false }
      rest = rest[found.upperBound...]
    }
    return rest.hasSuffix(pieces[pieces.count - 1])
  }

  /// The kind of pattern, without what it says.
  public var description: String { "<pattern of \(channel.rawValue) recipients>" }
}

extension SettingFormat where Value == RecipientPattern {
  /// A pattern of recipients.
  static let recipientPattern = SettingFormat(
    name: "a pattern such as +4512345678, +45*, someone@example.com or *@example.com"
  ) { text in RecipientPattern(text) }
}

extension SettingFormat where Value == [RecipientPattern] {
  /// Patterns on one line, as in an environment variable.
  static let recipientPatterns = SettingFormat(
    name: "a list of patterns such as +4512345678, +45*, someone@example.com or *@example.com"
  ) { text in
    let parts = text.split(separator: ",").map { $0.trimming(while: \.isWhitespace) }
    let patterns = parts.compactMap { RecipientPattern(String($0)) }
    return patterns.isEmpty || patterns.count < parts.count ? nil : patterns
  }
}

extension Substring {
  fileprivate func trimming(while isDropped: (Character) -> Bool) -> Substring {
    let start = drop(while: isDropped)
    let end = start.lastIndex { !isDropped($0) }
    return end.map { start[...$0] } ?? ""
  }
}
