/// Where something stands in a configuration file.
public struct SourcePosition: Hashable, Sendable {
  /// The file's path, as it was given.
  public var file: String
  /// The line, from 1.
  public var line: Int
  /// The column, from 1.
  public var column: Int

  /// A place in a file.
  public init(file: String, line: Int, column: Int) {
    self.file = file
    self.line = line
    self.column = column
  }
}

/// A piece of configuration and where it stands.
public struct SettingNode: Sendable {
  /// What stands there.
  public indirect enum Value: Sendable {
    /// Nothing, or `null`.
    case null
    /// `true` or `false`, not quoted.
    case bool(Bool)
    /// A number, not quoted, in the words of the file.
    case number(String)
    /// Any other scalar, and every quoted one.
    case string(String)
    /// A sequence.
    case array([SettingNode])
    /// A mapping, in the order of the file.
    case object([SettingMember])
  }
  /// What stands there.
  public var value: Value
  /// Where it stands.
  public var position: SourcePosition

  /// A piece of configuration at a place.
  public init(_ value: Value, at position: SourcePosition) {
    self.value = value
    self.position = position
  }

  /// Whether nothing stands here: null or an empty text (Logto strips empty texts too).
  public var isEmpty: Bool {
    switch value {
    case .null: true
    case .string(let text): text.isEmpty
    default: false
    }
  }
}

/// A key of a mapping and what it is set to.
public struct SettingMember: Sendable {
  /// The key.
  public var key: String
  /// Where the key stands.
  public var position: SourcePosition
  /// What it is set to.
  public var node: SettingNode

  /// A key and its value.
  public init(key: String, at position: SourcePosition, node: SettingNode) {
    self.key = key
    self.position = position
    self.node = node
  }
}

/// Something wrong in the configuration, with the way out of it.
public struct SettingProblem: Error, Sendable, CustomStringConvertible {
  /// Where; nil when it is about something that is not in any file.
  public var position: SourcePosition?
  /// The full key, such as `connectors.twilio-main.config.authToken`.
  public var key: String
  /// What was found, what is allowed, what to do.
  ///
  /// Never holds the value of a secret.
  public var message: String

  /// A problem with the setting `key`.
  public init(at position: SourcePosition?, key: String, _ message: String) {
    self.position = position
    self.key = key
    self.message = message
  }

  /// One line: `file:line:column: key: message`.
  public var description: String {
    let place = position.map { "\($0.file):\($0.line):\($0.column): " } ?? ""
    return key.isEmpty ? "\(place)\(message)" : "\(place)\(key): \(message)"
  }
}
