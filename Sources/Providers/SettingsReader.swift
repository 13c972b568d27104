public import Delivery

/// A connector's settings cannot make a driver; the problems are in the ``SettingsReader``.
public struct InvalidSettings: Error, Sendable {
  /// The failure itself says nothing.
  public init() {}
}

/// Reads a connector's `config` and notes every problem instead of stopping at the first.
///
/// `check(_:)` has looked at every declared key before a driver asks: a driver only takes values
/// out, and adds what no table can say (either this key or that one).
public final class SettingsReader {
  /// The full key of the mapping, such as `connectors.twilio-main.config`.
  public let path: String
  /// Every problem so far, those of mappings inside included.
  public private(set) var problems: [SettingProblem] = []
  private let node: SettingNode?
  private let members: [String: SettingMember]
  /// Whose mapping this one stands in; it keeps the problems.
  private let parent: SettingsReader?

  /// Reads the mapping `config`; nil or null reads as an empty one.
  public convenience init(_ config: SettingNode?, path: String) {
    self.init(config, path: path, parent: nil)
  }

  private init(_ config: SettingNode?, path: String, parent: SettingsReader?) {
    node = config
    self.path = path
    self.parent = parent
    if case .object(let members)? = config?.value {
      self.members = Dictionary(
        members.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    } else {
      members = [:]
    }
  }

  /// Notes a problem with `key`, or with the whole when it is nil.
  public func report(_ key: String?, _ message: String) {
    let place = key.flatMap { members[$0]?.node.position } ?? node?.position
    note(SettingProblem(at: place, key: key.map { "\(path).\($0)" } ?? path, message))
  }

  private func note(_ problem: SettingProblem) {
    if let parent { parent.note(problem) } else { problems.append(problem) }
  }

  /// The value of `key`, nil when it is missing, null or of the wrong type.
  ///
  /// An empty text counts as missing.
  public func text(_ key: String) -> String? {
    switch members[key]?.node.value {
    case .string(let text)?, .number(let text)?: text.isEmpty ? nil : text
    default: nil
    }
  }

  /// The value of a required `key`.
  /// - Throws: ``InvalidSettings`` when it is missing, which `check(_:)` has reported.
  public func required(_ key: String) throws(InvalidSettings) -> String {
    guard let value = text(key) else { throw InvalidSettings() }
    return value
  }

  /// The value of a secret `key`.
  public func secret(_ key: String) -> Secret? { text(key).map(Secret.init) }

  /// The value of a flag.
  public func flag(_ key: String) -> Bool? {
    if case .bool(let value)? = members[key]?.node.value { value } else { nil }
  }

  /// The value of a whole number.
  public func integer(_ key: String) -> Int? { text(key).flatMap { Int($0) } }

  /// The value of a URL.
  public func url(_ key: String) -> HTTPEndpoint? { text(key).flatMap { HTTPEndpoint($0) } }

  /// Whether `key` is set to anything but null and an empty text.
  public func isSet(_ key: String) -> Bool { members[key].map { !$0.node.isEmpty } ?? false }

  /// The mapping at `key`, an empty one when it is missing; what it reports stands under the nested key.
  public func mapping(_ key: String) -> SettingsReader {
    SettingsReader(members[key]?.node, path: "\(path).\(key)", parent: self)
  }

  /// The names and texts of the mapping at `key`, in their order; a name with a list stands once for each text.
  public func texts(_ key: String) -> [(name: String, value: String)] {
    guard case .object(let members)? = members[key]?.node.value else { return [] }
    return members.flatMap { member in
      member.node.scalars.map { (name: member.key, value: $0) }
    }
  }

  /// Looks at every key against its description: missing, mistyped, out of range, unknown.
  /// - Parameters:
  ///   - settings: the keys of the driver.
  ///   - shared: keys that are read elsewhere, such as `templates`.
  public func check(_ settings: [SettingDescriptor], shared: [String]) {
    switch node?.value {
    case nil, .null?, .object?: break
    default: return report(nil, "must be a mapping of keys to values")
    }
    for setting in settings {
      guard let member = members[setting.key], !member.node.isEmpty else {
        if setting.isRequired { report(setting.key, "is missing: \(setting.summary)") }
        continue
      }
      if let complaint = setting.kind.complaint(about: member.node, isSecret: setting.isSecret) {
        report(setting.key, complaint)
      } else if case .object(let inner) = setting.kind {
        mapping(setting.key).check(inner, shared: [])
      }
    }
    guard case .object(let all)? = node?.value else { return }
    let known = settings.map(\.key) + shared
    for member in all where !known.contains(member.key) {
      note(
        SettingProblem(
          at: member.position, key: "\(path).\(member.key)",
          unknownNameMessage("unknown key", member.key, known: known)))
    }
  }
}

extension SettingNode {
  /// The texts that stand here: one, or those of a list; empty when anything else does.
  fileprivate var scalars: [String] {
    switch value {
    case .string(let text), .number(let text): [text]
    case .bool(let flag): ["\(flag)"]
    case .array(let nodes): nodes.flatMap(\.scalars)
    case .null, .object: []
    }
  }

  /// Whether a text or a list of texts stands here.
  fileprivate var isTexts: Bool {
    switch value {
    case .string, .number, .bool: true
    case .array(let nodes):
      nodes.allSatisfy { if case .array = $0.value { false } else { $0.isTexts } }
    case .null, .object: false
    }
  }
}

extension SettingDescriptor.Kind {
  fileprivate func complaint(about node: SettingNode, isSecret: Bool) -> String? {
    let shown: String
    switch node.value {
    case .string(let text), .number(let text): shown = isSecret ? "<redacted>" : "\"\(text)\""
    case .bool(let flag): shown = "\(flag)"
    case .array: shown = "a list"
    case .object: shown = "a mapping"
    case .null: shown = "nothing"
    }
    switch (self, node.value) {
    case (.anything, _), (.object, .object): return nil
    // Not the text itself: who writes a login into one line writes a password into it.
    case (.object, .string), (.object, .number):
      return "must be a mapping of keys to values, found text"
    case (.object, _): return "must be a mapping of keys to values, found \(shown)"
    case (.texts, .object(let members)):
      guard let odd = members.first(where: { !$0.node.isTexts }) else { return nil }
      return "must have a text or a list of texts for each name, but not for \"\(odd.key)\""
    case (.texts, .string), (.texts, .number):
      return "must be a mapping of names to texts, found text"
    case (.texts, _): return "must be a mapping of names to texts, found \(shown)"
    case (.text, .string(let text)):
      return text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }
        ? "must not hold control characters" : nil
    case (.text, .number): return nil
    case (.text, _): return "must be text, found \(shown)"
    case (.flag, .bool): return nil
    case (.flag, _): return "must be true or false, found \(shown)"
    case (.integer(let range), .number(let text)), (.integer(let range), .string(let text)):
      if let number = Int(text), range.contains(number) { return nil }
      return
        "must be a whole number from \(range.lowerBound) to \(range.upperBound), found \(shown)"
    case (.integer(let range), _):
      return
        "must be a whole number from \(range.lowerBound) to \(range.upperBound), found \(shown)"
    case (.url, .string(let text)):
      return HTTPEndpoint(text) == nil
        ? "must be a URL that begins with https:// or http:// and names no user, found \(shown)"
        : nil
    case (.url, _): return "must be a URL, found \(shown)"
    case (.choice(let words), .string(let text)):
      return words.contains(text)
        ? nil : "must be one of \(words.joined(separator: ", ")), found \(shown)"
    case (.choice(let words), _):
      return "must be one of \(words.joined(separator: ", ")), found \(shown)"
    }
  }
}
