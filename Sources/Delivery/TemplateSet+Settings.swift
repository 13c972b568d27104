extension TemplateSet {
  /// Reads a connector's `templates`, every problem noted.
  ///
  /// They are a list of `usageType`, `content` and perhaps `locale`; for mail also `subject`, `contentType`, `replyTo` and
  /// `sendFrom`. Where the provider keeps the texts, `templateCode` and `variables` stand in place of `content`.
  ///
  /// - Parameters:
  ///   - node: the list; nil when the key is missing, which is a problem.
  ///   - path: the full key of the list, such as `connectors.twilio-main.config.templates`.
  ///   - form: what an entry holds.
  ///   - problems: gets everything that is wrong; an entry with a problem is left out of the set.
  public init(
    node: SettingNode?, path: String, form: TemplateForm, problems: inout [SettingProblem]
  ) {
    if form == .deliveries {
      self.init(Self.deliveries(node, path: path, problems: &problems))
      return
    }
    var templates: [MessageTemplate] = []
    switch node?.value {
    case .array(let entries)? where !entries.isEmpty:
      for (index, entry) in entries.enumerated() {
        var reader = TemplateReader(entry, path: "\(path)[\(index)]", form: form)
        if let template = reader.template(), reader.problems.isEmpty { templates.append(template) }
        problems += reader.problems
      }
    default:
      problems.append(
        SettingProblem(
          at: node?.position, key: path,
          "must be a list of templates, each with \(TemplateReader.required(for: form))"))
    }
    self.init(templates)
  }
}
