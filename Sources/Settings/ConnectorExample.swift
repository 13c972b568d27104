import Delivery
public import Providers

/// A configuration for one provider, with everything that can be set and what it means.
///
/// Loads as it stands: secrets are references with a default, sample values have the right form.
public struct ConnectorExample: Sendable {
  private let driver: DriverDescriptor

  /// An example for a driver.
  public init(_ driver: DriverDescriptor) { self.driver = driver }

  /// The name that the example gives the connector, such as `twilio-sms`.
  public var connectorName: String { "\(brand)-\(driver.channel.rawValue)" }

  /// A whole configuration in YAML.
  public var text: String {
    let lines =
      [
        "# \(driver.name): \(driver.documentation)",
        "# What is set must be replaced by your own; what is commented out is optional.",
        "# ${NAME} is an environment variable, ${NAME:-text} has a default, ${file:/path} is a file's content.",
        "",
        "kafka:",
        "  bootstrap.servers: localhost:9092",
        "  group.id: otp-worker",
        "",
        "active:",
        "  \(driver.channel.rawValue): \(connectorName)",
        "",
        "connectors:",
        "  \(connectorName):",
        "    provider: \(driver.id)",
      ] + connectorKeys.indented(4) + ["    config:"]
      + (driver.settings.flatMap(lines) + templates).indented(6)
    return lines.joined(separator: "\n") + "\n"
  }

  /// The first word of the provider's name: `twilio`, `http`; that of its id where it is only the channel's.
  private var brand: String {
    [driver.name, driver.id].map { name in
      String(name.lowercased().prefix { $0.isASCII && ($0.isLetter || $0.isNumber) })
    }.first { !$0.isEmpty && $0 != driver.channel.rawValue } ?? "my"
  }

  /// The keys of every connector, commented out.
  private var connectorKeys: [String] {
    typealias Keys = SettingsTable.Connector
    var rows = [Keys.concurrency.row, Keys.rateLimit.row, Keys.caFile.row, Keys.proxy.row]
    if driver.templateForm != nil { rows.insert(Keys.defaultLocale.row, at: 2) }
    return rows.flatMap { row in
      let value = row.key == Keys.concurrency.key ? "\(driver.concurrency)" : row.example ?? ""
      return comment(row.summary) + ["# \(row.key): \(value)"]
    }
  }

  private func lines(_ setting: SettingDescriptor) -> [String] {
    var facts = setting.summary
    if case .choice(let words) = setting.kind {
      facts += " One of \(words.joined(separator: ", "))."
    }
    if case .integer(let range) = setting.kind {
      facts += " From \(range.lowerBound) to \(range.upperBound)."
    }
    if setting.isRequired { facts += " Required." }
    if setting.isSecret { facts += " Secret." }
    if case .object(let inner) = setting.kind {
      if isSet(setting) {
        return comment(facts) + ["\(setting.key):"] + inner.flatMap(lines).indented(2)
      }
      facts += inner.map { " \($0.key): \($0.summary)" }.joined()
    }
    let line = "\(setting.key): \(setting.example?.yaml ?? sample(setting))"
    return comment(facts) + [isSet(setting) ? line : "# \(line)"]
  }

  private func isSet(_ setting: SettingDescriptor) -> Bool {
    if case .set? = setting.example { return true }
    return setting.isRequired
  }

  /// A value of the right form where the driver gives none.
  private func sample(_ setting: SettingDescriptor) -> String {
    if setting.isSecret {
      // Without the prefix, with which it would be taken for a key of the configuration.
      let name = EnvironmentOverrides.variable(for: "\(brand).\(setting.key)")
        .dropFirst(EnvironmentOverrides.prefix.count)
      return "${\(name):-replace-me}"
    }
    if case .flag = setting.kind { return "true" }
    if case .integer(let range) = setting.kind { return "\(range.lowerBound)" }
    if case .url = setting.kind { return "https://example.com/" }
    if case .choice(let words) = setting.kind { return words.first ?? "" }
    if case .object = setting.kind { return "{}" }
    if case .texts = setting.kind { return "{}" }
    return "replace-me"
  }

  // MARK: - Templates

  private var templates: [String] {
    switch driver.templateForm {
    case nil: []
    case .provider(let form): providerTemplates(form)
    case .text, .mail: ownTemplates
    case .hosted(let form): hostedTemplates(form)
    case .deliveries: deliveries
    }
  }

  var ownTemplates: [String] {
    let about = comment(
      "The texts, by usage type and language: SignIn, Register, ForgotPassword … Generic serves every"
        + " usage type without one of its own. {{code}}, {{link}}, {{expiresInMinutes}}, {{locale}} and"
        + " paths into the payload, such as {{application.name}}, are replaced.")
    return about + ["templates:"]
      + template(
        "Generic", nil, "Your code",
        "Your code is {{code}}. It is valid for {{expiresInMinutes}} minutes."
      )
      .indented(2)
      + template("SignIn", "de", "Ihr Code", "Ihr Code zum Anmelden ist {{code}}.").indented(2)
      .map { "# \($0)" }
  }

  private func template(
    _ usageType: String, _ locale: String?, _ subject: String, _ content: String
  ) -> [String] {
    var lines = ["- usageType: \(usageType)"]
    if let locale { lines.append("  locale: \(locale)") }
    if driver.channel == .email {
      lines += [
        "  subject: \"\(subject)\"", "  contentType: text/html", "  content: \"<p>\(content)</p>\"",
      ]
    } else {
      lines.append("  content: \"\(content)\"")
    }
    return lines
  }

  private func providerTemplates(_ form: ProviderTemplate.Form) -> [String] {
    let names =
      form.parameters == .named
      ? "a list, or a mapping of the template's own names to ours" : "in the template's order"
    let about = comment(
      "The provider's templates, by usage type and language: SignIn, Register, ForgotPassword … Generic"
        + " serves every usage type without one of its own. templateCode is one code, or one each for"
        + " china and overseas. variables (\(names)) are code, link, expiresInMinutes, locale and paths"
        + " into the payload, such as application.name; the code alone by default.")
    let variables =
      form.parameters == .named
      ? "{ code: code, minutes: expiresInMinutes }" : "[code, expiresInMinutes]"
    return about + ["templates:"]
      + ["- usageType: Generic", "  templateCode: replace-me"].indented(2)
      + [
        "- usageType: SignIn", "  locale: de",
        "  templateCode: { china: replace-me, overseas: replace-me }", "  variables: \(variables)",
      ].indented(2).map { "# \($0)" }
  }

  func comment(_ text: String) -> [String] {
    SettingsTable.wrapped(text, width: 86).map { "# \($0)" }
  }
}

extension [String] {
  func indented(_ columns: Int) -> [String] {
    map { String(repeating: " ", count: columns) + $0 }
  }
}
