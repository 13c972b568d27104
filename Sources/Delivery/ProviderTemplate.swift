/// A template that the provider keeps and renders: what it is called there, and which values it wants.
public struct ProviderTemplate: Sendable, Equatable {
  /// How a provider's entries of `templates` look.
  public struct Form: Sendable, Equatable {
    /// How the provider's templates call their variables.
    public enum Parameters: Sendable {
      /// By name: a value is sent under each.
      case named
      /// By place: only the order counts.
      case ordered
    }

    /// How the provider's templates call their variables.
    public var parameters: Parameters
    /// The numbers that `type` may be; empty where the provider's entries have no such key.
    public var kinds: [Int]

    /// A form.
    public init(parameters: Parameters, kinds: [Int] = []) {
      self.parameters = parameters
      self.kinds = kinds
    }
  }

  /// What it is called.
  public enum Code: Sendable, Equatable {
    /// One for every recipient.
    case everywhere(String)
    /// One for mainland China and one for everywhere else; nil where there is none.
    case byRegion(china: String?, overseas: String?)

    /// The code for a recipient; nil when there is none for the region.
    public func code(inMainlandChina isMainland: Bool) -> String? {
      switch self {
      case .everywhere(let code): code
      case .byRegion(let china, let overseas): isMainland ? china : overseas
      }
    }
  }

  /// A variable of the provider's template, and where its value comes from.
  struct Parameter: Sendable, Equatable {
    let name: String
    let variable: TemplateVariable
  }

  /// What it is called.
  public let code: Code
  /// The provider's number for what sort of template it is (`type`), when the settings say.
  public let kind: Int?
  let parameters: [Parameter]

  /// The template with the values for one message.
  /// - Throws: ``UnresolvedVariable`` for the first variable without a value.
  func filled(with values: inout TemplateValues) throws(UnresolvedVariable)
    -> Message.FilledTemplate
  {
    var filled: [Message.FilledTemplate.Value] = []
    for parameter in parameters {
      guard let text = values.text(of: parameter.variable) else {
        throw UnresolvedVariable(name: parameter.variable.name)
      }
      filled.append(.init(name: parameter.name, text: text))
    }
    return Message.FilledTemplate(code: code, kind: kind, values: filled)
  }
}

/// What an entry of a connector's `templates` holds.
public enum TemplateForm: Sendable, Equatable {
  /// The text of a text message.
  case text
  /// The parts of a mail.
  case mail
  /// A reference to a template that the provider keeps.
  case provider(ProviderTemplate.Form)
  /// A reference to a mail template that the provider keeps, or the parts of a mail.
  case hosted(HostedTemplate.Form)
  /// Mailgun's: no list of entries, but a mapping of usage types.
  case deliveries

  /// The key of a connector's `config` under which they stand.
  public var key: String { self == .deliveries ? "deliveries" : "templates" }
}
