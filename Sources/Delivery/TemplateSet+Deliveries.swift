extension TemplateSet {
  /// Reads `deliveries`: a mapping of usage types to a delivery each, or to a list of them in several languages.
  ///
  ///     SignIn: { subject: Your code, html: "<p>{{code}}</p>", text: "{{code}}" }
  ///     Generic:
  ///       - { template: generic, variables: { brand: Acme } }
  ///       - { template: generic-de, locale: de }
  static func deliveries(
    _ node: SettingNode?, path: String, problems: inout [SettingProblem]
  ) -> [MessageTemplate] {
    guard case .object(let members)? = node?.value, !members.isEmpty else {
      problems.append(
        SettingProblem(
          at: node?.position, key: path,
          "must be a mapping of usage types, each with html or template"))
      return []
    }
    return members.flatMap { member -> [MessageTemplate] in
      let entries: [(node: SettingNode, path: String)] =
        if case .array(let nodes) = member.node.value {
          nodes.enumerated().map { ($1, "\(path).\(member.key)[\($0)]") }
        } else {
          [(member.node, "\(path).\(member.key)")]
        }
      return entries.compactMap { entry in
        var reader = TemplateReader(entry.node, path: entry.path, form: .deliveries)
        let template = reader.delivery(for: UsageType(rawValue: member.key))
        problems += reader.problems
        return reader.problems.isEmpty ? template : nil
      }
    }
  }
}

extension TemplateReader {
  /// A delivery: a text of ours (`html`, `text` or both), or a template that the provider keeps.
  mutating func delivery(for usageType: UsageType) -> MessageTemplate? {
    guard isMapping else {
      report(nil, "must be a mapping with \(Self.required(for: .deliveries))")
      return nil
    }
    checkNames()
    let locale = locale()
    guard let body = deliveryBody() else { return nil }
    return MessageTemplate(usageType: usageType, locale: locale, body: body)
  }

  private mutating func deliveryBody() -> MessageTemplate.Body? {
    let texts = ["html", "text"].filter { member($0)?.isEmpty == false }
    if member("template")?.isEmpty == false {
      for key in texts { report(key, "stands beside template: keep one of the two") }
      return hosted("template").map { .hosted($0) }
    }
    if member("variables") != nil {
      report("variables", "belongs to template: html and text have their variables in braces")
    }
    guard let main = texts.first else {
      report("html", "is missing: a delivery has html or template")
      return nil
    }
    guard let content = text(main).map(Template.init) else { return nil }
    let plain = main == "html" ? text("text").map(Template.init) : nil
    let subject = Template(text("subject") ?? "")
    checkUse(content.variables + subject.variables, of: main)
    return .mail(
      content,
      MessageTemplate.MailParts(
        subject: subject, isHTML: main == "html", plainText: plain,
        replyTo: text("replyTo").map(Template.init), sendFrom: text("sendFrom").map(Template.init)))
  }
}
