import Delivery
import Providers

/// Makes connectors of their mappings, with the drivers that there are.
struct ConnectorReader {
  let drivers: [any Driver.Type]
  let checkTemplates: ConfigurationLoader.TemplateCheck
  let documents: DocumentReader
  let notes: LoadingNotes

  /// A connector as its file has it; without node when the file cannot be read.
  struct Found {
    var name: String
    var position: SourcePosition
    var node: SettingNode?
  }

  /// The connectors that could be made, and the channels of all whose provider is known.
  struct Connectors {
    var names: [String] = []
    var channels: [String: Channel] = [:]
    var usable: [ConnectorSettings] = []
  }

  /// Makes every connector that can be made.
  func connectors(from all: [Found]) -> Connectors {
    var result = Connectors()
    var firsts: [String: SourcePosition] = [:]
    for found in all {
      if let first = firsts[found.name] {
        notes.report(
          at: found.position, path(found.name),
          "is given twice; the first time in \(first.file) on line \(first.line)")
        continue
      }
      firsts[found.name] = found.position
      result.names.append(found.name)
      guard let node = found.node else { continue }
      let section = SectionReader(
        SettingsTable.Connector.section, node, path: path(found.name),
        position: found.position, notes: notes)
      guard let driver = driver(section) else { continue }
      result.channels[found.name] = driver.descriptor.channel
      if let connector = connector(found, section, driver) { result.usable.append(connector) }
    }
    return result
  }

  private func path(_ name: String) -> String { "connectors.\(name)" }

  private func driver(_ section: SectionReader) -> (any Driver.Type)? {
    let setting = SettingsTable.Connector.provider
    guard let id = section.value(setting) else { return nil }
    if let driver = drivers.first(where: { $0.descriptor.id == id }) { return driver }
    let known = drivers.map { $0.descriptor.id }
    if let node = section.node(setting.key), notes.isHidden(node.position) {
      section.report(
        setting.key, "is no known provider; known: \(known.sorted().joined(separator: ", "))")
    } else {
      section.report(setting.key, unknownNameMessage("unknown provider", id, known: known))
    }
    return nil
  }

  private func connector(
    _ found: Found, _ section: SectionReader, _ type: any Driver.Type
  ) -> ConnectorSettings? {
    if found.name.isEmpty || found.name.utf8.count > 64 || !found.name.isPlainName {
      notes.report(
        at: found.position, section.path,
        "a connector's name has at most 64 letters, digits, dots, underscores and hyphens")
    }
    let descriptor = type.descriptor
    let concurrency = section.value(SettingsTable.Connector.concurrency)
    let rateLimit = section.value(SettingsTable.Connector.rateLimit)
    let defaultLocale = section.value(SettingsTable.Connector.defaultLocale)
    let certificates = certificates(section)
    let proxy = section.value(SettingsTable.Connector.proxy)
    guard let config = config(section) else { return nil }
    let templates = descriptor.templateForm.flatMap { form in
      config.members?.first { $0.key == form.key }?.node
    }
    let driver = make(type, from: config, path: section.path.appending(key: "config"))
    if let form = descriptor.templateForm {
      var problems: [SettingProblem] = []
      checkTemplates(
        templates, section.path.appending(key: "config.\(form.key)"), form,
        &problems)
      for problem in problems {
        notes.reportForeign(
          SettingProblem(
            at: problem.position ?? config.position, key: problem.key, problem.message))
      }
    }
    return driver.map {
      ConnectorSettings(
        name: found.name, provider: descriptor.id, driver: $0,
        concurrency: concurrency ?? descriptor.concurrency, rateLimit: rateLimit,
        defaultLocale: defaultLocale, caFile: certificates?.path, proxy: proxy,
        templates: templates, position: found.position,
        mark: mark(section.members, config, certificates))
    }
  }

