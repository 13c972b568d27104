import Delivery
import JSON
import Testing

@testable import Providers

extension DriverFixture {
  static let sendGrid = DriverFixture(
    id: "sendgrid-email-service",
    settings: [
      "apiKey": .string("SG.key-of-acme"), "fromEmail": .string("noreply@example.com"),
      "fromName": .string("Acme"),
    ],
    baseURLKey: "endpoint",
    accepted: (
      HTTPReply(status: 202, headers: [("X-Message-Id", "14c5d75ce93.dfd.64b469")]),
      ["14c5d75ce93.dfd.64b469"]
    ),
    refused: .json(
      400,
      #"{"errors":[{"message":"Does not contain a valid address.","field":"personalizations.0.to.0.email","help":"http://sendgrid.com/docs"}]}"#
    ),
    throttled: .json(429, #"{"errors":[{"field":null,"message":"too many requests"}]}"#),
    read: { exchange in
      let json = try JSONValue(parsing: exchange.body)
      let to = json["personalizations"]?.elements.first?["to"]?.elements.first?["email"]
      return (to?.string ?? "", json["content"]?.elements.first?["value"]?.string ?? "")
    })
}

@Suite struct SendGridTests {
  private func make(
    _ changes: [String: SettingNode.Value] = [:]
  ) -> (driver: (any Driver)?, problems: [String]) {
    makeDriver(SendGrid.self, DriverFixture.sendGrid.settings.merging(changes) { $1 })
  }

  private func driver(_ changes: [String: SettingNode.Value] = [:]) throws -> any Driver {
    let (driver, problems) = make(changes)
    #expect(problems == [])
    return try #require(driver)
  }

  private func json(
    _ message: Message, _ changes: [String: SettingNode.Value] = [:]
  ) throws -> JSONValue {
    try JSONValue(parsing: try driver(changes).http(message).body)
  }

  // MARK: - Requests

  @Test func `The request is whole`() throws {
    let exchange = try driver().http(
      .mail(to: "user@example.org", "Your code is 123456.", subject: "Sign-in code 123456"))
    #expect(exchange.method == "POST")
    #expect(exchange.endpoint == HTTPEndpoint("https://api.sendgrid.com/v3/mail/send"))
    #expect(exchange.header("Content-Type") == "application/json")
    #expect(exchange.header("Accept") == "application/json")
    #expect(
      String(decoding: exchange.body, as: UTF8.self)
        == #"{"personalizations":[{"to":[{"email":"user@example.org"}],"custom_args":{"otp_id":"e1"}}],"#
        + #""from":{"email":"noreply@example.com","name":"Acme"},"subject":"Sign-in code 123456","#
        + #""content":[{"type":"text/plain","value":"Your code is 123456."}],"#
        + #""tracking_settings":{"click_tracking":{"enable":false,"enable_text":false},"open_tracking":{"enable":false}}}"#
    )
  }

  @Test func `The key is that of the vector`() throws {
    let vector = try #require(vectors("sendgrid-email").first { $0["kind"]?.string == "request" })
    let exchange = try driver(["apiKey": .string(vector["inputs"]?["apiKey"]?.string ?? "")])
      .http(.mail("1"))
    #expect(exchange.header("Authorization") == vector["expected"]?["authorization"]?.string)
  }

