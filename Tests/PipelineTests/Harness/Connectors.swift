import Delivery
import Providers
import TestSupport

/// What is secret about the connectors of the scenarios.
enum Credentials {
  static let accountSID = "AC0f9e8d7c6b5a49382716051423324150"
  static let authToken = "d3a1c5f7be24689013579bdf02468ace"
  static let authorization = "Bearer fEq7-pLm3-zXw9-receiver"

  /// What PLAIN makes of the mail server's user and password.
  static let mailLogin = "AHVzZXJAZXhhbXBsZS5jb20AcEBzcw"

  static let appSecret = "aPpS3cr3t-0123456789"

  static let all = [authToken, authorization, mailLogin, appSecret]
}

/// A text for a usage type.
struct Wording: Sendable {
  var usageType: String
  var text: String
  var locale: String?
  /// Only of mails.
  var subject: String?

  /// What the scenarios' connectors say unless told otherwise.
  static let usual = [
    Wording(usageType: "SignIn", text: "{{code}} signs you in"),
    Wording(usageType: "SignIn", text: "{{code}} logger dig ind", locale: "da"),
    Wording(usageType: "OrganizationInvitation", text: "Come in: {{link}}"),
    Wording(usageType: "Generic", text: "Your code is {{code}}"),
  ]
}

extension Connector {
  /// Twilio's driver in front of its stand-in.
  static func twilio(
    at endpoint: String, _ wordings: [Wording], token: String = Credentials.authToken,
    concurrency: Int? = nil, rateLimit: Double? = nil
  ) throws -> Connector {
    try Connector(
      name: "twilio-main", provider: "twilio-short-message-service",
      settings: [
        ("accountSID", .string(Credentials.accountSID)),
        ("authToken", .string(token)),
        ("from", .string("+15005550006")),
        ("endpoint", .string(endpoint)),
      ], wordings, concurrency: concurrency, rateLimit: rateLimit)
  }

  /// The HTTP SMS driver in front of its stand-in.
  static func receiver(at endpoint: String) throws -> Connector {
    try Connector(
      name: "receiver", provider: "http-sms",
      settings: [
        ("endpoint", .string(endpoint)), ("authorization", .string(Credentials.authorization)),
      ], nil)
  }

  /// The SMTP driver in front of a mail server of the tests.
  static func smtp(
    at port: UInt16,
    auth: [(key: String, value: SettingNode.Value)] = [
      ("user", .string(MailServer.user)), ("pass", .string(MailServer.password)),
    ]
  ) throws -> Connector {
    try Connector(
      name: "smtp", provider: "simple-mail-transfer-protocol",
      settings: [
        ("host", .string("127.0.0.1")), ("port", .number("\(port)")),
        ("fromEmail", .string("Example <no-reply@example.com>")), ("ignoreTLS", .bool(true)),
        ("allowPlaintextAuth", .bool(true)),
        ("auth", SettingNode.mapping(auth).value),
      ],
      [
        Wording(
          usageType: "Generic", text: "<p>Your code is <b>{{code}}</b></p>", subject: "Your code")
      ])
  }

  /// The driver of Logto's mail service in front of servers of the tests.
  static func logto(at port: UInt16, issuer: UInt16) throws -> Connector {
    try Connector(
      name: "logto", provider: "logto-email",
      settings: [
        ("endpoint", .string("http://127.0.0.1:\(port)/api")),
        ("tokenEndpoint", .string("http://127.0.0.1:\(issuer)/token")),
        ("resource", .string("https://cloud.logto.io/api")), ("appId", .string("app")),
        ("appSecret", .string(Credentials.appSecret)),
      ], nil)
  }

  private convenience init(
    name: String, provider: String, settings: [(key: String, value: SettingNode.Value)],
    _ wordings: [Wording]?, concurrency: Int? = nil, rateLimit: Double? = nil
  ) throws {
    guard let driver = DriverCatalog.driver(id: provider) else { throw InvalidSettings() }
    let reader = SettingsReader(.mapping(settings), path: "config")
    reader.check(driver.descriptor.settings, shared: [])
    var problems = reader.problems
    let templates = wordings.map { wordings in
      TemplateSet(
        node: .list(wordings.map(\.node)), path: "templates",
        form: driver.descriptor.templateForm ?? .text, problems: &problems)
    }
    if let problem = problems.first { throw problem }
    self.init(
      name: name, driver: try driver.init(settings: reader), templates: templates ?? .init([]),
      concurrency: concurrency, rateLimit: rateLimit)
  }
}

extension Wording {
  fileprivate var node: SettingNode {
    .mapping(
      [("usageType", .string(usageType)), ("content", .string(text))]
        + (locale.map { [("locale", .string($0))] } ?? [])
        + (subject.map { [("subject", .string($0))] } ?? []))
  }
}

extension SettingNode {
  private static let nowhere = SourcePosition(file: "scenario.yaml", line: 1, column: 1)

  fileprivate static func mapping(_ members: [(key: String, value: Value)]) -> SettingNode {
    SettingNode(
      .object(
        members.map {
          SettingMember(key: $0.key, at: nowhere, node: SettingNode($0.value, at: nowhere))
        }), at: nowhere)
  }

  fileprivate static func list(_ elements: [SettingNode]) -> SettingNode {
    SettingNode(.array(elements), at: nowhere)
  }
}
