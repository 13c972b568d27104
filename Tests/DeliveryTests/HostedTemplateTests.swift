import JSON
import Testing

@testable import Delivery

/// Mails of which the provider keeps the template, and what else stands in the settings of a mail.
@Suite struct HostedTemplateTests {
  private static let either = TemplateForm.hosted(
    HostedTemplate.Form(keys: ["templateId"], mayHoldText: true))
  private static let named = TemplateForm.hosted(
    HostedTemplate.Form(keys: ["templateAlias", "templateId"]))

  private static let payload = #"""
    {"code":"012345","locale":"de","uiLocales":"de en","application":{"id":"a1","name":"Acme"},
    "user":{"name":"<Ann>","age":7},"list":["x",{"y":1}],"secret":"s","flag":false,"none":null}
    """#

  private func set(
    _ node: SettingNode, _ form: TemplateForm
  ) -> (set: TemplateSet, problems: [String]) {
    var problems: [SettingProblem] = []
    let set = TemplateSet(node: node, path: "t", form: form, problems: &problems)
    return (set, problems.map(\.description))
  }

  /// What the one template for `usageType` comes to.
  private func content(
    _ node: SettingNode, _ form: TemplateForm, for usageType: String = "Generic",
    locales: [String] = [], payload: String = payload, code: String? = "012345",
    link: String? = nil
  ) throws -> Message.Content {
    let (set, problems) = set(node, form)
    #expect(problems == [])
    let template = try #require(
      set.template(
        for: UsageType(rawValue: usageType), locales: locales, defaultLocale: nil))
    var values = TemplateValues(
      Payload(json: Array(payload.utf8), code: code, link: link, locale: "de"),
      remaining: .seconds(600))
    return try template.rendered(with: &values)
  }

  private func model(
    _ variables: SettingNode?, payload: String = payload, code: String? = "012345",
    link: String? = nil
  ) throws -> String {
    var entry: [String: SettingNode] = ["usageType": .text("Generic"), "templateAlias": .text("x")]
    entry["variables"] = variables
    guard
      case .hostedMail(let mail) = try content(
        .list([.object(entry)]), Self.named, payload: payload, code: code, link: link)
    else { return "" }
    #expect(mail.key == "templateAlias" && mail.name == "x" && mail.subject == nil)
    var json = JSONWriter()
    mail.model.write(to: &json)
    return String(decoding: json.bytes, as: UTF8.self)
  }

  // MARK: - What the provider gets

  @Test func `The provider gets what Logto documents and nothing else of the payload`() throws {
    #expect(
      try model(nil)
        == #"{"code":"012345","locale":"de","application":{"id":"a1","name":"Acme"},"user":{"name":"<Ann>","age":7},"expiresInMinutes":10}"#
    )
  }

  @Test func `A chosen variable keeps its type and its path, others stay here`() throws {
    #expect(
      try model(.texts(["code", "user.name", "user.age", "flag", "expiresInMinutes"]))
        == #"{"code":"012345","user":{"name":"<Ann>","age":7},"flag":false,"expiresInMinutes":10}"#)
    #expect(
      try model(.texts(["code", "list.0", "application"]))
        == #"{"code":"012345","list":{"0":"x"},"application":{"id":"a1","name":"Acme"}}"#)
  }

  @Test func `A mapping adds values, of which the payload's go first`() throws {
    let added = SettingNode.object([
      "brand": .text("Acme"), "code": .text("x"), "name": .text("{{user.name}}!"),
      "top": SettingNode(.number("3"), at: .start), "deep": .object(["on": .flag(true)]),
    ])
    #expect(
      try model(added, payload: #"{"code":"012345","user":{"name":"<Ann>"}}"#)
        == #"{"brand":"Acme","code":"012345","deep":{"on":true},"name":"<Ann>!","top":3,"locale":"de","user":{"name":"<Ann>"},"expiresInMinutes":10}"#
    )
  }

  @Test(arguments: [["code", "missing"], ["code", "none"], ["code", "user.nick"]])
  func `A chosen variable without a value stops the mail`(names: [String]) {
    #expect(throws: UnresolvedVariable(name: names[1])) { try model(.texts(names)) }
  }

  @Test func `Neither code nor link stops the mail, either of them does not`() throws {
    #expect(throws: UnresolvedVariable(name: "code")) { try model(nil, payload: "{}", code: nil) }
    #expect(throws: UnresolvedVariable(name: "code")) { try model(nil, payload: "{}", code: "") }
    #expect(
      try model(nil, payload: "{}", code: nil, link: "https://x")
        == #"{"link":"https://x","locale":"de","expiresInMinutes":10}"#)
  }

  // MARK: - Entries

  @Test func `An entry may name a template or hold a text`() throws {
    let entries = SettingNode.list([
      .mapping(["usageType": "SignIn", "templateId": "d-1", "replyTo": "{{user.name}}"]),
      .mapping([
        "usageType": "Generic", "type": "text/plain", "subject": "s", "content": "{{code}} <Ann>",
      ]),
    ])
    guard case .hostedMail(let hosted) = try content(entries, Self.either, for: "SignIn") else {
      Issue.record("not the provider's")
      return
    }
    #expect(hosted.name == "d-1" && hosted.replyTo == "<Ann>")
    #expect(
      try content(entries, Self.either)
        == .mail(Message.Mail(subject: "s", body: "012345 <Ann>", isHTML: false)))
  }

  @Test(
    arguments: [
      (named, ["usageType": "A"], ["f:1:1: t[0].templateAlias: is missing"]),
      (
        named, ["usageType": "A", "templateAlias": "x", "templateId": "1"],
        ["f:3:3: t[0].templateId: stands beside templateAlias: keep one of the two"]
      ),
      (
        named, ["usageType": "A", "templateAlias": "x", "content": "{{code}}"],
        [
          #"f:3:1: t[0].content: unknown key "content"; known: locale, replyTo, sendFrom, templateAlias, templateId, usageType, variables"#
        ]
      ),
      (
        named, ["usageType": "A", "templateAlias": "x", "variables": "code"],
        ["f:3:3: t[0].variables: must be a list of variables, or a mapping of names to values"]
      ),
      (
        either, ["usageType": "A", "templateId": "x", "subject": "s"],
        [
          "f:3:3: t[0].subject: stands beside templateId: either the text is the provider's or it is ours"
        ]
      ),
      (
        either, ["usageType": "A", "subject": "s", "content": "{{code}}", "type": "html"],
        [#"f:3:3: t[0].type: must be text/html or text/plain, found "html""#]
      ),
      (
        .mail,
        [
          "usageType": "A", "subject": "s", "content": "{{code}}", "type": "text/plain",
          "contentType": "text/html",
        ], ["f:3:3: t[0].type: contradicts contentType: keep one of the two"]
      ),
    ] as [(TemplateForm, [String: String], [String])])
  func `What is wrong is told with its place`(
    form: TemplateForm, entry: [String: String], problems: [String]
  ) {
    let told = set(.list([.mapping(entry)]), form).problems
    // The line is the key's place among its neighbours.
    #expect(told.map(\.withoutPlace) == problems.map(\.withoutPlace))
  }

  @Test(arguments: [
    (["code", "a-b"], "must hold names of variables, such as code or application.name"),
    (["code", "user", "user.name"], "has both user and user.name, of which one holds the other"),
    (["user.name"], "holds neither code nor link, so nobody could use the message"),
    ([], "holds neither code nor link, so nobody could use the message"),
  ]) func `Variables that cannot be are told`(names: [String], problem: String) {
    let entry = SettingNode.object([
      "usageType": .text("A"), "templateAlias": .text("x"), "variables": .texts(names),
    ])
    #expect(
      set(.list([entry]), Self.named).problems.map(\.withoutPlace) == [
        "t[0].variables: \(problem)"
      ])
  }

  // MARK: - Deliveries

  @Test func `Deliveries stand by usage type, in several languages where there is a list`() throws {
    let node = SettingNode.object([
      "Generic": .list([
        .mapping(["html": "<p>{{code}} {{user.name}}", "text": "{{user.name}}", "subject": "s"]),
        .mapping(["text": "{{code}} de", "locale": "de"]),
      ]),
      "SignIn": .object([
        "template": .text("tpl"), "subject": .text("{{code}}"),
        "variables": .object(["brand": .text("Acme")]),
      ]),
    ])
    #expect(
      try content(node, .deliveries)
        == .mail(
          Message.Mail(
            subject: "s", body: "<p>012345 &lt;Ann&gt;", isHTML: true, plainText: "<Ann>")))
    #expect(
      try content(node, .deliveries, locales: ["de-CH"])
        == .mail(Message.Mail(subject: "", body: "012345 de", isHTML: false)))
    guard case .hostedMail(let mail) = try content(node, .deliveries, for: "SignIn") else {
      Issue.record("not the provider's")
      return
    }
    #expect(mail.name == "tpl" && mail.subject == "012345")
    #expect(mail.model["brand"]?.string == "Acme" && mail.model["code"]?.string == "012345")
  }

  @Test(
    arguments: [
      (SettingNode.list([]), ["t: must be a mapping of usage types, each with html or template"]),
      (.object([:]), ["t: must be a mapping of usage types, each with html or template"]),
      (.mapping(["A": "x"]), ["t.A: must be a mapping with html or template"]),
      (
        .object(["A": .mapping(["subject": "{{code}}"])]),
        ["t.A.html: is missing: a delivery has html or template"]
      ),
      (
        .object(["A": .list([.mapping(["html": "hello"])])]),
        ["t.A[0].html: holds neither {{code}} nor {{link}}, so nobody could use the message"]
      ),
      (
        .object(["A": .mapping(["html": "{{code}}", "template": "x"])]),
        ["t.A.html: stands beside template: keep one of the two"]
      ),
      (
        .object(["A": .mapping(["html": "{{code}}", "variables": "x"])]),
        [
          "t.A.variables: belongs to template: html and text have their variables in braces"
        ]
      ),
      (
        .object(["A": .mapping(["html": "{{code}}", "replyto": "x"])]),
        [#"t.A.replyto: unknown key "replyto"; did you mean "replyTo"?"#]
      ),
    ] as [(SettingNode, [String])])
  func `What is wrong with a delivery is told`(node: SettingNode, problems: [String]) {
    #expect(set(node, .deliveries).problems.map(\.withoutPlace) == problems)
  }
}

extension String {
  /// A problem without file, line and column.
  fileprivate var withoutPlace: String {
    replacing(#/^f:[0-9]+:[0-9]+: /#, with: "")
  }
}

extension SourcePosition {
  fileprivate static let start = SourcePosition(file: "f", line: 1, column: 1)
}

extension SettingNode {
  fileprivate static func object(_ members: [String: SettingNode]) -> SettingNode {
    SettingNode(
      .object(
        members.sorted { $0.key < $1.key }.map {
          SettingMember(key: $0.key, at: .start, node: $0.value)
        }), at: .start)
  }

  fileprivate static func texts(_ texts: [String]) -> SettingNode { .list(texts.map { .text($0) }) }

  fileprivate static func flag(_ value: Bool) -> SettingNode {
    SettingNode(.bool(value), at: .start)
  }
}
