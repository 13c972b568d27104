internal import JSON

/// A mail template that the provider keeps and renders: what it is called there, and which values it gets.
public struct HostedTemplate: Sendable, Equatable {
  /// How a provider's entries of `templates` name its templates.
  public struct Form: Sendable, Equatable {
    /// The keys that may name one, such as `templateAlias`; each entry has one of them.
    public var keys: [String]
    /// Whether an entry may hold a mail's own text instead.
    public var mayHoldText: Bool

    /// A form.
    public init(keys: [String], mayHoldText: Bool = false) {
      self.keys = keys
      self.mayHoldText = mayHoldText
    }
  }

  /// Where a value of the model comes from.
  enum Source: Sendable, Equatable {
    /// A text of the settings, with variables replaced.
    case text(Template)
    /// Any other value of the settings.
    case constant(JSONValue)
  }

  /// Which values the provider gets.
  enum Model: Sendable, Equatable {
    /// What Logto documents, as far as the payload has it, after what the settings add; the payload goes first.
    case usual(adding: [(name: String, source: Source)])
    /// These variables and nothing else, each of which must have a value.
    case chosen([TemplateVariable])

    static func == (left: Model, right: Model) -> Bool {
      switch (left, right) {
      case (.usual(let left), .usual(let right)): left.elementsEqual(right) { $0 == $1 }
      case (.chosen(let left), .chosen(let right)): left == right
      default: false
      }
    }
  }

  private static let documented = Payload.documentedNames.map { TemplateVariable($0) }

  /// The key that names it, such as `templateAlias`.
  public let key: String
  /// What the provider calls it.
  public let name: String
  let model: Model
  /// The subject, where the provider's template has none of its own.
  let subject: Template?
  let replyTo: Template?
  let sendFrom: Template?

  /// The template with the values for one message.
  /// - Throws: ``UnresolvedVariable`` for the first variable without a value; `code` when there is neither code nor link.
  func filled(with values: inout TemplateValues) throws(UnresolvedVariable) -> Message.HostedMail {
    Message.HostedMail(
      key: key, name: name, model: try filledModel(with: &values),
      subject: try subject?.rendered(for: .header, with: &values),
      replyTo: try replyTo?.rendered(for: .header, with: &values),
      sendFrom: try sendFrom?.rendered(for: .header, with: &values))
  }

  private func filledModel(
    with values: inout TemplateValues
  ) throws(UnresolvedVariable) -> JSONValue {
    var tree = JSONValue.object([])
    switch model {
    case .chosen(let variables):
      for variable in variables {
        guard let value = values.json(of: variable) else {
          throw UnresolvedVariable(name: variable.name)
        }
        tree = tree.setting(variable.path, to: value)
      }
    case .usual(let added):
      for (name, source) in added {
        switch source {
        case .constant(let value): tree = tree.setting([name], to: value)
        case .text(let text):
          tree = tree.setting(
            [name], to: .string(try text.rendered(for: .plainText, with: &values)))
        }
      }
      for variable in Self.documented + [TemplateVariable("expiresInMinutes")] {
        if let value = values.json(of: variable) { tree = tree.setting([variable.name], to: value) }
      }
      guard values.hasCodeOrLink else { throw UnresolvedVariable(name: "code") }
    }
    return tree
  }
}

extension JSONValue {
  /// The object with a member at the end of a path of names; objects on the way are made where there are none.
  fileprivate func setting(_ path: [String], to value: JSONValue) -> JSONValue {
    guard let name = path.first else { return value }
    var members: [(String, JSONValue)] = []
    if case .object(let present) = self { members = present }
    let inner = members.first { $0.0 == name }?.1 ?? .object([])
    let changed = inner.setting(Array(path.dropFirst()), to: value)
    if let index = members.firstIndex(where: { $0.0 == name }) {
      members[index].1 = changed
    } else {
      members.append((name, changed))
    }
    return .object(members)
  }
}
