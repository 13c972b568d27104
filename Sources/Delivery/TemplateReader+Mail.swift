internal import JSON

// Mails: texts of ours, and templates that the provider keeps.
//
//     - usageType: SignIn
//       subject: Your code                     # our text …
//       content: <p>{{code}}</p>
//     - usageType: Generic
//       templateAlias: sign-in                 # … or the provider's
//       variables: [code, user.name]           # these and no others; by default what Logto documents
//     - usageType: Register
//       templateAlias: register
//       variables: { brand: Acme, name: "{{user.name}}" }   # besides what Logto documents
extension TemplateReader {
  /// The keys of a mail's own text.
  static let textKeys = ["subject", "content", "contentType", "type"]

  /// A mail of ours.
  mutating func mail() -> MessageTemplate.Body? {
    let content = required("content").map(Template.init)
    let subject = required("subject").map(Template.init)
    let isHTML = isHTML()
    let mail = subject.map {
      MessageTemplate.MailParts(
        subject: $0, isHTML: isHTML, replyTo: text("replyTo").map(Template.init),
        sendFrom: text("sendFrom").map(Template.init))
    }
    guard let content else { return nil }
    checkUse(content.variables + (mail?.subject.variables ?? []), of: "content")
    return mail.map { .mail(content, $0) }
  }

  /// Whether the content is HTML: `contentType`, which some of Logto's connectors call `type`.
  private mutating func isHTML() -> Bool {
    let given = ["contentType", "type"].compactMap { key in text(key).map { (key, $0) } }
    for (key, type) in given where type != "text/html" && type != "text/plain" {
      report(key, "must be text/html or text/plain, found \"\(type)\"")
    }
    if given.count == 2, given[0].1 != given[1].1 {
      report("type", "contradicts contentType: keep one of the two")
    }
    return given.first?.1 ?? "text/html" == "text/html"
  }

  /// A mail of ours, or a template that the provider keeps.
  mutating func hostedTemplate(_ form: HostedTemplate.Form) -> MessageTemplate.Body? {
    let names = form.keys.filter { member($0)?.isEmpty == false }
    guard let key = names.first else {
      guard form.mayHoldText else {
        report(form.keys[0], "is missing")
        return nil
      }
      return mail()
    }
    for other in names.dropFirst() { report(other, "stands beside \(key): keep one of the two") }
    for other in Self.textKeys where form.mayHoldText && member(other) != nil {
      report(other, "stands beside \(key): either the text is the provider's or it is ours")
    }
    return hosted(key).map { .hosted($0) }
  }

  /// The provider's template that `key` names.
  mutating func hosted(_ key: String) -> HostedTemplate? {
    let name = plainText(key)
    let model = model()
    let subject = text("subject").map(Template.init)
    let replyTo = text("replyTo").map(Template.init)
    let sendFrom = text("sendFrom").map(Template.init)
    guard let name, let model else { return nil }
    return HostedTemplate(
      key: key, name: name, model: model, subject: subject, replyTo: replyTo, sendFrom: sendFrom)
  }

  /// A text, or a number in the words of the file.
  private mutating func plainText(_ key: String) -> String? {
    if case .number(let text)? = member(key)?.value { return text }
    return required(key)
  }

  private mutating func model() -> HostedTemplate.Model? {
    switch member("variables")?.value {
    case nil, .null?: return .usual(adding: [])
    case .object(let members)?:
      return .usual(
        adding: members.map { member in
          if case .string(let text) = member.node.value {
            return (member.key, .text(Template(text)))
          }
          return (member.key, .constant(member.node.json))
        })
    case .array(let nodes)?: return chosen(nodes).map { .chosen($0) }
    default:
      report("variables", "must be a list of variables, or a mapping of names to values")
      return nil
    }
  }

  private mutating func chosen(_ nodes: [SettingNode]) -> [TemplateVariable]? {
    var variables: [TemplateVariable] = []
    for node in nodes {
      guard case .string(let name) = node.value, Template("{{\(name)}}").variables == [name] else {
        report("variables", "must hold names of variables, such as code or application.name")
        return nil
      }
      let variable = TemplateVariable(name)
      if let other = variables.first(where: {
        $0.path.starts(with: variable.path) || variable.path.starts(with: $0.path)
      }) {
        report("variables", "has both \(other.name) and \(name), of which one holds the other")
        return nil
      }
      variables.append(variable)
    }
    checkUse(variables.map(\.name), of: "variables")
    return variables
  }
}

extension SettingNode {
  /// What stands here as JSON.
  fileprivate var json: JSONValue {
    switch value {
    case .null: .null
    case .bool(let flag): .bool(flag)
    case .string(let text): .string(text)
    // The file's numbers need not be JSON's, such as 0x1F.
    case .number(let text): isJSONNumber(text) ? .number(text) : .string(text)
    case .array(let nodes): .array(nodes.map(\.json))
    case .object(let members): .object(members.map { ($0.key, $0.node.json) })
    }
  }
}

private func isJSONNumber(_ text: String) -> Bool {
  if case .number? = try? JSONValue(parsing: Array(text.utf8)) { true } else { false }
}
