import Testing

@testable import Delivery

@Suite struct TemplateSetTests {
  // MARK: - Which template a request gets

  /// Templates from lines such as `SignIn` and `SignIn/zh-Hant`, the first of a kind numbered 0.
  private func set(_ names: [String]) -> TemplateSet {
    var problems: [SettingProblem] = []
    let entries = names.enumerated().map { number, name in
      let parts = name.split(separator: "/").map(String.init)
      var members = ["usageType": parts[0], "content": "\(number) {{code}}"]
      members["locale"] = parts.count > 1 ? parts[1] : nil
      return SettingNode.mapping(members)
    }
    let set = TemplateSet(
      node: .list(entries), path: "templates", form: .text, problems: &problems)
    #expect(problems.isEmpty)
    return set
  }

  struct Lookup: Sendable {
    let has: [String]
    let locales: [String]
    var fallback: String?
    let gets: String?
  }

  @Test(arguments: [
    // The usage type alone.
    Lookup(has: ["Generic", "SignIn"], locales: [], gets: "SignIn"),
    Lookup(has: ["Generic", "Register"], locales: [], gets: "Generic"),
    Lookup(has: ["Register"], locales: [], gets: nil),
    // The usage type goes before the language.
    Lookup(has: ["SignIn", "Generic/da"], locales: ["da"], gets: "SignIn"),
    Lookup(has: ["SignIn/en", "Generic/da"], locales: ["da"], gets: "Generic/da"),
    Lookup(has: ["SignIn/en", "Generic/da"], locales: ["da"], fallback: "en", gets: "SignIn/en"),
    // Shorter and shorter tags, whatever their case.
    Lookup(
      has: ["SignIn/zh", "SignIn/zh-Hant", "SignIn"], locales: ["ZH-hant-TW"],
      gets: "SignIn/zh-Hant"),
    Lookup(has: ["SignIn/zh", "SignIn"], locales: ["zh-Hant-TW"], gets: "SignIn/zh"),
    Lookup(has: ["SignIn/zh-Hant", "SignIn"], locales: ["zh"], gets: "SignIn"),
    Lookup(has: ["SignIn/pt-BR", "SignIn"], locales: ["pt_br"], gets: "SignIn/pt-BR"),
    Lookup(has: ["SignIn/de-x", "SignIn/de"], locales: ["de-x-test"], gets: "SignIn/de"),
    // Best first, and a near match of the better before an exact one of the worse.
    Lookup(has: ["SignIn/en", "SignIn/fr"], locales: ["fr-CA", "en"], gets: "SignIn/fr"),
    Lookup(has: ["SignIn/en", "SignIn/fr"], locales: ["da", "en"], gets: "SignIn/en"),
    // What is no tag is passed over.
    Lookup(has: ["SignIn/en", "SignIn"], locales: ["", "*", "e n", "-", "en"], gets: "SignIn/en"),
    // The default language, and the template without one, which is in it.
    Lookup(has: ["SignIn", "SignIn/en"], locales: ["da"], fallback: "en", gets: "SignIn/en"),
    Lookup(has: ["SignIn", "SignIn/en"], locales: ["da"], fallback: "en-GB", gets: "SignIn"),
    Lookup(has: ["SignIn/da", "SignIn/en"], locales: [], fallback: "en-GB", gets: "SignIn/en"),
    Lookup(
      has: ["SignIn", "SignIn/de"], locales: ["en-GB", "de"], fallback: "en", gets: "SignIn"),
    Lookup(has: ["SignIn", "SignIn/de"], locales: ["en", "de"], gets: "SignIn/de"),
    Lookup(has: ["SignIn/en", "SignIn/de"], locales: ["fr"], gets: nil),
    // The first of two counts.
    Lookup(has: ["SignIn/en", "SignIn/EN"], locales: ["en"], gets: "SignIn/en"),
  ]) func `A request gets the nearest template`(lookup: Lookup) {
    let found = set(lookup.has).template(
      for: UsageType(rawValue: "SignIn"), locales: lookup.locales, defaultLocale: lookup.fallback)
    let name = found.map { $0.usageType.rawValue + ($0.locale.map { "/\($0)" } ?? "") }
    #expect(name == lookup.gets)
  }

