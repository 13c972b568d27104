public import Delivery
public import Providers

/// Reads the configuration: a file, what it refers to, and the environment, as one value or as
/// everything that is wrong with them.
public struct ConfigurationLoader: Sendable {
  /// Why a property of librdkafka cannot be set so; nil when it can.
  public typealias KafkaCheck = @Sendable (_ key: String, _ value: String) -> String?
  /// Adds what is wrong with the templates of a connector, whose entries have that form.
  public typealias TemplateCheck =
    @Sendable (
      _ templates: SettingNode?, _ path: String, _ form: TemplateForm,
      _ problems: inout [SettingProblem]
    ) -> Void

  private let environment: [String: String]
  private let drivers: [any Driver.Type]
  private let kafkaCheck: KafkaCheck
  private let kafkaSecretKeys: Set<String>
  private let templateCheck: TemplateCheck

  /// A loader.
  /// - Parameters:
  ///   - environment: variables, for `${NAME}` and `OTP_WORKER_…`.
  ///   - drivers: the drivers that connectors may name.
  ///   - kafkaCheck: judges the properties under `kafka`.
  ///   - kafkaSecretKeys: those of them whose values are never shown.
  ///   - templateCheck: judges `config.templates`.
  public init(
    environment: [String: String], drivers: [any Driver.Type], kafkaCheck: @escaping KafkaCheck,
    kafkaSecretKeys: Set<String>, templateCheck: @escaping TemplateCheck
  ) {
    self.environment = environment
    self.drivers = drivers
    self.kafkaCheck = kafkaCheck
    self.kafkaSecretKeys = kafkaSecretKeys
    self.templateCheck = templateCheck
  }

  /// Reads the file at `path` and checks everything in it.
  public func load(path: String) -> Result<Configuration, ConfigurationProblems> {
    read(path: path).result
  }

  /// Reads the file at `path` and checks everything in it, and tells what has to change for another result.
  public func read(path: String) -> ConfigurationReading {
    let notes = LoadingNotes()
    let configuration = read(path, notes)
    if let problems = notes.conclude() {
      return ConfigurationReading(result: .failure(problems), sources: notes.sources)
    }
    guard let configuration else { preconditionFailure("what cannot be read is a problem") }
    return ConfigurationReading(result: .success(configuration), sources: notes.sources)
  }

  /// Nil when the file cannot be read at all; else a value that counts only without problems.
  private func read(_ path: String, _ notes: LoadingNotes) -> Configuration? {
    let documents = DocumentReader(mainFile: path, environment: environment, notes: notes)
    guard let document = documents.read(path, key: "", asker: nil) else { return nil }
    let keys = document.isNull ? SettingNode(.object([]), at: document.position) : document
    let root = EnvironmentOverrides.apply(environment, to: keys, notes: notes)
    let sectionNames = SettingsTable.sections.map(\.path).filter {
      !$0.isEmpty && !$0.contains(".")
    }
    let file = SectionReader(
      SettingsTable.File.section, root, path: "", position: root.position,
      ignoring: sectionNames + [Self.connectors], notes: notes)
    guard root.members != nil else { return nil }

    let connectors = ConnectorReader(
      drivers: drivers, checkTemplates: templateCheck, documents: documents, notes: notes
    ).connectors(from: mappings(of: root, notes) + files(of: file, documents, notes))
    let admin = admin(root, notes)
    return Configuration(
      kafka: kafka(root, notes), topics: topics(root, notes),
      active: active(root, connectors, notes), connectors: connectors.usable,
      delivery: delivery(root, notes), deadLetter: deadLetter(root, notes),
      limits: limits(root, notes), admin: admin, privacy: privacy(root, notes),
      log: log(root, notes), version: notes.fingerprint.text, sources: notes.sources.map(\.path))
  }
}

// MARK: Connectors

extension ConfigurationLoader {
  private static let connectors = "connectors"

  /// The connectors of the main file.
  private func mappings(of root: SettingNode, _ notes: LoadingNotes) -> [ConnectorReader.Found] {
    guard let node = root.members?.first(where: { $0.key == Self.connectors })?.node, !node.isNull
    else { return [] }
    guard let members = node.members else {
      notes.report(
        at: node.position, Self.connectors, notes.mustBe("a mapping of names to connectors", node))
      return []
    }
    return members.map {
      ConnectorReader.Found(name: $0.key, position: $0.position, node: $0.node)
    }
  }

  /// The connectors of `connectorsDirectory`, by file name.
  private func files(
    of section: SectionReader, _ documents: DocumentReader, _ notes: LoadingNotes
  ) -> [ConnectorReader.Found] {
    let setting = SettingsTable.File.connectorsDirectory
    guard let name = section.value(setting), let node = section.node(setting.key),
      !notes.isUnresolved(node.position)
    else { return [] }
    let folder = documents.resolve(name, at: node.position)
    let names: [String]
    do {
      names = try SourceFile.connectorNames(in: folder)
    } catch {
      notes.addSource(ConfigurationSource(folder: folder, nil))
      section.report(setting.key, "the folder \(error.message)")
      return []
    }
    notes.addSource(ConfigurationSource(folder: folder, names))
    let asker = DocumentReader.Asker(key: setting.key, position: node.position)
    return names.compactMap { file in
      guard let dot = file.lastIndex(of: ".") else { return nil }
      let path = folder.hasSuffix("/") ? folder + file : "\(folder)/\(file)"
      let name = String(file[..<dot])
      return ConnectorReader.Found(
        name: name, position: SourcePosition(file: path, line: 1, column: 1),
        node: documents.read(path, key: "connectors.\(name)", asker: asker))
    }
  }

