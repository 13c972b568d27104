import Testing

@testable import Delivery

@Suite struct ProviderTemplateTests {
  private static let place = SourcePosition(file: "f", line: 1, column: 1)

  private static func node(_ value: SettingNode.Value) -> SettingNode {
    SettingNode(value, at: place)
  }

  private static func object(_ members: [(String, SettingNode.Value)]) -> SettingNode.Value {
    .object(members.map { SettingMember(key: $0.0, at: place, node: node($0.1)) })
  }

  private static func names(_ names: [String]) -> SettingNode.Value {
    .array(names.map { node(.string($0)) })
  }

  private static let named = ProviderTemplate.Form(parameters: .named, kinds: [0, 1, 2])
  private static let ordered = ProviderTemplate.Form(parameters: .ordered)

  /// The template of an entry for `SignIn`, and what is wrong with it.
  private func read(
    _ members: [(String, SettingNode.Value)], _ form: ProviderTemplate.Form
  ) -> (template: ProviderTemplate?, problems: [String]) {
    var problems: [SettingProblem] = []
    let entry = Self.object([("usageType", .string("SignIn"))] + members)
    let set = TemplateSet(
      node: Self.node(.array([Self.node(entry)])), path: "t", form: .provider(form),
      problems: &problems)
    var template: ProviderTemplate?
    if case .provider(let found)? = set.all.first?.body { template = found }
    return (template, problems.map { "\($0.key): \($0.message)" })
  }

  private func filled(
    _ template: ProviderTemplate?, _ payload: String, code: String? = "042"
  ) throws -> [Message.FilledTemplate.Value] {
    var values = TemplateValues(
      Payload(json: Array(payload.utf8), code: code, locale: "da"), remaining: .seconds(600))
    return try #require(template).filled(with: &values).values
  }

  // MARK: - Logto's entries

  @Test func `An entry of Logto's for one code gets the code alone`() throws {
    let (template, problems) = read(
      [("templateCode", .string("SMS_1")), ("type", .number("2"))], Self.named)
    #expect(problems == [])
    #expect(template?.code == .everywhere("SMS_1"))
    #expect(template?.kind == 2)
    let payload = #"{"code":"042","uiLocales":"da en","locale":"da","application":{"name":"A"}}"#
    #expect(try filled(template, payload) == [.init(name: "code", text: "042")])
  }

  @Test func `An entry may have a code for China and one for elsewhere`() {
    let (template, problems) = read(
      [("templateCode", Self.object([("china", .string("C")), ("overseas", .number("12"))]))],
      Self.named)
    #expect(problems == [])
    #expect(template?.code.code(inMainlandChina: true) == "C")
    #expect(template?.code.code(inMainlandChina: false) == "12")
  }

