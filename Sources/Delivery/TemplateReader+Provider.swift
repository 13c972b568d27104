// Entries that refer to a template that the provider keeps:
//
//     - usageType: SignIn
//       templateCode: SMS_154950909            # or { china: SMS_154950909, overseas: SMS_154950910 }
//       variables: [code, expiresInMinutes]    # or, where they have names, { code: code, ttl: expiresInMinutes }
extension TemplateReader {
  /// The template; nil when it has a problem.
  mutating func providerTemplate(_ form: ProviderTemplate.Form) -> ProviderTemplate? {
    let code = code()
    let kind = form.kinds.isEmpty ? nil : kind(among: form.kinds)
    let parameters = parameters(form.parameters)
    guard let code else { return nil }
    return ProviderTemplate(code: code, kind: kind, parameters: parameters)
  }

  private mutating func code() -> ProviderTemplate.Code? {
    switch member("templateCode")?.value {
    case nil, .null?: report("templateCode", "is missing")
    case .string(let code)?, .number(let code)?:
      if !code.isEmpty { return .everywhere(code) }
      report("templateCode", "is missing")
    case .object(let regions)?:
      return code(byRegion: regions)
    case .bool?, .array?:
      report("templateCode", "must be a template's code, or a mapping with china and overseas")
    }
    return nil
  }

  private mutating func code(byRegion regions: [SettingMember]) -> ProviderTemplate.Code? {
    var codes: [String: String] = [:]
    let problemsBefore = problems.count
    for region in regions {
      switch region.node.value {
      case .string(let code) where !code.isEmpty: codes[region.key] = code
      case .number(let code): codes[region.key] = code
      case .null, .string: break
      default: report("templateCode", "must have a template's code for \(region.key)")
      }
      if !["china", "overseas"].contains(region.key) {
        report(
          "templateCode",
          unknownNameMessage("unknown key", region.key, known: ["china", "overseas"]))
      }
    }
    if codes.isEmpty, problems.count == problemsBefore {
      report("templateCode", "is empty: it needs china, overseas or both")
    }
    return .byRegion(china: codes["china"], overseas: codes["overseas"])
  }

  private mutating func kind(among kinds: [Int]) -> Int? {
    switch member("type")?.value {
    case nil, .null?: return nil
    case .number(let text)?, .string(let text)?:
      if let kind = Int(text), kinds.contains(kind) { return kind }
    default: break
    }
    report("type", "must be one of \(kinds.map(String.init).joined(separator: ", "))")
    return nil
  }

  /// The variables; the code alone when the settings name none.
  private mutating func parameters(
    _ form: ProviderTemplate.Form.Parameters
  ) -> [ProviderTemplate.Parameter] {
    let named: [(name: String, node: SettingNode)]
    switch member("variables")?.value {
    case nil, .null?:
      return [ProviderTemplate.Parameter(name: "code", variable: TemplateVariable("code"))]
    case .array(let nodes)?: named = nodes.map { ("", $0) }
    case .object(let members)? where form == .named: named = members.map { ($0.key, $0.node) }
    default:
      report(
        "variables",
        form == .named
          ? "must be a list of variables, or a mapping of the template's names to variables"
          : "must be a list of variables, in the order of the template")
      return []
    }
    var parameters: [ProviderTemplate.Parameter] = []
    for (name, node) in named {
      guard case .string(let variable) = node.value,
        Template("{{\(variable)}}").variables == [variable]
      else {
        report("variables", "must hold names of variables, such as code or application.name")
        return []
      }
      parameters.append(
        ProviderTemplate.Parameter(
          name: name.isEmpty ? variable : name, variable: TemplateVariable(variable)))
    }
    if !parameters.contains(where: { ["code", "link"].contains($0.variable.name) }) {
      report("variables", "holds neither code nor link, so nobody could use the message")
    }
    return parameters
  }
}
