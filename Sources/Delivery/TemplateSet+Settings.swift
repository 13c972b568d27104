extension TemplateSet {
  /// Reads a connector's `templates`: a list of `usageType`, `content` and perhaps `locale`; for mail also
  /// `subject`, `contentType`, `replyTo` and `sendFrom`.
  ///
  /// - Parameters:
  ///   - node: the list; nil when the key is missing, which is a problem.
  ///   - path: the full key of the list, such as `connectors.twilio-main.config.templates`.
  ///   - channel: the channel of the connector.
  ///   - problems: gets everything that is wrong; an entry with a problem is left out of the set.
  public init(
    node: SettingNode?, path: String, channel: Channel, problems: inout [SettingProblem]
  ) {
    var templates: [MessageTemplate] = []
    switch node?.value {
    case .array(let entries)? where !entries.isEmpty:
      for (index, entry) in entries.enumerated() {
        var reader = TemplateReader(entry, path: "\(path)[\(index)]", channel: channel)
        if let template = reader.template(), reader.problems.isEmpty { templates.append(template) }
        problems += reader.problems
      }
    default:
      problems.append(
        SettingProblem(
          at: node?.position, key: path,
          "must be a list of templates, each with \(TemplateReader.required(for: channel))"))
    }
    self.init(templates)
  }
}

/// Reads one entry of `templates`.
private struct TemplateReader {
  var problems: [SettingProblem] = []
  private let node: SettingNode
  private let path: String
  private let channel: Channel
  private var members: [SettingMember] = []

  init(_ node: SettingNode, path: String, channel: Channel) {
    self.node = node
    self.path = path
    self.channel = channel
    if case .object(let members) = node.value { self.members = members }
  }

  static func required(for channel: Channel) -> String {
    channel == .sms ? "usageType and content" : "usageType, subject and content"
  }

  /// The template; nil when it has a problem.
  mutating func template() -> MessageTemplate? {
    guard case .object = node.value else {
      report(nil, "must be a mapping with \(Self.required(for: channel))")
      return nil
    }
    checkNames()
    let usageType = required("usageType")
    let content = required("content").map(Template.init)
    let locale = self.locale()
    let mail = channel == .email ? mailParts() : nil
    guard let usageType, let content else { return nil }
    let variables = content.variables + (mail?.subject.variables ?? [])
    if !variables.contains("code"), !variables.contains("link") {
      report("content", "holds neither {{code}} nor {{link}}, so nobody could use the message")
    }
    return MessageTemplate(
      usageType: UsageType(rawValue: usageType), locale: locale, content: content, mail: mail)
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
    var known = ["usageType", "locale", "content"]
    if channel == .email { known += ["subject", "contentType", "replyTo", "sendFrom"] }
    for member in members where !known.contains(member.key) {
      problems.append(
        SettingProblem(
          at: member.position, key: "\(path).\(member.key)",
          unknownNameMessage("unknown key", member.key, known: known)))
    }
  }

  private mutating func required(_ key: String) -> String? {
    let value = text(key)
    if value == nil, !problems.contains(where: { $0.key == "\(path).\(key)" }) {
      report(key, "is missing")
    }
    return value
  }

  /// The text of `key`; nil when it is missing, empty or no text, which is a problem.
  private mutating func text(_ key: String) -> String? {
    switch members.first(where: { $0.key == key })?.node.value {
    case nil, .null?: return nil
    case .string(let text)?: return text.isEmpty ? nil : text
    case .bool?, .number?, .array?, .object?:
      report(key, "must be text (in quotes when it looks like a number or true)")
      return nil
    }
  }

  private mutating func report(_ key: String?, _ message: String) {
    let place = members.first { $0.key == key }?.node.position ?? node.position
    problems.append(
      SettingProblem(at: place, key: key.map { "\(path).\($0)" } ?? path, message))
  }
}
