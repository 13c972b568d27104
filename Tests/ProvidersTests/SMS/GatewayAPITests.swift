import Delivery
import Digest
import JSON
import Testing

@testable import Providers

extension DriverFixture {
  static let gatewayAPI = DriverFixture(
    id: "gatewayapi-sms",
    settings: [
      "apiToken": .string("Go-Create-an-API-token"), "sender": .string("ExampleSMS"),
    ],
    baseURLKey: "endpoint",
    accepted: (
      .json(
        200,
        #"{"ids":[421332671],"usage":{"countries":{"DK":1},"currency":"DKK","total_cost":0.12}}"#),
      ["421332671"]
    ),
    refused: .json(
      403,
      #"{"code":"0x0215","incident_uuid":"d8127429","message":"MSISDN 4512345678 blacklisted","variables":["4512345678"]}"#
    ),
    throttled: .json(429, ""),
    read: { exchange in
      let json = try JSONValue(parsing: exchange.body)
      return (
        json["recipients"]?.elements.first?["msisdn"]?.string ?? "", json["message"]?.string ?? ""
      )
    })
}

@Suite struct GatewayAPITests {
  private func make(
    _ changes: [String: SettingNode.Value] = [:]
  ) -> (driver: (any Driver)?, problems: [String]) {
    makeDriver(GatewayAPI.self, DriverFixture.gatewayAPI.settings.merging(changes) { $1 })
  }

  private func driver(_ changes: [String: SettingNode.Value] = [:]) throws -> any Driver {
    let (driver, problems) = make(changes)
    #expect(problems == [])
    return try #require(driver)
  }

  // MARK: - Requests

  @Test func `The request is whole`() throws {
    let exchange = try driver().http(.sms(to: "+4512345678", "Your code is 123456"))
    #expect(exchange.method == "POST")
    #expect(exchange.endpoint == HTTPEndpoint("https://gatewayapi.com/rest/mtsms"))
    #expect(exchange.header("Content-Type") == "application/json")
    #expect(
      String(decoding: exchange.body, as: UTF8.self)
        == #"{"sender":"ExampleSMS","message":"Your code is 123456","recipients":[{"msisdn":"4512345678"}],"#
        + #""validity_period":600,"userref":"e1"}"#)
    let vector = vectors("gatewayapi-sms").first { $0["kind"]?.string == "request" }
    #expect(exchange.header("Authorization") == vector?["expected"]?["authorization"]?.string)
  }