  @Test func `A number is a code too`() {
    #expect(
      read([("templateCode", .number("1110"))], Self.ordered).template?.code == .everywhere("1110"))
  }

  // MARK: - Variables

  @Test func `Variables come in the order of the settings, under names of their own if need be`()
    throws
  {
    let list = read(
      [
        ("templateCode", .string("1")),
        ("variables", Self.names(["expiresInMinutes", "code", "application.name"])),
      ], Self.ordered
    ).template
    #expect(
      try filled(list, #"{"application":{"name":"Acme"}}"#).map(\.text) == ["10", "042", "Acme"])

    let mapping = read(
      [
        ("templateCode", .string("1")),
        (
          "variables",
          Self.object([("min", .string("expiresInMinutes")), ("c", .string("code"))])
        ),
      ], Self.named
    ).template
    #expect(
      try filled(mapping, "{}") == [.init(name: "min", text: "10"), .init(name: "c", text: "042")])
  }

  @Test func `A variable without a value stops the message`() throws {
    let template = read(
      [("templateCode", .string("1")), ("variables", Self.names(["code", "user.name"]))],
      Self.ordered
    ).template
    #expect(throws: UnresolvedVariable(name: "user.name")) { try filled(template, "{}") }
    #expect(throws: UnresolvedVariable(name: "code")) {
      try filled(template, #"{"user":{"name":"x"}}"#, code: nil)
    }
  }

  @Test func `Rendering keeps code and sort of the template`() throws {
    var problems: [SettingProblem] = []
    let entry = Self.object([
      ("usageType", .string("Generic")), ("templateCode", .string("SMS_1")), ("type", .number("0")),
    ])
    let set = TemplateSet(
      node: Self.node(.array([Self.node(entry)])), path: "t", form: .provider(Self.named),
      problems: &problems)
    let signIn = UsageType(rawValue: "SignIn")
    let template = try #require(set.template(for: signIn, locales: [], defaultLocale: nil))
    var values = TemplateValues(Payload(json: [], code: "1"), remaining: .seconds(60))
    #expect(
      try template.rendered(with: &values)
        == .template(
          .init(code: .everywhere("SMS_1"), kind: 0, values: [.init(name: "code", text: "1")])))
  }

  @Test func `A filled template prints no value`() {
    let content = Message.Content.template(
      .init(code: .everywhere("T"), values: [.init(name: "code", text: "987654")]))
    var shown = "\(content) \(String(reflecting: content))"
    dump(content, to: &shown)
    #expect(!shown.contains("987654"))
  }

  // MARK: - Mistakes

  struct Mistake: Sendable {
    var members: [(String, SettingNode.Value)]
    var form = ProviderTemplateTests.named
    var problem: String
  }

  static let mistakes = [
    Mistake(members: [], problem: "t[0].templateCode: is missing"),
    Mistake(members: [("templateCode", .string(""))], problem: "t[0].templateCode: is missing"),
    Mistake(
      members: [("templateCode", .bool(true))],
      problem: "t[0].templateCode: must be a template's code, or a mapping with china and overseas"),
    Mistake(
      members: [("templateCode", object([]))],
      problem: "t[0].templateCode: is empty: it needs china, overseas or both"),
    Mistake(
      members: [("templateCode", object([("china", .string("1")), ("oversea", .string("2"))]))],
      problem: #"t[0].templateCode: unknown key "oversea"; did you mean "overseas"?"#),
    Mistake(
      members: [("templateCode", object([("china", .array([]))]))],
      problem: "t[0].templateCode: must have a template's code for china"),
    Mistake(
      members: [("templateCode", .string("1")), ("type", .number("3"))],
      problem: "t[0].type: must be one of 0, 1, 2"),
    Mistake(
      members: [("templateCode", .string("1")), ("type", .number("2"))], form: ordered,
      problem:
        #"t[0].type: unknown key "type"; known: locale, templateCode, usageType, variables"#),
    Mistake(
      members: [("templateCode", .string("1")), ("content", .string("{{code}}"))],
      problem:
        #"t[0].content: unknown key "content"; known: locale, templateCode, type, usageType, variables"#
    ),
    Mistake(
      members: [("templateCode", .string("1")), ("variables", .string("code"))],
      problem:
        "t[0].variables: must be a list of variables, or a mapping of the template's names to variables"
    ),
    Mistake(
      members: [("templateCode", .string("1")), ("variables", object([("c", .string("code"))]))],
      form: ordered,
      problem: "t[0].variables: must be a list of variables, in the order of the template"),
    Mistake(
      members: [("templateCode", .string("1")), ("variables", names(["{{code}}"]))],
      problem: "t[0].variables: must hold names of variables, such as code or application.name"),
    Mistake(
      members: [("templateCode", .string("1")), ("variables", names(["locale"]))],
      problem: "t[0].variables: holds neither code nor link, so nobody could use the message"),
    Mistake(
      members: [("templateCode", .string("1")), ("variables", names([]))],
      problem: "t[0].variables: holds neither code nor link, so nobody could use the message"),
  ]

  @Test(arguments: mistakes) func `What is wrong is told once`(mistake: Mistake) {
    let (template, problems) = read(mistake.members, mistake.form)
    #expect(template == nil)
    #expect(problems == [mistake.problem])
  }
}
