public import Delivery

/// What people and the settings need to know about a driver.
public struct DriverDescriptor: Sendable {
  /// Who writes the text of a message.
  public enum TextSource: Sendable, Equatable {
    /// We do: `templates` of `usageType` and `content` (and, for mail, subject and the like).
    case templates
    /// The provider does, from templates of its own: `templates` say which, and which values it gets.
    case provider(ProviderTemplate.Form)
    /// The provider does, from mail templates of its own, or we do: each entry of `templates` says.
    case hosted(HostedTemplate.Form)
    /// The same, where `deliveries` stands in place of `templates`.
    case deliveries
    /// The receiver does: it gets usage type and payload.
    case receiver
  }

  /// Logto's factory id, the value of `provider`.
  public var id: String
  /// The channel it serves.
  public var channel: Channel
  /// The name for people.
  public var name: String
  /// The provider's page that documents the API.
  public var documentation: String
  /// Who writes the text.
  public var text: TextSource
  /// The keys of `config`, without `templates` or `deliveries`.
  public var settings: [SettingDescriptor]
  /// How many exchanges at once unless the connector says otherwise.
  public var concurrency: Int

  /// A description of a driver.
  public init(
    id: String, channel: Channel, name: String, documentation: String, text: TextSource,
    settings: [SettingDescriptor], concurrency: Int = 64
  ) {
    self.id = id
    self.channel = channel
    self.name = name
    self.documentation = documentation
    self.text = text
    self.settings = settings
    self.concurrency = concurrency
  }

  /// What an entry of `templates` holds; nil where there are none.
  public var templateForm: TemplateForm? {
    switch text {
    case .templates: channel == .sms ? .text : .mail
    case .provider(let form): .provider(form)
    case .hosted(let form): .hosted(form)
    case .deliveries: .deliveries
    case .receiver: nil
    }
  }
}

/// One key of a connector's `config`, or of a mapping in it.
public struct SettingDescriptor: Sendable, Equatable {
  /// What a key takes.
  public enum Kind: Sendable, Equatable {
    /// Any text that is not empty.
    case text
    /// `true` or `false`.
    case flag
    /// A whole number in a range.
    case integer(ClosedRange<Int>)
    /// An absolute http or https URL.
    case url
    /// One of a few words.
    case choice([String])
    /// A mapping of these keys.
    case object([SettingDescriptor])
    /// A mapping of names of one's own to a text each, or a list of texts.
    case texts
    /// Whatever stands there: the driver looks at it.
    case anything
  }

  /// How `connectors show` writes a key: the value in YAML, as it stands in a file.
  public enum Example: Sendable, Equatable {
    /// Set: a connector that works usually has it. Required keys always are.
    case set(String)
    /// Commented out.
    case optional(String)

    /// The value in YAML.
    public var yaml: String {
      switch self {
      case .set(let yaml), .optional(let yaml): yaml
      }
    }
  }

  /// The key, spelled as Logto spells it.
  public var key: String
  /// What it takes.
  public var kind: Kind
  /// Whether it must be there.
  public var isRequired: Bool
  /// Whether its value must never be shown.
  public var isSecret: Bool
  /// One sentence for people, with unit and default.
  public var summary: String
  /// How an example has it; nil for what goes without saying.
  public var example: Example?

  /// A key.
  public init(
    _ key: String, _ kind: Kind, isRequired: Bool = false, isSecret: Bool = false,
    _ summary: String, example: Example? = nil
  ) {
    self.key = key
    self.kind = kind
    self.isRequired = isRequired
    self.isSecret = isSecret
    self.summary = summary
    self.example = example
  }
}
