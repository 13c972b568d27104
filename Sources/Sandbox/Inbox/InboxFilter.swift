public import Delivery

/// Which messages of an ``Inbox`` are asked for; what is nil does not matter.
public struct InboxFilter: Sendable {
  /// To whom: a number in any spelling, an address in any case.
  public var recipient: String? { didSet { recipientKey = recipient.map(Script.key) } }
  /// The stand-in's name.
  public var provider: String?
  /// How it travelled.
  public var channel: Channel?
  /// What the code is for.
  public var usageType: String?
  /// Not taken before.
  public var since: Timestamp?
  /// Behind the message with this id.
  public var after: Int?
  /// Before the message with this id.
  public var before: Int?
  /// Stands in recipient, code, subject, text, provider or usage type, in any case.
  public var search: String? { didSet { needle = search.map { $0.lowercased() } } }

  private var recipientKey: String?
  private var needle: String?

  /// Any message.
  public init() {}

  /// Whether a message is asked for.
  func matches(_ message: InboxMessage) -> Bool {
    if let after, message.id <= after { return false }
    if let before, message.id >= before { return false }
    if let provider, message.provider != provider { return false }
    if let channel, message.channel != channel { return false }
    if let usageType, (message.usageType ?? message.conclusion?.usageType) != usageType {
      return false
    }
    if let since, message.time < since { return false }
    if let recipientKey, Script.key(message.recipient) != recipientKey { return false }
    guard let needle, !needle.isEmpty else { return true }
    return [
      message.recipient, message.code, message.subject, message.text, message.provider,
      message.usageType ?? message.conclusion?.usageType, message.sender,
    ].contains { $0?.lowercased().contains(needle) ?? false }
  }
}