  @Test func `HTML goes out with a plain part before it`() throws {
    let content = try json(.mail("<p>Your code is <b>1</b> &amp; more</p>", isHTML: true))[
      "content"]
    #expect(content?.elements.map { $0["type"]?.string } == ["text/plain", "text/html"])
    #expect(
      content?.elements.map { $0["value"]?.string } == [
        "Your code is 1 & more\n", "<p>Your code is <b>1</b> &amp; more</p>",
      ])
  }

  @Test func `HTML that says nothing in words has no plain part, which SendGrid would refuse`()
    throws
  {
    let content = try json(.mail("<img src=x>", isHTML: true))["content"]
    #expect(content?.elements.map { $0["type"]?.string } == ["text/html"])
  }

  @Test(
    arguments: [
      (nil, "noreply@example.com", "Acme"), ("Søren, Acme", "noreply@example.com", "Søren, Acme"),
      ("Other <other@example.net>", "other@example.net", "Other"),
      ("other@example.net", "other@example.net", nil),
    ] as [(String?, String, String?)])
  func `The template's sender goes before the connector's`(
    sendFrom: String?, address: String, name: String?
  ) throws {
    let from = try json(.mail("1", sendFrom: sendFrom))["from"]
    #expect(from?["email"]?.string == address)
    #expect(from?["name"]?.string == name)
  }

  @Test func `Answers go where the template says, else where the connector says`() throws {
    let settings: [String: SettingNode.Value] = ["replyTo": .string("Help <help@example.com>")]
    #expect(
      try json(.mail("1"), settings)["reply_to"]
        == .object([("email", .string("help@example.com")), ("name", .string("Help"))]))
    #expect(
      try json(.mail("1", replyTo: "a@b.example"), settings)["reply_to"]
        == .object([("email", .string("a@b.example"))]))
    let several = try json(.mail("1", replyTo: "a@b.example, C <c@d.example>"))
    #expect(several["reply_to"] == nil)
    #expect(
      several["reply_to_list"]?.elements.map { $0["email"]?.string } == [
        "a@b.example", "c@d.example",
      ])
  }

  @Test func `A dynamic template gets its values, and the recipient no name`() throws {
    let json = try json(
      .hosted(
        "templateId", "d-0a1b",
        .object([("code", .string("123456")), ("user", .object([("name", .string("A \"B\""))]))])))
    #expect(json["template_id"]?.string == "d-0a1b")
    #expect(json["content"] == nil && json["subject"] == nil)
    #expect(
      json["personalizations"]?.elements.first
        == .object([
          ("to", .array([.object([("email", .string("ann@example.org"))])])),
          ("custom_args", .object([("otp_id", .string("e1"))])),
          (
            "dynamic_template_data",
            .object([
              ("code", .string("123456")), ("user", .object([("name", .string("A \"B\""))])),
            ])
          ),
        ]))
  }

  @Test func `A sandboxed connector sends nothing`() throws {
    #expect(try json(.mail("1"))["mail_settings"] == nil)
    #expect(
      try json(.mail("1"), ["sandboxMode": .bool(true)])["mail_settings"]?["sandbox_mode"]?[
        "enable"]
        == .bool(true))
  }

  @Test(arguments: [
    (Message.mail(""), "content.missing"), (.sms("1"), "content.missing"),
    (.mail("1", subject: "a\r\nBcc: b@c.d"), "mail.line-break"),
    (.mail("1", sendFrom: "a@b@<c>"), "mail.send-from"),
    (.mail("1", replyTo: "nobody"), "mail.reply-to"),
    (.mail(to: "ann@exa\"mple.org", "1"), "recipient.invalid"),
    (.mail(to: "пример@example.org", "1"), "recipient.utf8"),
  ]) func `What cannot be a mail is refused`(message: Message, code: String) throws {
    let driver = try driver()
    let refusal = #expect(throws: Refusal.self) { try driver.http(message) }
    #expect(refusal?.answer.code == code)
  }

  // MARK: - Settings

  @Test(
    arguments: [
      (["fromEmail": .string("nobody")], "fromEmail: must be an address, or a name and an address"),
      (["fromEmail": .string("пример@пример.рф")], "fromEmail: must have a domain in ASCII"),
      (["replyTo": .string("x")], "replyTo: must be an address"),
      (["apiKey": .null], "apiKey: is missing: An API key"),
      (["endpoint": .string("api.sendgrid.com")], "endpoint: must be a URL"),
      (["fromemail": .string("x")], #"unknown key "fromemail"; did you mean "fromEmail"?"#),
    ] as [([String: SettingNode.Value], String)]) func `What is wrong is told once`(
      changes: [String: SettingNode.Value], problem: String
    )
  {
    let problems = make(changes).problems
    #expect(problems.count == 1)
    #expect(problems.first?.contains(problem) == true, "\(problems)")
  }

  // MARK: - Answers

  /// The codes, and a field or text of SendGrid's that comes to each.
  private static let rows: [(code: String, status: Int, error: String, CodeRow)] = [
    (
      "personalizations.to*", 400, #"{"field":"personalizations.0.to.0.email","message":"bad"}"#,
      CodeRow(["personalizations.to.email"], .rejected, .recipientInvalid)
    ),
    (
      "from*", 400, #"{"field":"from.email","message":"bad"}"#,
      CodeRow(["from.email"], .misconfigured(.account))
    ),
    (
      "template_id*", 400, #"{"field":"template_id","message":"must be a valid GUID"}"#,
      CodeRow(["template_id"], .misconfigured(.template))
    ),
    (
      "personalizations.dynamic_template_data*", 400,
      #"{"field":"personalizations.0.dynamic_template_data","message":"bad"}"#,
      CodeRow(["personalizations.dynamic_template_data"], .misconfigured(.template))
    ),
    (
      "content*", 400, #"{"field":"content.0.value","message":"must not be empty"}"#,
      CodeRow(["content.value"], .misconfigured(.template))
    ),
    (
      "subject*", 400, #"{"field":"subject","message":"required"}"#,
      CodeRow(["subject"], .misconfigured(.template))
    ),
    (
      "reply_to*", 400, #"{"field":"reply_to.email","message":"bad"}"#,
      CodeRow(["reply_to.email"], .misconfigured(.template))
    ),
    (
      "credits", 401, #"{"field":null,"message":"Maximum credits exceeded"}"#,
      CodeRow(["credits"], .misconfigured(.account))
    ),
    (
      "sender", 403,
      #"{"field":"from","message":"The from address does not match a verified Sender Identity."}"#,
      CodeRow(["sender"], .misconfigured(.account))
    ),
    (
      "blocked", 403, #"{"message":"Too many bad requests, temporarily blocked"}"#,
      CodeRow(["blocked"], .throttled(wait: .seconds(300), scope: .connector))
    ),
    (
      "key", 401,
      #"{"field":null,"message":"The provided authorization grant is invalid, expired, or revoked"}"#,
      CodeRow(["key"], .misconfigured(.account))
    ),
    ("405", 405, "{}", CodeRow(["405"], .misconfigured(.account))),
    ("406", 406, "{}", CodeRow(["406"], .misconfigured(.account))),
    ("451", 451, "{}", CodeRow(["451"], .misconfigured(.account))),
  ]

  @Test func `Each row means what SendGrid's texts say`() throws {
    let driver = try driver()
    for row in Self.rows {
      row.3.check(driver, "sendgrid") { _ in .json(row.status, #"{"errors":[\#(row.error)]}"#) }
    }
    #expect(Self.rows.map(\.code).sorted() == SendGrid.codes.rows.flatMap(\.codes).sorted())
  }

  @Test(
    arguments: [
      (
        400,
        #"{"errors":[{"field":"personalizations.0.to.0.email","message":"a"},{"field":"from.email","message":"b"}]}"#,
        Answer.Class.misconfigured(.account), "sendgrid.from.email"
      ),
      (400, #"{"errors":[{"field":null,"message":"Bad Request"}]}"#, .rejected, "http.400"),
      (400, #"{"errors":[{"field":"odd ann@example.org"}]}"#, .rejected, "http.400"),
      (400, "", .rejected, "http.400"), (401, "", .misconfigured(.account), "http.401"),
      (403, #"{"errors":[]}"#, .misconfigured(.account), "http.403"),
      (404, "", .misconfigured(.account), "http.404"), (413, "", .rejected, "http.413"),
      (500, #"{"errors":[{"field":"from"}]}"#, .ambiguous, "http.500"),
      (502, "<html>", .ambiguous, "http.502"), (503, "", .transient(wait: nil), "http.503"),
      (200, "", .accepted, "http.200"), (202, "", .accepted, "http.202"),
    ] as [(Int, String, Answer.Class, String)])
  func `What a reply means`(status: Int, body: String, meaning: Answer.Class, code: String) throws {
    let answer = try driver().answer(to: .http(.json(status, body)))
    #expect(answer.class == meaning)
    #expect(answer.code == code)
    #expect(answer.providerMessageIDs == [])
  }

  @Test func `The wait lasts until the rate begins anew, by SendGrid's clock`() throws {
    let reply = HTTPReply(
      status: 429,
      headers: [
        ("Date", "Fri, 02 Jan 2026 03:04:05 GMT"), ("X-RateLimit-Limit", "500"),
        ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "1767323060"),
      ])
    #expect(
      try driver().answer(to: .http(reply)).class
        == .throttled(wait: .seconds(15), scope: .connector))
  }
}