  private func active(
    _ root: SettingNode, _ connectors: ConnectorReader.Connectors, _ notes: LoadingNotes
  ) -> ActiveConnectors {
    typealias Keys = SettingsTable.Active
    let section = SectionReader(Keys.section, of: root, notes: notes)
    let active = ActiveConnectors(
      sms: section.value(Keys.sms), email: section.value(Keys.email))
    for channel in Channel.allCases {
      guard let name = active[channel], let node = section.node(channel.rawValue) else { continue }
      let shown = notes.isHidden(node.position) ? "the connector named here" : "\"\(name)\""
      if !connectors.names.contains(name) {
        section.report(
          channel.rawValue,
          notes.isHidden(node.position)
            ? "names no connector; known: \(connectors.names.sorted().joined(separator: ", "))"
            : unknownNameMessage("unknown connector", name, known: connectors.names))
      } else if let other = connectors.channels[name], other != channel {
        section.report(
          channel.rawValue,
          "\(shown) is a connector for \(other.rawValue), this needs one for \(channel.rawValue)")
      }
    }
    if Channel.allCases.allSatisfy({ section.node($0.rawValue) == nil }) {
      notes.report(
        at: section.position, section.path,
        "names no connector: set active.sms, active.email or both")
    }
    return active
  }
}

// MARK: Sections

extension ConfigurationLoader {
  private func kafka(_ root: SettingNode, _ notes: LoadingNotes) -> KafkaSettings {
    typealias Keys = SettingsTable.Kafka
    let section = SectionReader(Keys.section, of: root, notes: notes)
    _ = section.value(Keys.bootstrapServers)
    let groupID = section.value(Keys.groupID)
    let properties = section.members.compactMap { member -> KafkaSettings.Property? in
      guard let text = member.node.scalarText else {
        // What is missing or misshapen of the listed keys has been reported.
        if !Keys.section.rows.contains(where: { $0.key == member.key }) {
          section.report(member.key, notes.mustBe("text, a number or a flag", member.node))
        }
        return nil
      }
      if kafkaSecretKeys.contains(member.key) { notes.hide(text) }
      if let complaint = kafkaCheck(member.key, text) {
        notes.reportForeign(
          SettingProblem(
            at: member.node.position, key: section.path.appending(key: member.key), complaint))
      }
      return KafkaSettings.Property(
        key: member.key, value: Secret(text), position: member.position)
    }
    return KafkaSettings(properties: properties, groupID: groupID ?? "")
  }

  private func topics(_ root: SettingNode, _ notes: LoadingNotes) -> TopicSettings {
    typealias Keys = SettingsTable.Topics
    let section = SectionReader(Keys.section, of: root, notes: notes)
    let settings = Keys.all
    let names = settings.map(section.value)
    for index in names.indices {
      if let other = names[..<index].firstIndex(of: names[index]) {
        section.report(
          settings[index].key, "is the same topic as topics.\(settings[other].key)")
      }
    }
    return TopicSettings(
      requests: names[0], results: names[1], deadLetters: names[2], retry30s: names[3],
      retry2m: names[4], retry10m: names[5], replay: names[6])
  }

  private func delivery(_ root: SettingNode, _ notes: LoadingNotes) -> DeliverySettings {
    typealias Keys = SettingsTable.Delivery
    let section = SectionReader(Keys.section, of: root, notes: notes)
    return DeliverySettings(
      lifetimes: lifetimes(section), tries: section.value(Keys.tries),
      ambiguous: section.value(Keys.ambiguous), minRemaining: section.value(Keys.minRemaining),
      only: section.list(Keys.only, of: .recipientPattern))
  }

  private func lifetimes(_ section: SectionReader) -> Lifetimes {
    typealias Keys = SettingsTable.Delivery
    guard var named = section.mapping(Keys.ttl.key, of: Keys.lifetime) else {
      return section.value(Keys.ttl)
    }
    let standard = named.removeValue(forKey: Keys.defaultLifetime)
    return Lifetimes(
      standard: standard ?? Keys.ttl.fallback.standard,
      byUsageType: Dictionary(
        uniqueKeysWithValues: named.map { (UsageType(rawValue: $0.key), $0.value) }))
  }

  private func deadLetter(_ root: SettingNode, _ notes: LoadingNotes) -> DeadLetterSettings {
    typealias Keys = SettingsTable.DeadLetter
    let section = SectionReader(Keys.section, of: root, notes: notes)
    return DeadLetterSettings(value: section.value(Keys.value))
  }

  private func limits(_ root: SettingNode, _ notes: LoadingNotes) -> LimitSettings {
    typealias Keys = SettingsTable.Limits
    let section = SectionReader(Keys.section, of: root, notes: notes)
    return LimitSettings(
      inFlight: section.value(Keys.inFlight), parked: section.value(Keys.parked),
      uncommittedSpan: section.value(Keys.uncommittedSpan))
  }

  private func admin(_ root: SettingNode, _ notes: LoadingNotes) -> AdminSettings? {
    typealias Keys = SettingsTable.Admin
    let section = SectionReader(Keys.section, of: root, notes: notes)
    let settings = AdminSettings(
      host: section.value(Keys.host), port: UInt16(section.value(Keys.port)))
    return section.value(Keys.enabled) ? settings : nil
  }

  private func privacy(_ root: SettingNode, _ notes: LoadingNotes) -> PrivacySettings {
    typealias Keys = SettingsTable.Privacy
    let section = SectionReader(Keys.section, of: root, notes: notes)
    return PrivacySettings(hashKey: section.value(Keys.hashKey))
  }

  private func log(_ root: SettingNode, _ notes: LoadingNotes) -> LogSettings {
    typealias Keys = SettingsTable.Log
    let section = SectionReader(Keys.section, of: root, notes: notes)
    return LogSettings(level: section.value(Keys.level), format: section.value(Keys.format))
  }
}