  @Test func `The first template of a kind counts`() throws {
    let found = set(["SignIn", "SignIn"]).template(
      for: UsageType(rawValue: "SignIn"), locales: [], defaultLocale: nil)
    #expect(found?.body == .text(Template("0 {{code}}")))
  }

  @Test func `Usage types with a template are known`() {
    #expect(set(["SignIn", "Generic/en"]).usageTypes == [.generic, UsageType(rawValue: "SignIn")])
  }

  // MARK: - Rendering

  private func mail(_ more: [String: String]) -> TemplateSet {
    var problems: [SettingProblem] = []
    let entry = ["usageType": "Generic", "subject": "For {{user.name}}", "content": "<b>{{code}}"]
    let set = TemplateSet(
      node: .list([.mapping(entry.merging(more) { $1 })]), path: "templates", form: .mail,
      problems: &problems)
    #expect(problems.isEmpty)
    return set
  }

  private func values(name: String) -> TemplateValues {
    TemplateValues(
      Payload(json: Array(#"{"user":{"name":"\#(name)"}}"#.utf8), code: "<1>"),
      remaining: .seconds(60))
  }

  @Test func `A mail is HTML unless it says otherwise`() throws {
    let template = try #require(
      mail([:]).template(for: .generic, locales: [], defaultLocale: nil))
    var values = values(name: "<A>\\r\\nBcc: b")
    #expect(
      try template.rendered(with: &values)
        == .mail(
          Message.Mail(subject: "For <A> Bcc: b", body: "<b>&lt;1&gt;", isHTML: true)))
  }

