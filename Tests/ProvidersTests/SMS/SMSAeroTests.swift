import Delivery
import JSON
import Testing

@testable import Providers

extension DriverFixture {
  static let smsAero = DriverFixture(
    id: "smsaero-short-message-service",
    settings: [
      "email": .string("test@test.com"), "apiKey": .string("key-of-sms-aero"),
      "senderName": .string("SMS Aero"),
    ],
    baseURLKey: "endpoint",
    accepted: (
      .json(
        200,
        #"{"success":true,"data":{"id":12345,"from":"SMS Aero","number":"79031234567","text":"123456","status":0,"extendStatus":"queue","channel":"FREE SIGN","cost":5.49,"dateCreate":1719119523,"dateSend":1719119523},"message":null}"#
      ), ["12345"]
    ),
    refused: .json(
      400,
      #"{"success":false,"data":{"number":["Number +4512345678 is wrong"]},"message":"Validation error."}"#
    ),
    throttled: .json(429, ""),
    read: { exchange in
      let json = try JSONValue(parsing: exchange.body)
      return (json["number"]?.string ?? "", json["text"]?.string ?? "")
    })
}

@Suite struct SMSAeroTests {
  private func make(
    _ changes: [String: SettingNode.Value] = [:]
  ) -> (driver: (any Driver)?, problems: [String]) {
    makeDriver(SMSAero.self, DriverFixture.smsAero.settings.merging(changes) { $1 })
  }

  private func driver(_ changes: [String: SettingNode.Value] = [:]) throws -> any Driver {
    let (driver, problems) = make(changes)
    #expect(problems == [])
    return try #require(driver)
  }

  // MARK: - Requests

  @Test func `The request is whole`() throws {
    let exchange = try driver().http(.sms(to: "+79031234567", "Your code is 1234"))
    #expect(exchange.method == "POST")
    #expect(exchange.endpoint == HTTPEndpoint("https://gate.smsaero.ru/v2/sms/send"))
    #expect(exchange.header("Content-Type") == "application/json")
    #expect(
      String(decoding: exchange.body, as: UTF8.self)
        == #"{"number":"79031234567","sign":"SMS Aero","text":"Your code is 1234"}"#)
  }

  @Test func `The credentials are those of the vector`() throws {
    let vector = try #require(vectors("smsaero").first)
    let exchange = try driver([
      "email": .string(vector["inputs"]?["email"]?.string ?? ""),
      "apiKey": .string(vector["inputs"]?["apiKey"]?.string ?? ""),
    ]).http(.sms("1"))
    #expect(exchange.header("Authorization") == vector["expected"]?["authorization"]?.string)
  }

  @Test func `What the operator wants goes along`() throws {
    let exchange = try driver([
      "testMode": .bool(true), "callbackUrl": .string("https://example.com/a"),
      "endpoint": .string("https://gate.smsaero.org"),
    ]).http(.sms("1"))
    #expect(exchange.endpoint == HTTPEndpoint("https://gate.smsaero.org/v2/sms/testsend"))
    let json = try JSONValue(parsing: exchange.body)
    #expect(json["callbackUrl"]?.string == "https://example.com/a")
  }

  @Test func `A text that is too long is refused before it is sent`() throws {
    let driver = try driver()
    #expect(throws: Never.self) { try driver.http(.sms(String(repeating: "я", count: 640))) }
    #expect(throws: Refusal.self) { try driver.http(.sms(String(repeating: "я", count: 641))) }
    #expect(throws: Refusal.self) { try driver.http(.sms("")) }
  }

  // MARK: - Settings

  @Test(
    arguments: [
      (["email": .string("me")], "email: must be the e-mail address that the account has"),
      (["email": .string("a:b@c.d")], "email: must be the e-mail address that the account has"),
      (["senderName": .string("A")], "senderName: must have 2 to 64 characters"),
      (
        ["senderName": .string(String(repeating: "A", count: 65))],
        "senderName: must have 2 to 64 characters"
      ),
    ] as [([String: SettingNode.Value], String)]) func `What is wrong is told once`(
      changes: [String: SettingNode.Value], problem: String
    )
  {
    #expect(make(changes).problems == ["test.yaml:1:1: config.\(problem)"])
  }

