import Delivery
import JSON
import Testing

@testable import Providers

extension DriverFixture {
  static let mailgun = DriverFixture(
    id: "mailgun-email",
    settings: [
      "domain": .string("mg.example.com"), "apiKey": .string("key-of-acme"),
      "from": .string("Acme <no-reply@mg.example.com>"),
    ],
    baseURLKey: "endpoint",
    accepted: (
      .json(
        200,
        #"{"id":"<20111114174239.25659.5817@samples.mailgun.org>","message":"Queued. Thank you."}"#),
      ["20111114174239.25659.5817@samples.mailgun.org"]
    ),
    refused: .json(
      400, #"{"message":"'to' parameter is not a valid address. please check documentation"}"#),
    throttled: .json(429, #"{"message":"Too many requests"}"#),
    read: { ($0.formField("to") ?? "", $0.formField("text") ?? "") })
}

@Suite struct MailgunTests {
  private func make(
    _ changes: [String: SettingNode.Value] = [:]
  ) -> (driver: (any Driver)?, problems: [String]) {
    makeDriver(Mailgun.self, DriverFixture.mailgun.settings.merging(changes) { $1 })
  }

  private func driver(_ changes: [String: SettingNode.Value] = [:]) throws -> any Driver {
    let (driver, problems) = make(changes)
    #expect(problems == [])
    return try #require(driver)
  }

  @Test func `The request is whole`() throws {
    let exchange = try driver().http(
      .mail(
        to: "user@example.org", "<p>123456</p>", subject: "123456 is your code", isHTML: true))
    #expect(exchange.method == "POST")
    #expect(exchange.endpoint == HTTPEndpoint("https://api.mailgun.net/v3/mg.example.com/messages"))
    #expect(exchange.header("Content-Type") == "application/x-www-form-urlencoded")
    #expect(
      String(decoding: exchange.body, as: UTF8.self)
        == "from=Acme+%3Cno-reply%40mg.example.com%3E&to=user%40example.org&subject=123456+is+your+code"
        + "&html=%3Cp%3E123456%3C%2Fp%3E&text=123456%0A&o%3Atracking=no&o%3Atracking-clicks=no"
        + "&o%3Atracking-opens=no&v%3Aotp-id=e1")
  }

  @Test func `The credentials are those of the vector`() throws {
    let vector = try #require(vectors("mailgun").first { $0["kind"]?.string == "request" })
    let exchange = try driver(["apiKey": .string(vector["inputs"]?["password"]?.string ?? "")])
      .http(.mail("1"))
    #expect(exchange.header("Authorization") == vector["expected"]?["authorization"]?.string)
  }

  @Test func `A template of Mailgun's gets its values, and a plain part`() throws {
    let exchange = try driver().http(
      .hosted(
        "template", "sign-in", .object([("code", .string("123456")), ("n", .number("1"))]),
        subject: "Your code", replyTo: "a@b.example"))
    #expect(exchange.formField("template") == "sign-in")
    #expect(exchange.formField("t:variables") == #"{"code":"123456","n":1}"#)
    #expect(exchange.formField("t:text") == "yes")
    #expect(exchange.formField("subject") == "Your code")
    #expect(exchange.formField("h:Reply-To") == "a@b.example")
    #expect(exchange.formField("html") == nil && exchange.formField("text") == nil)
  }

  @Test func `The delivery's own plain text goes before one made of its HTML`() throws {
    let message = Message(
      eventID: "e1", recipient: Recipient("ann@example.org")!, usageType: .generic,
      payload: Payload(json: []), ip: nil,
      content: .mail(.init(subject: "", body: "<p>1</p>", isHTML: true, plainText: "One")))
    let exchange = try driver().http(message)
    #expect(exchange.formField("text") == "One")
    #expect(exchange.formField("subject") == nil)
  }

  @Test func `What the operator wants goes along`() throws {
    let exchange = try driver([
      "endpoint": .string("https://api.eu.mailgun.net"), "testMode": .bool(true),
      "requireTLS": .bool(true), "replyTo": .string("\"Help, Acme\" <help@example.com>"),
    ]).http(.mail("1", sendFrom: "Other <other@example.net>"))
    #expect(exchange.endpoint.host == "api.eu.mailgun.net")
    #expect(exchange.formField("h:Reply-To") == "\"Help, Acme\" <help@example.com>")
    #expect(exchange.formField("o:testmode") == "yes")
    #expect(exchange.formField("o:require-tls") == "yes")
    #expect(exchange.formField("from") == "Other <other@example.net>")
    #expect(
      try driver(["requireTLS": .bool(false)]).http(.mail("1")).formField("o:require-tls") == "no")
  }

  @Test(
    arguments: [
      (["domain": .string("mg.example.com/x")], "domain: must be a domain such as mg.example.com"),
      (["from": .string("Acme")], "from: must be an address, or a name and an address"),
      (
        ["replyTo": .string("Help, Acme <help@example.com>")],
        "replyTo: must be an address, or a name and an address"
      ),
      (["apiKey": .null], "apiKey: is missing"),
    ] as [([String: SettingNode.Value], String)]) func `What is wrong is told once`(
      changes: [String: SettingNode.Value], problem: String
    )
  {
    let problems = make(changes).problems
    #expect(problems.count == 1)
    #expect(problems.first?.contains(problem) == true, "\(problems)")
  }

  // MARK: - Answers

  private static let rows = [
    CodeRow(["to"], .rejected, .recipientInvalid),
    CodeRow(["sandbox"], .misconfigured(.destination)),
    CodeRow(["from", "domain"], .misconfigured(.account)),
    CodeRow(["template", "parameter"], .misconfigured(.template)),
  ]

  /// What Mailgun answers for each of our names.
  private static let replies: [String: HTTPReply] = [
    "to": .json(400, #"{"message":"to parameter is not a valid address. ann@example.org"}"#),
    "sandbox": .json(
      403,
      #"{"message":"Domain sandbox1.mailgun.org is not allowed to send: Free accounts are for test purposes only. Please upgrade or add the address to authorized recipients in Account Settings."}"#
    ),
    "from": .json(400, #"{"message":"'from' parameter is not a valid address."}"#),
    "domain": .json(404, #"{"message":"Domain not found: mg.example.com"}"#),
    "template": .json(400, #"{"message":"template 'sign-in' not found"}"#),
    "parameter": .json(
      400, #"{"message":"Need at least one of 'text' or 'html' parameters specified"}"#),
  ]

  @Test(arguments: rows) func `What Mailgun says means what the table says`(row: CodeRow) throws {
    row.check(try driver(), "mailgun") { Self.replies[$0]! }
  }

  @Test func `The rows are the table`() { expectComplete(Self.rows, Mailgun.codes) }

  @Test(
    arguments: [
      (200, #"{"id":"20111114@mg","message":"Queued."}"#, Answer.Class.accepted, "http.200"),
      (200, #"{"message":"Queued."}"#, .ambiguous, "http.200"),
      (200, #"{"id":"<>"}"#, .ambiguous, "http.200"),
      (400, #"{"message":"odd"}"#, .rejected, "http.400"),
      (401, "Forbidden", .misconfigured(.account), "http.401"),
      (402, "", .misconfigured(.account), "http.402"),
      (403, #"{"message":"Account is disabled"}"#, .misconfigured(.account), "http.403"),
      (404, "", .misconfigured(.account), "http.404"), (413, "", .rejected, "http.413"),
      (500, #"{"message":"'to' parameter"}"#, .ambiguous, "http.500"),
      (502, "", .ambiguous, "http.502"), (504, "", .ambiguous, "http.504"),
    ] as [(Int, String, Answer.Class, String)])
  func `What a reply means`(status: Int, body: String, meaning: Answer.Class, code: String) throws {
    let answer = try driver().answer(to: .http(.json(status, body)))
    #expect(answer.class == meaning)
    #expect(answer.code == code)
    #expect(answer.providerMessageIDs == (meaning == .accepted ? ["20111114@mg"] : []))
  }
}