  /// Over all that the connector is made of, with every reference put in.
  private func mark(
    _ members: [SettingMember], _ config: SettingNode, _ certificates: Certificates?
  ) -> ContentMark {
    ContentMark { hasher in
      for member in members {
        hasher.combine(member.key)
        member.node.combine(into: &hasher)
      }
      config.combine(into: &hasher)
      hasher.combine(certificates?.content)
    }
  }

  private func make(
    _ type: any Driver.Type, from config: SettingNode, path: String
  ) -> (any Driver)? {
    let descriptor = type.descriptor
    for secret in config.secrets(descriptor.settings) { notes.hide(secret) }
    let reader = SettingsReader(config.withFlags(descriptor.settings), path: path)
    reader.check(
      descriptor.settings, shared: [descriptor.templateForm?.key].compactMap(\.self))
    var driver: (any Driver)?
    do {
      driver = try type.init(settings: reader)
    } catch {
      if reader.problems.isEmpty { reader.report(nil, "makes no \(descriptor.name) connector") }
    }
    for problem in reader.problems { notes.reportForeign(problem) }
    return driver
  }

  /// The mapping `config`, or what stands in `configFile`; nil when that cannot be read.
  private func config(_ section: SectionReader) -> SettingNode? {
    let setting = SettingsTable.Connector.configFile
    let config = section.node(SettingsTable.Connector.config.key)
    guard section.node(setting.key) != nil else {
      return config ?? SettingNode(.object([]), at: section.position)
    }
    guard config == nil else {
      section.report(setting.key, "stands beside config; keep one of the two")
      return nil
    }
    guard let name = section.value(setting), let node = section.node(setting.key) else {
      return nil
    }
    let path = documents.resolve(name, at: node.position)
    return documents.read(
      path, key: section.path.appending(key: SettingsTable.Connector.config.key),
      asker: .init(key: section.path.appending(key: setting.key), position: node.position))
  }

  private func certificates(_ section: SectionReader) -> Certificates? {
    let setting = SettingsTable.Connector.caFile
    guard let name = section.value(setting), let node = section.node(setting.key),
      !notes.isUnresolved(node.position)
    else { return nil }
    let path = documents.resolve(name, at: node.position)
    let bytes = try? SourceFile.read(path, limit: DocumentReader.fileLimit)
    notes.addSource(ConfigurationSource(file: path, limit: DocumentReader.fileLimit, bytes))
    guard let bytes else {
      section.report(setting.key, "the file does not exist or may not be read by this user")
      return nil
    }
    return Certificates(path: path, content: ContentMark { $0.combine(bytes) })
  }

  private struct Certificates {
    var path: String
    var content: ContentMark
  }
}

extension SettingNode {
  /// The mapping with the words `true` and `false` read as flags where flags are wanted: what comes
  /// from a variable is text.
  fileprivate func withFlags(_ settings: [SettingDescriptor]) -> SettingNode {
    guard case .object(var members) = value else { return self }
    for index in members.indices {
      let node = members[index].node
      switch (settings.first { $0.key == members[index].key }?.kind, node.value) {
      case (.flag?, .string(let text)):
        if let flag = Bool(text) { members[index].node.value = .bool(flag) }
      case (.object(let inner)?, _): members[index].node = node.withFlags(inner)
      default: break
      }
    }
    var result = self
    result.value = .object(members)
    return result
  }

  /// The texts of all secret settings, those of mappings inside included.
  fileprivate func secrets(_ settings: [SettingDescriptor]) -> [String] {
    (members ?? []).flatMap { member -> [String] in
      guard let setting = settings.first(where: { $0.key == member.key }) else { return [] }
      if setting.isSecret { return member.node.texts }
      if case .object(let inner) = setting.kind { return member.node.secrets(inner) }
      return []
    }
  }

  /// Every text that stands here, however deep.
  private var texts: [String] {
    switch value {
    case .array(let nodes): nodes.flatMap(\.texts)
    case .object(let members): members.flatMap(\.node.texts)
    default: scalarText.map { [$0] } ?? []
    }
  }
}