  // MARK: - Answers

  static let rows = [
    CodeRow(["credentials", "no-credits", "validation.sign"], .misconfigured(.account)),
    CodeRow(["validation.text", "status.8"], .misconfigured(.template)),
    CodeRow(["validation.number"], .rejected, .recipientInvalid),
    CodeRow(["status.2"], .rejected, .recipientUnreachable),
    CodeRow(["reject", "status.6", "failure"], .rejected, .policyRefused),
  ]

  /// What SMS Aero answers for each of our names.
  private static let replies: [String: HTTPReply] = [
    "credentials": .json(
      200,
      #"{"success":false,"data":null,"message":"Your request was made with invalid credentials."}"#
    ),
    "no-credits": .json(200, #"{"result":"no credits"}"#),
    "reject": .json(200, #"{"result":"reject","reason":"+4512345678"}"#),
    "validation.sign": .json(
      400, #"{"success":false,"data":{"sign":["Sign not found"]},"message":"Validation error."}"#),
    "validation.text": .json(
      200, #"{"success":false,"data":{"text":["Too long"]},"message":"Validation error."}"#),
    "validation.number": .json(
      400, #"{"success":false,"data":{"number":["+4512345678"]},"message":"Validation error."}"#),
    "failure": .json(200, #"{"success":false,"data":null,"message":"No: +4512345678"}"#),
    "status.2": .json(200, #"{"success":true,"data":{"id":1,"status":2},"message":null}"#),
    "status.6": .json(200, #"{"success":true,"data":[{"id":1,"status":6}],"message":null}"#),
    "status.8": .json(200, #"{"success":true,"data":{"id":1,"status":8},"message":null}"#),
  ]

  @Test(arguments: rows) func `What SMS Aero says means what the table says`(row: CodeRow) throws {
    row.check(try driver(), "smsaero") { Self.replies[$0]! }
  }

  @Test func `The rows are the table`() { expectComplete(Self.rows, SMSAero.codes) }

  @Test(
    arguments: [
      (
        200, #"{"success":true,"data":{"id":7,"status":3}}"#, Answer.Class.accepted, "http.200",
        ["7"]
      ),
      (200, #"{"success":true,"data":{"id":7,"status":1}}"#, .accepted, "http.200", ["7"]),
      (200, #"{"success":true,"data":{"id":"7"}}"#, .accepted, "http.200", ["7"]),
      (
        200, #"{"success":true,"data":[{"id":7,"status":0},{"id":8,"status":0}]}"#, .accepted,
        "http.200", ["7", "8"]
      ),
      (
        200, #"{"success":true,"data":[{"id":7,"status":0},{"id":8,"status":6}]}"#, .ambiguous,
        "smsaero.status.6", ["7"]
      ),
      (200, #"{"success":true,"data":null}"#, .ambiguous, "http.200", []),
      (200, #"{"success":true,"data":[]}"#, .ambiguous, "http.200", []),
      (200, #"{"success":"true","data":{"id":7}}"#, .ambiguous, "http.200", []),
      (200, #"{"data":{"id":7}}"#, .ambiguous, "http.200", []),
      (400, #"{"success":false,"message":"x"}"#, .rejected, "smsaero.failure", []),
      (401, #"{"success":false,"message":"x"}"#, .misconfigured(.account), "http.401", []),
      (402, #"{"success":false,"message":"x"}"#, .misconfigured(.account), "http.402", []),
      (429, #"{"success":false}"#, .throttled(wait: nil, scope: .connector), "http.429", []),
      (500, #"{"success":false}"#, .ambiguous, "http.500", []),
      (400, #"{"success":true,"data":{"id":7}}"#, .rejected, "http.400", []),
    ] as [(Int, String, Answer.Class, String, [String])])
  func `What a reply means`(
    status: Int, body: String, meaning: Answer.Class, code: String, ids: [String]
  ) throws {
    let answer = try driver().answer(to: .http(.json(status, body)))
    #expect(answer.class == meaning)
    #expect(answer.code == code)
    #expect(answer.providerMessageIDs == ids)
  }
}
