public import JSON

/// What a driver is given: to whom, what for, and the text where it is ours to write.
///
/// An object, because it is handed through many calls and none changes it.
public final class Message: Sendable {
  /// The text of a message; prints nothing of it.
  public enum Content: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
    /// The provider or receiver writes the text: it gets usage type and payload.
    case none
    /// A text message.
    case text(String)
    /// A mail.
    case mail(Mail)
    /// A template that the provider keeps, with the values for it.
    case template(FilledTemplate)
    /// A mail by a template that the provider keeps, with the values for it.
    case hostedMail(HostedMail)

    /// What it is and how long.
    public var description: String {
      switch self {
      case .none: "<no text>"
      case .text(let text): "<text of \(text.utf8.count) bytes>"
      case .mail(let mail): "<mail of \(mail.body.utf8.count) bytes>"
      case .hostedMail: "<mail by a template of the provider>"
      case .template(let template): "<template with \(template.values.count) values>"
      }
    }
    /// Without children, so that `dump` shows no text either.
    public var customMirror: Mirror { Mirror(self, children: [], displayStyle: .enum) }
  }
  /// A rendered mail.
  public struct Mail: Sendable, Equatable {
    /// The subject, without line breaks.
    public var subject: String
    /// The body.
    public var body: String
    /// Whether `body` is HTML rather than plain text.
    public var isHTML: Bool
    /// The plain part beside HTML, where the template gives one.
    public var plainText: String?
    /// Where answers go, if not to the sender.
    public var replyTo: String?
    /// A mailbox or display name in place of the connector's.
    public var sendFrom: String?

    /// A mail.
    public init(
      subject: String, body: String, isHTML: Bool, plainText: String? = nil,
      replyTo: String? = nil, sendFrom: String? = nil
    ) {
      self.subject = subject
      self.body = body
      self.isHTML = isHTML
      self.plainText = plainText
      self.replyTo = replyTo
      self.sendFrom = sendFrom
    }
  }

  /// A template that the provider keeps, with exactly the values that the settings name for it.
  public struct FilledTemplate: Sendable, Equatable {
    /// A value for a variable.
    public struct Value: Sendable, Equatable {
      /// What the provider's template calls it.
      public var name: String
      /// The value.
      public var text: String

      /// A value for a variable.
      public init(name: String, text: String) {
        self.name = name
        self.text = text
      }
    }
    /// What the provider calls the template.
    public var code: ProviderTemplate.Code
    /// The provider's number for what sort of template it is, when the settings say.
    public var kind: Int?
    /// The values, in the order of the settings.
    public var values: [Value]

    /// A template with its values.
    public init(code: ProviderTemplate.Code, kind: Int? = nil, values: [Value]) {
      self.code = code
      self.kind = kind
      self.values = values
    }
  }

  /// A mail by a template that the provider keeps, with the values for it.
  public struct HostedMail: Sendable, Equatable {
    /// The key of the settings that names the template, such as `templateAlias`.
    public var key: String
    /// What the provider calls the template.
    public var name: String
    /// The values: an object.
    public var model: JSONValue
    /// The subject, where the settings give one; without line breaks.
    public var subject: String?
    /// Where answers go, if not to the sender.
    public var replyTo: String?
    /// A mailbox or display name in place of the connector's.
    public var sendFrom: String?

    /// A mail.
    public init(
      key: String, name: String, model: JSONValue, subject: String? = nil, replyTo: String? = nil,
      sendFrom: String? = nil
    ) {
      self.key = key
      self.name = name
      self.model = model
      self.subject = subject
      self.replyTo = replyTo
      self.sendFrom = sendFrom
    }
  }

  /// The idempotency key of the request.
  public let eventID: String
  /// To whom.
  public let recipient: Recipient
  /// What for.
  public let usageType: UsageType
  /// What the producer gave for templates and receivers.
  public let payload: Payload
  /// The client's address, when the producer gave it.
  public let ip: String?
  /// The text.
  public let content: Content

  /// A message.
  public init(
    eventID: String, recipient: Recipient, usageType: UsageType, payload: Payload, ip: String?,
    content: Content
  ) {
    self.eventID = eventID
    self.recipient = recipient
    self.usageType = usageType
    self.payload = payload
    self.ip = ip
    self.content = content
  }
}