  /// Receipts are JWTs signed with HMAC-SHA256; no driver reads them yet, but what they need is here.
  @Test func `The signatures of the vectors come out of our HMAC`() throws {
    let signed = vectors("gatewayapi-sms").filter { $0["kind"]?.string == "webhook-signature" }
    #expect(signed.count == 2)
    for vector in signed {
      let token = try #require(vector["inputs"]?["x_gwapi_signature"]?.string).split(separator: ".")
      let key = HMACKey(try #require(vector["inputs"]?["secret"]?.string))
      let code = key.authenticationCode(for: "\(token[0]).\(token[1])").base64
        .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
      #expect(code == String(token[2]))
    }
  }

  @Test(arguments: [
    ("Your code is 123456 €", nil), ("Ваш код 123456", "UCS2"), ("123456 🔑", "UCS2"),
  ]) func `A text beyond the alphabet of text messages says so`(text: String, encoding: String?)
    throws
  {
    let exchange = try driver().http(.sms(text))
    #expect(try JSONValue(parsing: exchange.body)["encoding"]?.string == encoding)
  }

  @Test(arguments: [
    (Duration.seconds(90), "90"), (.milliseconds(60_999), "60"), (.seconds(3), "60"), (.zero, "60"),
    (.seconds(30 * 86_400), "604800"),
  ]) func `The lifetime is what is left, at least a minute`(left: Duration, period: String) throws {
    let exchange = try driver().http(.sms("1"), context: .lifetime(left))
    #expect(try JSONValue(parsing: exchange.body)["validity_period"] == .number(period))
  }

  @Test func `What the operator wants goes along`() throws {
    let exchange = try driver([
      "endpoint": .string("https://gatewayapi.eu/rest/mtsms"), "class": .string("secret"),
      "priority": .string("URGENT"), "callbackUrl": .string("https://example.com/g"),
      "sender": .string("+4512345678"),
    ]).http(.sms("1"))
    #expect(exchange.endpoint == HTTPEndpoint("https://gatewayapi.eu/rest/mtsms"))
    let json = try JSONValue(parsing: exchange.body)
    #expect(json["class"]?.string == "secret")
    #expect(json["priority"]?.string == "URGENT")
    #expect(json["callback_url"]?.string == "https://example.com/g")
    #expect(json["sender"]?.string == "4512345678")
  }

  // MARK: - Settings

  @Test(
    arguments: [
      (
        ["sender": .string("ExampleSMS12")],
        "sender: must have at most 11 characters, or 15 digits"
      ),
      (
        ["sender": .string("1234567890123456")],
        "sender: must have at most 11 characters, or 15 digits"
      ),
      (
        ["endpoint": .string("https://gatewayapi.com/rest/mtsms?token=x")],
        "endpoint: must be the base of addresses, without a query"
      ),
      (
        ["class": .string("gold")],
        #"class: must be one of standard, premium, secret, found "gold""#
      ),
    ] as [([String: SettingNode.Value], String)]) func `What is wrong is told once`(
      changes: [String: SettingNode.Value], problem: String
    )
  {
    #expect(make(changes).problems == ["test.yaml:1:1: config.\(problem)"])
  }

  // MARK: - Answers

  /// The codes, with the status that comes with them.
  static let rows: [(status: Int, row: CodeRow)] = [
    (
      401,
      CodeRow(
        ["0x0210", "0x0211", "0x0221", "0x0223", "0x0224", "0x0225", "0x0226", "0x0229"],
        .misconfigured(.account))
    ),
    (403, CodeRow(["0x0212", "0x0213", "0x0216", "0x021D", "0x022A"], .misconfigured(.account))),
    (422, CodeRow(["0x0218", "0x021E", "0x0311"], .misconfigured(.account))),
    (400, CodeRow(["0x0220", "0x0222"], .misconfigured(.account))),
    (403, CodeRow(["0x0203", "0x0107", "0x0307"], .misconfigured(.account))),
    (422, CodeRow(["0x0312"], .misconfigured(.template))),
    (403, CodeRow(["0x0217", "0x021F"], .misconfigured(.destination))),
    (403, CodeRow(["0x0215"], .rejected, .recipientBlocked)),
    (422, CodeRow(["0x0310"], .rejected, .recipientInvalid)),
    (403, CodeRow(["0x0214"], .throttled(wait: nil, scope: .recipient))),
    (500, CodeRow(["0x0205", "0x0306", "0x0109", "0x0209"], .transient(wait: nil))),
  ]

  @Test(arguments: rows) func `A code of GatewayAPI's means what the table says`(
    status: Int, row: CodeRow
  ) throws {
    row.check(try driver(), "gatewayapi") {
      .json(status, #"{"code":"\#($0)","message":"+4512345678","variables":["4512345678"]}"#)
    }
    row.check(try driver(), "gatewayapi") { .json(200, #"{"code":"\#($0)","ids":[]}"#) }
  }

  @Test func `The rows are the table`() {
    expectComplete(
      Self.rows.map(\.row), GatewayAPI.codes,
      families: [
        "0x??03": ["0x0203"], "0x??07": ["0x0107", "0x0307"], "0x??05": ["0x0205"],
        "0x??06": ["0x0306"], "0x??09": ["0x0109", "0x0209"],
      ])
  }

  @Test(
    arguments: [
      (200, #"{"ids":[1,2],"usage":{}}"#, Answer.Class.accepted, "http.200", ["1", "2"]),
      (201, #"{"ids":["1"]}"#, .accepted, "http.201", ["1"]),
      (200, #"{"ids":[]}"#, .ambiguous, "http.200", []),
      (200, #"{"ids":[null,"a b"]}"#, .ambiguous, "http.200", []),
      (200, #"{"ids":1}"#, .ambiguous, "http.200", []),
      (403, #"{"code":"0x021d"}"#, .misconfigured(.account), "gatewayapi.0x021D", []),
      (403, #"{"code":"0X0216"}"#, .misconfigured(.account), "gatewayapi.0x0216", []),
      (400, #"{"code":"0x0208"}"#, .rejected, "gatewayapi.0x0208", []),
      (500, #"{"code":"0x0201"}"#, .ambiguous, "gatewayapi.0x0201", []),
      (422, #"{"message":"no code"}"#, .rejected, "http.422", []),
      (500, #"{"ids":[1]}"#, .ambiguous, "http.500", []),
      (429, "", .throttled(wait: nil, scope: .connector), "http.429", []),
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
