import Delivery
import JSON
import Testing

@testable import Providers

extension DriverFixture {
  static let postmark = DriverFixture(
    id: "postmark-mail",
    settings: [
      "serverToken": .string("token-of-acme"), "fromEmail": .string("noreply@example.com"),
    ],
    baseURLKey: "endpoint",
    accepted: (
      .json(
        200,
        #"{"To":"ann@example.org","SubmittedAt":"2026-01-02T03:04:05Z","MessageID":"0a129aee-e1cd","ErrorCode":0,"Message":"OK"}"#
      ), ["0a129aee-e1cd"]
    ),
    refused: .json(
      422,
      #"{"ErrorCode":406,"Message":"You tried to send to a recipient that has been marked as inactive. ann@example.org"}"#
    ),
    throttled: .json(429, ""),
    read: { exchange in
      let json = try JSONValue(parsing: exchange.body)
      return (json["To"]?.string ?? "", json["TemplateModel"]?["code"]?.string ?? "")
    })
}

@Suite struct PostmarkTests {
  private static let model = JSONValue.object([("code", .string("123456"))])

  private func driver(_ changes: [String: SettingNode.Value] = [:]) throws -> any Driver {
    let (driver, problems) = makeDriver(
      Postmark.self, DriverFixture.postmark.settings.merging(changes) { $1 })
    #expect(problems == [])
    return try #require(driver)
  }

  @Test func `The request is whole`() throws {
    let exchange = try driver().http(
      .hosted(to: "user@example.org", "templateAlias", "logto-sign-in", Self.model))
    #expect(exchange.method == "POST")
    #expect(exchange.endpoint == HTTPEndpoint("https://api.postmarkapp.com/email/withTemplate"))
    #expect(exchange.header("X-Postmark-Server-Token") == "token-of-acme")
    #expect(exchange.header("Accept") == "application/json")
    #expect(exchange.header("Content-Type") == "application/json")
    #expect(
      String(decoding: exchange.body, as: UTF8.self)
        == #"{"From":"noreply@example.com","To":"user@example.org","TemplateAlias":"logto-sign-in","#
        + #""TemplateModel":{"code":"123456"},"Metadata":{"otp-id":"e1"},"TrackOpens":false,"TrackLinks":"None"}"#
    )
  }

  @Test func `What the settings and the template add goes along, names quoted where they must be`()
    throws
  {
    let driver = try driver([
      "fromEmail": .string("Acme, Inc. <noreply@example.com>"),
      "replyTo": .string("Help <help@example.com>, b@example.com"),
      "messageStream": .string("codes"),
    ])
    let body = String(
      decoding: try driver.http(.hosted("templateId", "1234", Self.model)).body, as: UTF8.self)
    #expect(body.contains(#""From":"\"Acme, Inc.\" <noreply@example.com>""#))
    #expect(body.contains(#""ReplyTo":"Help <help@example.com>, b@example.com""#))
    #expect(body.contains(#""TemplateId":1234,"TemplateModel""#))
    #expect(body.contains(#""MessageStream":"codes""#))
    let named = try driver.http(
      .hosted("templateAlias", "a", Self.model, replyTo: "x@y.example", sendFrom: "Søren"))
    let text = String(decoding: named.body, as: UTF8.self)
    #expect(text.contains(#""From":"Søren <noreply@example.com>""#))
    #expect(text.contains(#""ReplyTo":"x@y.example""#))
  }

  @Test(arguments: [
    (Message.mail("1"), "content.missing"), (.hosted("templateId", "x", model), "template.id"),
    (.hosted("templateAlias", "a", model, replyTo: "x"), "mail.reply-to"),
    (.hosted("templateAlias", "a", model, sendFrom: "a\r\nb"), "mail.line-break"),
    (.hosted(to: "ø@example.org", "templateAlias", "a", model), "recipient.utf8"),
  ]) func `What cannot be sent is refused`(message: Message, code: String) throws {
    let driver = try driver()
    let refusal = #expect(throws: Refusal.self) { try driver.http(message) }
    #expect(refusal?.answer.code == code)
  }

  // MARK: - Answers

  private static let rows = [
    CodeRow(
      ["10", "400", "401", "300.from", "405", "412", "413", "1235", "1236", "402", "403", "409"],
      .misconfigured(.account)),
    CodeRow(["status.415"], .misconfigured(.account)),
    CodeRow(["300.to"], .rejected, .recipientInvalid),
    CodeRow(["406"], .rejected, .recipientBlocked),
    CodeRow(["300", "1101", "1120", "1121", "1122", "1123"], .misconfigured(.template)),
    CodeRow(["100"], .transient(wait: nil)),
  ]

  /// What Postmark answers for each of our names.
  private static func reply(_ code: String) -> HTTPReply {
    switch code {
    case "status.415": .json(415, "")
    case "300.to":
      .json(422, #"{"ErrorCode":300,"Message":"Invalid 'To' address: 'ann@example.org'."}"#)
    case "300.from":
      .json(422, #"{"ErrorCode":300,"Message":"Invalid 'From' address: 'noreply'."}"#)
    case "10": .json(401, #"{"ErrorCode":10,"Message":"No Account or Server API tokens"}"#)
    default: .json(422, #"{"ErrorCode":\#(code),"Message":"ann@example.org"}"#)
    }
  }

  @Test(arguments: rows) func `What Postmark says means what the table says`(row: CodeRow) throws {
    row.check(try driver(), "postmark", reply: Self.reply)
  }

  @Test(arguments: [("100", true), ("405", false), ("406", false)])
  func `Maintenance means the whole service`(code: String, isOutage: Bool) throws {
    #expect(try driver().answer(to: .http(Self.reply(code))).isOutage == isOutage)
  }

  @Test func `The rows are the table`() { expectComplete(Self.rows, Postmark.codes) }

  @Test(
    arguments: [
      (200, #"{"ErrorCode":0}"#, Answer.Class.accepted, "http.200"),
      (200, #"{"ErrorCode":406,"Message":"x"}"#, .rejected, "postmark.406"),
      (200, #"{"ErrorCode":9999}"#, .ambiguous, "postmark.9999"),
      (200, #"{"MessageID":"0a12"}"#, .ambiguous, "http.200"),
      (422, #"{"ErrorCode":0}"#, .rejected, "http.422"),
      (401, "", .misconfigured(.account), "http.401"),
      (404, "", .misconfigured(.account), "http.404"), (413, "", .rejected, "http.413"),
      (500, #"{"ErrorCode":0,"MessageID":"0a12"}"#, .ambiguous, "http.500"),
    ] as [(Int, String, Answer.Class, String)])
  func `What a reply means`(status: Int, body: String, meaning: Answer.Class, code: String) throws {
    let answer = try driver().answer(to: .http(.json(status, body)))
    #expect(answer.class == meaning)
    #expect(answer.code == code)
    #expect(answer.providerMessageIDs == [])
  }
}
