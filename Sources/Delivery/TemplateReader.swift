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
    }
  }

  /// The template; nil when it has a problem.
  mutating func template() -> MessageTemplate? {
    guard case .object = node.value else {
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
      checkUse(content.variables)
      return .text(content)
    case .mail:
      let content = required("content").map(Template.init)
      let mail = mailParts()
      guard let content else { return nil }
      checkUse(content.variables + (mail?.subject.variables ?? []))
      return mail.map { .mail(content, $0) }
    case .provider(let form): return providerTemplate(form).map { .provider($0) }
    }
  }

  private mutating func checkUse(_ variables: [String]) {
    if !variables.contains("code"), !variables.contains("link") {
      report("content", "holds neither {{code}} nor {{link}}, so nobody could use the message")
    }
  }

  private mutating func mailParts() -> MessageTemplate.MailParts? {
    let subject = required("subject").map(Template.init)
    let type = text("contentType") ?? "text/html"
    if type != "text/html", type != "text/plain" {
      report("contentType", "must be text/html or text/plain, found \"\(type)\"")
    }
    let replyTo = text("replyTo").map(Template.init)
    let sendFrom = text("sendFrom").map(Template.init)
    guard let subject else { return nil }
    return MessageTemplate.MailParts(
      subject: subject, isHTML: type == "text/html", replyTo: replyTo, sendFrom: sendFrom)
  }

  private mutating func locale() -> String? {
    guard let locale = text("locale") else { return nil }
    if LocaleTag(locale) == nil {
      report("locale", "must be a language tag such as en or pt-BR, found \"\(locale)\"")
    }
    return locale
  }

  private mutating func checkNames() {
    var known = ["usageType", "locale"]
    switch form {
    case .text: known.append("content")
    case .mail: known += ["content", "subject", "contentType", "replyTo", "sendFrom"]
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

  /// What stands at `key`; nil when it is missing.
  func member(_ key: String) -> SettingNode? { members.first { $0.key == key }?.node }

  mutating func report(_ key: String?, _ message: String) {
    let place = key.flatMap(member)?.position ?? node.position
    problems.append(
      SettingProblem(at: place, key: key.map { "\(path).\($0)" } ?? path, message))
  }
}