  @Test func `A plain mail is not escaped, and its headers are rendered`() throws {
    let set = mail([
      "contentType": "text/plain", "replyTo": "{{user.name}}@example.org",
      "sendFrom": "{{user.name}} & Co",
    ])
    let template = try #require(set.template(for: .generic, locales: [], defaultLocale: nil))
    var values = values(name: "Ann\\n")
    #expect(
      try template.rendered(with: &values)
        == .mail(
          Message.Mail(
            subject: "For Ann", body: "<b><1>", isHTML: false, replyTo: "Ann @example.org",
            sendFrom: "Ann  & Co")))
  }

  @Test func `A variable that is missing in any part stops the mail`() throws {
    let template = try #require(
      mail(["replyTo": "{{link}}"]).template(for: .generic, locales: [], defaultLocale: nil))
    var values = values(name: "Ann")
    #expect(throws: UnresolvedVariable(name: "link")) { try template.rendered(with: &values) }
  }

  @Test func `A text message is plain`() throws {
    let template = try #require(
      set(["Generic"]).template(for: .generic, locales: [], defaultLocale: nil))
    var values = values(name: "Ann")
    #expect(try template.rendered(with: &values) == .text("0 <1>"))
  }

  // MARK: - Problems

  struct Faulty: Sendable {
    let form: TemplateForm
    let node: SettingNode?
    let problems: [String]
  }

  @Test(arguments: [
    Faulty(
      form: .text, node: nil,
      problems: ["t: must be a list of templates, each with usageType and content"]),
    Faulty(
      form: .mail, node: .list([]),
      problems: ["f:1:1: t: must be a list of templates, each with usageType, subject and content"]),
    Faulty(
      form: .text, node: .mapping([:]),
      problems: ["f:1:1: t: must be a list of templates, each with usageType and content"]),
    Faulty(
      form: .text, node: .list([.text("x")]),
      problems: ["f:1:1: t[0]: must be a mapping with usageType and content"]),
    Faulty(
      form: .text, node: .list([.mapping(["usageType": ""])]),
      problems: ["f:2:3: t[0].usageType: is missing", "f:1:1: t[0].content: is missing"]),
    Faulty(
      form: .mail, node: .list([.mapping(["usageType": "Generic", "content": "{{code}}"])]),
      problems: ["f:1:1: t[0].subject: is missing"]),
    Faulty(
      form: .text,
      node: .list([.mapping(["contnt": "{{code}}", "content": "{{code}}", "usageType": "SignIn"])]),
      problems: [#"f:3:1: t[0].contnt: unknown key "contnt"; did you mean "content"?"#]),
    Faulty(
      form: .text,
      node: .list([
        .mapping(["content": "{{code}}", "subject": "x", "usageType": "SignIn"])
      ]),
      problems: [
        #"f:3:1: t[0].subject: unknown key "subject"; known: content, locale, usageType"#
      ]),
    Faulty(
      form: .text, node: .list([.mapping(["content": "{{ code } {{cod}}", "usageType": "A"])]),
      problems: [
        "f:2:3: t[0].content: holds neither {{code}} nor {{link}}, so nobody could use the message"
      ]),
    Faulty(
      form: .text,
      node: .list([
        .mapping(["content": "{{code}}", "usageType": "A"]),
        .mapping(["content": "{{code}}", "locale": "english!", "usageType": "A"]),
      ]),
      problems: [
        #"f:3:3: t[1].locale: must be a language tag such as en or pt-BR, found "english!""#
      ]),
    Faulty(
      form: .mail,
      node: .list([
        .mapping([
          "content": "{{code}}", "contentType": "html", "subject": "x", "usageType": "A",
        ])
      ]),
      problems: [#"f:3:3: t[0].contentType: must be text/html or text/plain, found "html""#]),
  ]) func `What is wrong is told with its place`(faulty: Faulty) {
    var problems: [SettingProblem] = []
    _ = TemplateSet(node: faulty.node, path: "t", form: faulty.form, problems: &problems)
    #expect(problems.map(\.description) == faulty.problems)
  }

  @Test func `What is no text is told once, and the entry is left out`() {
    var problems: [SettingProblem] = []
    let place = SourcePosition(file: "f", line: 1, column: 1)
    let entry = SettingNode(
      .object([
        SettingMember(key: "usageType", at: place, node: .text("SignIn")),
        SettingMember(key: "content", at: place, node: SettingNode(.number("1"), at: place)),
      ]), at: place)
    let set = TemplateSet(node: .list([entry]), path: "t", form: .text, problems: &problems)
    #expect(
      problems.map(\.description) == [
        "f:1:1: t[0].content: must be text (in quotes when it looks like a number or true)"
      ])
    #expect(set.usageTypes.isEmpty)
  }

  @Test func `A code in the subject alone is enough`() {
    var problems: [SettingProblem] = []
    let entry = ["usageType": "SignIn", "subject": "{{code}}", "content": "See above"]
    _ = TemplateSet(
      node: .list([.mapping(entry)]), path: "t", form: .mail, problems: &problems)
    #expect(problems.isEmpty)
  }
}

extension SettingNode {
  /// A text at the beginning of the file.
  static func text(_ text: String) -> SettingNode {
    SettingNode(.string(text), at: SourcePosition(file: "f", line: 1, column: 1))
  }

  static func list(_ entries: [SettingNode]) -> SettingNode {
    SettingNode(.array(entries), at: SourcePosition(file: "f", line: 1, column: 1))
  }

  /// A mapping by name, each member on a line of its own, from line 2.
  static func mapping(_ members: [String: String]) -> SettingNode {
    let sorted = members.sorted { $0.key < $1.key }
    return SettingNode(
      .object(
        sorted.enumerated().map { index, member in
          SettingMember(
            key: member.key, at: SourcePosition(file: "f", line: index + 2, column: 1),
            node: SettingNode(
              .string(member.value), at: SourcePosition(file: "f", line: index + 2, column: 3)))
        }), at: SourcePosition(file: "f", line: 1, column: 1))
  }
}
