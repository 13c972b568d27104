/// One key of the configuration: what it takes, what it is without being set, what people are told.
struct Setting<Value: Sendable>: Sendable {
  let key: String
  let format: SettingFormat<Value>
  /// The value when the key is not set.
  let fallback: Value
  let row: SettingRow

  /// A key with a default, written as in a file.
  init(
    _ key: String, _ format: SettingFormat<Value>, default text: String, _ summary: String
  ) {
    guard let value = format.read(text) else {
      preconditionFailure("the default of \(key) must be \(format.name)")
    }
    self.init(
      key, format, fallback: value,
      row: SettingRow(key: key, format: format.name, fallback: text, summary: summary))
  }

  private init(_ key: String, _ format: SettingFormat<Value>, fallback: Value, row: SettingRow) {
    self.key = key
    self.format = format
    self.fallback = fallback
    self.row = row
  }

  /// A key without default; the example file shows `example`.
  static func optional<Wrapped>(
    _ key: String, _ format: SettingFormat<Wrapped>, isRequired: Bool = false,
    isSecret: Bool = false, example: String, _ summary: String
  ) -> Setting where Value == Wrapped? {
    Setting(
      key, format.optional, fallback: nil,
      row: SettingRow(
        key: key, format: format.name, isRequired: isRequired, isSecret: isSecret,
        example: example, summary: summary))
  }
}

/// What people are told about a key.
public struct SettingRow: Sendable {
  /// The key, without that of its section.
  public var key: String
  /// What it takes: completes `must be …`.
  public var format: String
  /// The default as it would stand in a file; nil when there is none.
  public var fallback: String?
  /// Whether it must be set.
  public var isRequired = false
  /// Whether its value is never shown.
  public var isSecret = false
  /// What the example file shows where there is no default.
  public var example: String?
  /// One or two sentences.
  public var summary: String
}

/// A mapping of the configuration and its keys.
public struct SettingsSection: Sendable {
  /// The full key of the mapping; empty for the file itself.
  public var path: String
  /// What it is about, in a sentence.
  public var summary: String
  /// Whether keys that are not listed are taken too (librdkafka has hundreds).
  public var isOpen = false
  /// Whether variables can set the keys.
  public var hasVariables = true
  /// The keys.
  public var rows: [SettingRow]

  /// The environment variable that overrides a key: `OTP_WORKER_PRIVACY_HASH_KEY` for
  /// `privacy.hashKey`; nil where there is none.
  public func variable(for row: SettingRow) -> String? {
    hasVariables ? EnvironmentOverrides.variable(for: path.appending(key: row.key)) : nil
  }
}
