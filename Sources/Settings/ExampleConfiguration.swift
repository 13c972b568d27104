/// The example file: every key with its default and what it means, made from the table.
public enum ExampleConfiguration {
  /// The content of `deploy/otp-worker.example.yaml`.
  ///
  /// It can be used once `TWILIO_ACCOUNT_SID` and `TWILIO_AUTH_TOKEN` are set.
  public static var text: String {
    ([introduction] + SettingsTable.sections.map(block)).joined(separator: "\n\n") + "\n"
  }

  private static let introduction = """
    # The configuration of otp-worker: every key, made from the table of keys in the code.
    #
    # In values: ${NAME} is an environment variable, ${NAME:-text} has a default, ${file:/path} is the
    # content of a file, $$ is $. Inside { } and [ ] put such a value in quotes.
    # A variable overrides its key. Durations are a whole number and ms, s, m, h or d.
    # A key that is set shows its default or an example; one that is commented out has no default.
    """

  private static let connectorName = "twilio-main"
  private static let connectorConfig = [
    "  accountSID: ${TWILIO_ACCOUNT_SID}",
    "  authToken: ${TWILIO_AUTH_TOKEN}",
    "  fromMessagingServiceSID: MGXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX",
    "  templates:",
    "    - usageType: Generic",
    "      content: \"Your code is {{code}}\"",
  ]

  private static func block(_ section: SettingsSection) -> String {
    let rows = section.rows.flatMap { lines(section, $0) }
    let opening: [String]
    let indentation: String
    if section.path.isEmpty {
      (opening, indentation) = ([], "")
    } else if section.path == SettingsTable.Connector.section.path {
      (opening, indentation) = (["connectors:", "  \(connectorName):"], "    ")
    } else {
      (opening, indentation) = (["\(section.path):"], "  ")
    }
    return (comment(section.summary) + opening + rows.map { indentation + $0 })
      .joined(separator: "\n")
  }

  private static func lines(_ section: SettingsSection, _ row: SettingRow) -> [String] {
    let comments = ([row.summary] + SettingsTable.facts(section, row)).flatMap(comment)
    guard row.key != SettingsTable.Connector.config.key else {
      return comments + ["config:"] + connectorConfig
    }
    let line = "\(row.key): \(row.fallback ?? row.example ?? "")"
    return comments + [isSet(section, row) ? line : "# \(line)"]
  }

  /// The example has one connector, which is for text messages.
  private static func isSet(_ section: SettingsSection, _ row: SettingRow) -> Bool {
    row.fallback != nil || row.isRequired
      || (section.path == SettingsTable.Active.section.path
        && row.key == SettingsTable.Active.sms.key)
  }

  private static func comment(_ text: String) -> [String] {
    SettingsTable.wrapped(text, width: 92).map { "# \($0)" }
  }
}
