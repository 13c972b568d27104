/// Reads one entry of a connector's `templates`.
struct TemplateReader {
  private(set) var problems: [SettingProblem] = []
  private let node: SettingNode
  private let path: String
  private let form: TemplateForm
  private var members: [SettingMember] = []

  init(_ node: SettingNode, path: String, form: TemplateForm) {
    self.node = node
    self.path = path
    self.form = form
    if case .object(let members) = node.value { self.members = members }
  }

  static func required(for form: TemplateForm) -> String {
    switch form {
    case .text: "usageType and content"
    case .mail: "usageType, subject and content"
    case .provider: "usageType and templateCode"
    case .hosted(let form):
      "usageType and \(form.keys[0])" + (form.mayHoldText ? ", or subject and content" : "")
    case .deliveries: "html or template"
    }
  }

  /// The template; nil when it has a problem.
  mutating func template() -> MessageTemplate? {
    guard isMapping else {
      report(nil, "must be a mapping with \(Self.required(for: form))")
      return nil
    }
    checkNames()
    let usageType = required("usageType")
    let body = body()
    let locale = self.locale()
    guard let usageType, let body else { return nil }
    return MessageTemplate(usageType: UsageType(rawValue: usageType), locale: locale, body: body)
  }

  private mutating func body() -> MessageTemplate.Body? {
    switch form {
    case .text:
      guard let content = required("content").map(Template.init) else { return nil }
      checkUse(content.variables, of: "content")
      return .text(content)
    case .mail: return mail()
    case .provider(let form): return providerTemplate(form).map { .provider($0) }
    case .hosted(let form): return hostedTemplate(form)
    case .deliveries: return nil
    }
  }

  mutating func checkUse(_ variables: [String], of key: String) {
    if !variables.contains("code"), !variables.contains("link") {
      report(
        key,
        key == "variables"
          ? "holds neither code nor link, so nobody could use the message"
          : "holds neither {{code}} nor {{link}}, so nobody could use the message")
    }
  }

  mutating func locale() -> String? {
    guard let locale = text("locale") else { return nil }
    if LocaleTag(locale) == nil {
      report("locale", "must be a language tag such as en or pt-BR, found \"\(locale)\"")
    }
    return locale
  }

  mutating func checkNames() {
    var known = ["usageType", "locale"]
    switch form {
    case .text: known.append("content")
    case .mail: known += Self.textKeys + ["replyTo", "sendFrom"]
    case .hosted(let form):
      known += form.keys + ["variables", "replyTo", "sendFrom"]
      if form.mayHoldText { known += Self.textKeys }
    case .deliveries:
      known = [
        "html", "text", "template", "variables", "subject", "replyTo", "sendFrom", "locale",
      ]
    case .provider(let form):
      known += ["templateCode", "variables"] + (form.kinds.isEmpty ? [] : ["type"])
    }
    for member in members where !known.contains(member.key) {
      problems.append(
        SettingProblem(
          at: member.position, key: "\(path).\(member.key)",
          unknownNameMessage("unknown key", member.key, known: known)))
    }
  }

  mutating func required(_ key: String) -> String? {
    let value = text(key)
    if value == nil, !problems.contains(where: { $0.key == "\(path).\(key)" }) {
      report(key, "is missing")
    }
    return value
  }

  /// The text of `key`; nil when it is missing, empty or no text, which is a problem.
  mutating func text(_ key: String) -> String? {
    switch member(key)?.value {
    case nil, .null?: return nil
    case .string(let text)?: return text.isEmpty ? nil : text
    case .bool?, .number?, .array?, .object?:
      report(key, "must be text (in quotes when it looks like a number or true)")
      return nil
    }
  }

  /// Whether the entry is a mapping.
  var isMapping: Bool { if case .object = node.value { true } else { false } }

  /// What stands at `key`; nil when it is missing.
  func member(_ key: String) -> SettingNode? { members.first { $0.key == key }?.node }

  mutating func report(_ key: String?, _ message: String) {
    let place = key.flatMap(member)?.position ?? node.position
    problems.append(
      SettingProblem(at: place, key: key.map { "\(path).\($0)" } ?? path, message))
  }
}
