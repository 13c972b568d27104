import Delivery

/// Reads one section by its rows of the table and notes every problem.
///
/// What cannot be read gives the default, so that reading goes on; with a problem noted, nobody
/// will see the result.
struct SectionReader {
  /// The full key of the section.
  let path: String
  /// Where the section stands, or what it is missing from.
  let position: SourcePosition
  /// All that is set, in the order of the file.
  let members: [SettingMember]
  /// Something else than a mapping stands here: that keys are missing goes without saying.
  private let isMisshapen: Bool
  private let notes: LoadingNotes

  /// Reads the section of `root` that a row of the table describes.
  init(_ section: SettingsSection, of root: SettingNode, notes: LoadingNotes) {
    let member = root.members?.first { $0.key == section.path }
    self.init(
      section, member?.node, path: section.path, position: member?.position ?? root.position,
      notes: notes)
  }

  /// Reads a mapping; nil and null read as an empty one, keys in `ignoring` are read elsewhere.
  init(
    _ section: SettingsSection, _ node: SettingNode?, path: String, position: SourcePosition,
    ignoring: [String] = [], notes: LoadingNotes
  ) {
    self.path = path
    self.position = position
    self.notes = notes
    members = node?.members ?? []
    isMisshapen = node.map { $0.members == nil && !$0.isNull } ?? false
    if let node, isMisshapen {
      notes.report(at: node.position, path, notes.mustBe("a mapping of keys to values", node))
    }
    guard !section.isOpen else { return }
    let known = section.rows.map(\.key) + ignoring
    for member in members where !known.contains(member.key) {
      notes.report(
        at: member.position, path.appending(key: member.key),
        unknownNameMessage("unknown key", member.key, known: known))
    }
  }

  /// What a key is set to; nil when it is missing or null.
  func node(_ key: String) -> SettingNode? {
    members.first { $0.key == key && !$0.node.isNull }?.node
  }

  /// The value of a scalar key.
  func value<Value>(_ setting: Setting<Value>) -> Value {
    guard let node = node(setting.key) else {
      if setting.row.isRequired, !isMisshapen {
        report(setting.key, "is missing: \(setting.row.summary)", at: position)
      }
      return setting.fallback
    }
    return read(node, setting.format, key: setting.key, isSecret: setting.row.isSecret)
      ?? setting.fallback
  }

  /// The value of a key that takes a list; a scalar is read as the setting says.
  func list<Element>(
    _ setting: Setting<[Element]?>, of format: SettingFormat<Element>
  ) -> [Element]? {
    guard let node = node(setting.key), case .array(let elements) = node.value else {
      return value(setting)
    }
    if elements.isEmpty {
      report(setting.key, "is an empty list; leave the key out or name one", at: node.position)
    }
    return elements.enumerated().compactMap { index, element in
      read(element, format, key: "\(setting.key).\(index)")
    }
  }

  /// The entries of a key that takes a mapping of names to values; nil when it is no mapping.
  func mapping<Element>(
    _ key: String, of format: SettingFormat<Element>
  ) -> [String: Element]? {
    guard let entries = node(key)?.members else { return nil }
    return entries.reduce(into: [:]) { result, entry in
      result[entry.key] = read(entry.node, format, key: "\(key).\(entry.key)")
    }
  }

  /// Notes a problem with a key of the section.
  func report(_ key: String, _ message: String, at position: SourcePosition? = nil) {
    notes.report(
      at: position ?? node(key)?.position ?? self.position, path.appending(key: key), message)
  }

  private func read<Value>(
    _ node: SettingNode, _ format: SettingFormat<Value>, key: String, isSecret: Bool = false
  ) -> Value? {
    if isSecret, let text = node.scalarText { notes.hide(text) }
    if let text = node.scalarText, let value = format.read(text) { return value }
    report(key, notes.mustBe(format.name, node, isSecret: isSecret), at: node.position)
    return nil
  }
}

extension SettingNode {
  /// Whether nothing stands here.
  var isNull: Bool {
    if case .null = value { true } else { false }
  }
}
