/// One entry of a connector's `templates`: what is said for a usage type in a language.
public struct MessageTemplate: Sendable, Equatable {
  /// What it is for.
  public let usageType: UsageType
  /// Its language tag, as the settings have it; nil for the language of those who ask for none.
  public let locale: String?
  /// What it says.
  public let body: Body

  /// What a template says.
  public enum Body: Sendable, Equatable {
    /// A text message.
    case text(Template)
    /// A mail.
    case mail(Template, MailParts)
    /// What the provider has under a name.
    case provider(ProviderTemplate)
    /// A mail that the provider has under a name.
    case hosted(HostedTemplate)
  }

  /// What a mail has besides its text.
  public struct MailParts: Sendable, Equatable {
    /// The subject.
    public let subject: Template
    /// Whether the text is HTML rather than plain.
    public let isHTML: Bool
    /// The plain part beside an HTML text, where the settings give one.
    public var plainText: Template?
    /// Where answers go, if not to the sender.
    public let replyTo: Template?
    /// A mailbox or display name in place of the connector's.
    public let sendFrom: Template?
  }

  /// The text for one message.
  ///
  /// Values are escaped in HTML, and what becomes a header stays on one line.
  /// - Throws: ``UnresolvedVariable`` for the first variable without a value.
  public func rendered(
    with values: inout TemplateValues
  ) throws(UnresolvedVariable) -> Message.Content {
    switch body {
    case .text(let content): .text(try content.rendered(for: .plainText, with: &values))
    case .provider(let template): .template(try template.filled(with: &values))
    case .hosted(let template): .hostedMail(try template.filled(with: &values))
    case .mail(let content, let mail):
      .mail(
        Message.Mail(
          subject: try mail.subject.rendered(for: .header, with: &values),
          body: try content.rendered(for: mail.isHTML ? .html : .plainText, with: &values),
          isHTML: mail.isHTML,
          plainText: try mail.plainText?.rendered(for: .plainText, with: &values),
          replyTo: try mail.replyTo?.rendered(for: .header, with: &values),
          sendFrom: try mail.sendFrom?.rendered(for: .header, with: &values)))
    }
  }
}
