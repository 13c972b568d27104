import Delivery

/// Variables that stand in for keys of the file: `OTP_WORKER_ADMIN_PORT` is `admin.port`.
///
/// Humps become underscores. Below `kafka`, where keys are librdkafka's and have dots, an
/// underscore is a dot: `OTP_WORKER_KAFKA_SASL_PASSWORD` is `kafka.sasl.password`. Connectors have
/// no variables of their own, as their files take `${NAME}`. An empty variable counts as not set.
enum EnvironmentOverrides {
  static let prefix = "OTP_WORKER_"
  private static let kafkaPrefix = "OTP_WORKER_KAFKA_"
  /// Ours, but no keys of the configuration: the file's path, where the command line names none.
  private static let reserved = ["OTP_WORKER_CONFIG"]

  /// The variable for a full key.
  static func variable(for path: String) -> String {
    prefix
      + path.map { character in
        if character == "." { return "_" }
        return character.isUppercase ? "_\(character)" : character.uppercased()
      }.joined()
  }

  /// The document with the variables in it; their values are never shown.
  static func apply(
    _ environment: [String: String], to root: SettingNode, notes: LoadingNotes
  ) -> SettingNode {
    let known = knownVariables()
    var root = root
    for (name, value) in environment.sorted(by: { $0.key < $1.key })
    where name.hasPrefix(prefix) && !value.isEmpty && !reserved.contains(name)
      && !isServiceLink(name, value: value)
    {
      guard let path = known[name] ?? kafkaProperty(name) else {
        notes.report(
          at: nil, "", unknownNameMessage("unknown variable", name, known: known.keys + reserved))
        continue
      }
      let position = SourcePosition(file: name, line: 1, column: 1)
      notes.hide(value, at: position)
      root.set(path, to: SettingNode(.string(value), at: position))
    }
    return root
  }

  private static func knownVariables() -> [String: (section: String, key: String)] {
    var paths: [String: (section: String, key: String)] = [:]
    for section in SettingsTable.sections {
      for row in section.rows {
        if let variable = section.variable(for: row) { paths[variable] = (section.path, row.key) }
      }
    }
    return paths
  }

  private static func kafkaProperty(_ name: String) -> (section: String, key: String)? {
    guard name.hasPrefix(kafkaPrefix), name.utf8.count > kafkaPrefix.utf8.count else { return nil }
    let key = name.dropFirst(kafkaPrefix.count).lowercased().replacing("_", with: ".")
    return (SettingsTable.Kafka.section.path, key)
  }

  /// Whether Kubernetes made the variable, for a Service whose name begins with `otp-worker`: it
  /// must not keep the daemon from starting.
  ///
  /// https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
  private static func isServiceLink(_ name: String, value: String) -> Bool {
    name.hasSuffix("_SERVICE_HOST") || name.contains("_SERVICE_PORT")
      || (name.contains("_PORT") && value.contains("://"))
      || name.contains(/_PORT_[0-9]+_(TCP|UDP|SCTP)/)
  }
}

extension SettingNode {
  /// Sets a key of a section, which is made where it is missing.
  ///
  /// A section that is no mapping is left alone: it will be reported as such.
  fileprivate mutating func set(_ path: (section: String, key: String), to node: SettingNode) {
    guard case .object(var members) = value else { return }
    let member = SettingMember(key: path.key, at: node.position, node: node)
    if path.section.isEmpty {
      members.set(member)
    } else {
      let existing = members.first { $0.key == path.section }
      var section = existing?.node ?? SettingNode(.object([]), at: node.position)
      if case .null = section.value { section.value = .object([]) }
      guard var keys = section.members else { return }
      keys.set(member)
      section.value = .object(keys)
      members.set(
        SettingMember(
          key: path.section, at: existing?.position ?? node.position, node: section))
    }
    value = .object(members)
  }
}

extension [SettingMember] {
  fileprivate mutating func set(_ member: SettingMember) {
    if let index = firstIndex(where: { $0.key == member.key }) {
      self[index] = member
    } else {
      append(member)
    }
  }
}
