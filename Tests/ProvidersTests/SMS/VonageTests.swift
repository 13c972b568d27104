import Delivery
import JSON
import Testing

@testable import Providers

extension DriverFixture {
  static let vonage = DriverFixture(
    id: "vonage-sms",
    settings: [
      "apiKey": .string("abcd1234"), "apiSecret": .string("s3cretS3cret"),
      "brandName": .string("AcmeInc"), "signatureSecret": .string("0123456789abcdefSIGNATURE"),
    ],
    baseURLKey: "endpoint",
    accepted: (
      .json(
        200,
        #"{"message-count":"1","messages":[{"to":"447700900000","message-id":"0C000000217B7F02","status":"0","remaining-balance":"15.5","message-price":"0.0333","network":"23410","client-ref":"e1"}]}"#
      ), ["0C000000217B7F02"]
    ),
    refused: .json(
      200, #"{"message-count":"1","messages":[{"status":"7","error-text":"Number barred."}]}"#),
    throttled: .json(
      200,
      #"{"message-count":"1","messages":[{"status":"1","error-text":"Throughput Rate Exceeded"}]}"#
    ),
    read: { ($0.formField("to") ?? "", $0.formField("text") ?? "") })
}

@Suite struct VonageTests {
  static let account: [String: SettingNode.Value] = [
    "apiKey": .string("abcd1234"), "apiSecret": .string("s3cretS3cret"),
    "brandName": .string("AcmeInc"),
  ]

  private func make(
    _ changes: [String: SettingNode.Value] = [:]
  ) -> (driver: (any Driver)?, problems: [String]) {
    makeDriver(Vonage.self, Self.account.merging(changes) { $1 })
  }

  private func driver(_ changes: [String: SettingNode.Value] = [:]) throws -> any Driver {
    let (driver, problems) = make(changes)
    #expect(problems == [])
    return try #require(driver)
  }

  // MARK: - Requests

  @Test func `The request is that of the vector, the credentials in its header`() throws {
    let vector = try #require(vectors("vonage-sms").first { $0["kind"]?.string == "request" })
    let expected = try #require(vector["expected"])
    let exchange = try driver().http(.sms(to: "+447700900000", "Your code is 123456"))
    #expect(exchange.method == "POST")
    #expect(exchange.endpoint == HTTPEndpoint("https://rest.nexmo.com/sms/json"))
    #expect(exchange.header("Content-Type") == "application/x-www-form-urlencoded")
    #expect(
      exchange.header("Authorization") == expected["basic_authorization_alternative"]?.string)
    let credentials = "api_key=abcd1234&api_secret=s3cretS3cret&"
    #expect(
      credentials + String(decoding: exchange.body, as: UTF8.self)
        == (expected["form_body"]?.string ?? "") + "&ttl=600000&client-ref=e1")
  }

  /// The expected `sig` was computed with Python's hashlib.
  @Test func `A signed request carries no secret`() throws {
    let exchange = try driver([
      "signatureSecret": .string("0123456789abcdefSIGNATURE"), "signatureMethod": .string("sha256"),
    ]).http(.sms(to: "447700900000", "Code = 123456 & more"))
    #expect(exchange.header("Authorization") == nil)
    #expect(
      String(decoding: exchange.body, as: UTF8.self)
        == "api_key=abcd1234&from=AcmeInc&to=447700900000&text=Code+%3D+123456+%26+more&ttl=600000"
        + "&client-ref=e1&timestamp=1790000000&sig=c9d2cb71f2c7926a813533a7f6bc05d55d0d838ecd8366a0343829dcb458183a"
    )
  }

  @Test func `The account's usual method is the hash of text and secret`() throws {
    let exchange = try driver(["signatureSecret": .string("0123456789abcdefSIGNATURE")])
      .http(.sms(to: "447700900000", "Code = 123456 & more"))
    #expect(exchange.formField("sig") == "ae460394c5d83d9e493259b6a00c36a2")
  }

  @Test(arguments: [
    ("Your code is 123456 €", nil), ("Ваш код 123456", "unicode"), ("123456 🔑", "unicode"),
    ("Votre code reçu", "unicode"),
  ]) func `A text beyond the alphabet of text messages says so`(text: String, type: String?) throws
  {
    #expect(try driver().http(.sms(text)).formField("type") == type)
  }

  @Test(arguments: [
    (Duration.seconds(90), "90000"), (.milliseconds(20_999), "20000"), (.seconds(3), "20000"),
    (.zero, "20000"), (.seconds(30 * 86_400), "604800000"),
  ]) func `The lifetime is what is left, within what Vonage takes`(left: Duration, ttl: String)
    throws
  {
    #expect(try driver().http(.sms("1"), context: .lifetime(left)).formField("ttl") == ttl)
  }

  @Test(arguments: [
    ("AcmeInc", "AcmeInc"), ("+447700900001", "447700900001"), ("Acme+1", "Acme+1"), ("+", "+"),
  ]) func `A number sends without its sign`(name: String, sender: String) throws {
    #expect(
      try driver(["brandName": .string(name)]).http(.sms("1")).formField("from") == sender)
  }

  @Test(arguments: [
    ("order-7", "order-7"),
    (String(repeating: "x", count: 40), String(repeating: "x", count: 40)),
    (String(repeating: "x", count: 41), "3164596df4fdd018b2c567ec8c03e79b"),
    ("é", "4a99557e4033c3539de2eb65472017ca"), ("a b", "c8687a08aa5d6ed2044328fa6a697ab8"),
  ]) func `Vonage echoes the event id, or its hash where it does not fit`(
    id: String, reference: String
  ) throws {
    let message = Message.sms("123456", eventID: id)
    #expect(try driver().http(message).formField("client-ref") == reference)
  }

  @Test func `What India and the operator want goes along`() throws {
    let exchange = try driver([
      "callback": .string("https://example.com/v?a=b"), "entityId": .number("1101456324675322134"),
      "contentId": .string("1107457532145798767"),
    ]).http(.sms("1"))
    #expect(exchange.formField("callback") == "https://example.com/v?a=b")
    #expect(exchange.formField("entity-id") == "1101456324675322134")
    #expect(exchange.formField("content-id") == "1107457532145798767")
  }

  @Test func `A message without text is refused`() throws {
    let driver = try driver()
    #expect(throws: Refusal.self) { try driver.http(.sms("")) }
  }

  /// The contract's fixture signs, so that this way is looked at here.
  @Test func `Without a signature the secret shows no more`() throws {
    let driver = try driver()
    let exchange = try driver.http(.sms("123456"))
    var shown = "\(driver) \(exchange)"
    dump(driver, to: &shown)
    dump(exchange, to: &shown)
    let authorization = try #require(exchange.header("Authorization"))
    for secret in ["s3cretS3cret", authorization] { #expect(!shown.contains(secret)) }
  }

  // MARK: - Settings

  @Test(
    arguments: [
      (
        ["apiSecret": .null],
        "apiSecret: is missing: the account's API secret, or a secret for signatures"
      ),
      (
        ["signatureMethod": .string("md5")], "signatureSecret: is missing: signatureMethod needs it"
      ),
      (
        ["signatureSecret": .string("s"), "signatureMethod": .string("sha384")],
        #"signatureMethod: must be one of md5hash, md5, sha1, sha256, sha512, found "sha384""#
      ),
      (
        ["callback": .string("https://example.com/" + String(repeating: "x", count: 81))],
        "callback: must have at most 100 characters: Vonage takes no more"
      ),
      (
        ["brandname": .string("x")],
        #"brandname: unknown key "brandname"; did you mean "brandName"?"#
      ),
    ] as [([String: SettingNode.Value], String)]) func `What is wrong is told once`(
      changes: [String: SettingNode.Value], problem: String
    )
  {
    #expect(make(changes).problems == ["test.yaml:1:1: config.\(problem)"])
  }

  // MARK: - Answers

  static let rows = [
    CodeRow(["1", "10"], .throttled(wait: nil, scope: .connector)),
    CodeRow(["2", "3", "4", "8", "9", "11", "14", "22", "23", "32"], .misconfigured(.account)),
    CodeRow(["12"], .misconfigured(.template)),
    CodeRow(["15", "29"], .misconfigured(.destination)),
    CodeRow(["2.to", "3.to"], .rejected, .recipientInvalid),
    CodeRow(["7"], .rejected, .recipientBlocked),
    CodeRow(["6", "33"], .rejected, .recipientUnreachable),
    CodeRow(["5"], .transient(wait: nil)),
  ]

  private static func reply(_ code: String) -> HTTPReply {
    let parts = code.split(separator: ".")
    let text = parts.count > 1 ? "Missing to param" : "Invalid text param, tomorrow +4512345678"
    return .json(
      200,
      #"{"message-count":"1","messages":[{"status":"\#(parts[0])","error-text":"\#(text)"}]}"#)
  }

  @Test(arguments: rows) func `A status of Vonage's means what the table says`(row: CodeRow) throws
  {
    row.check(try driver(), "vonage", reply: Self.reply)
  }

  @Test func `The rows are the table`() { expectComplete(Self.rows, Vonage.codes) }

  @Test(
    arguments: [
      // Every part is read, and every id kept.
      (
        200,
        #"{"message-count":"2","messages":[{"status":"0","message-id":"A"},{"status":"0","message-id":"B"}]}"#,
        Answer.Class.accepted, "http.200", ["A", "B"]
      ),
      (
        200, #"{"message-count":"2","messages":[{"status":"0","message-id":"A"},{"status":"9"}]}"#,
        .ambiguous, "vonage.9", ["A"]
      ),
      (
        200, #"{"message-count":"2","messages":[{"status":"7"},{"status":"0","message-id":"B"}]}"#,
        .ambiguous, "vonage.7", ["B"]
      ),
      (200, #"{"messages":[{"status":"9"},{"status":"77"}]}"#, .ambiguous, "vonage.77", []),
      // A part is missing, or says nothing.
      (
        200, #"{"message-count":"2","messages":[{"status":"0","message-id":"A"}]}"#, .ambiguous,
        "http.200", ["A"]
      ),
      (200, #"{"message-count":"0","messages":[]}"#, .ambiguous, "http.200", []),
      (200, #"{"message-count":"1","messages":[{}]}"#, .ambiguous, "http.200", []),
      (
        200, #"{"message-count":1,"messages":[{"status":0,"message-id":"A"}]}"#, .accepted,
        "http.200", ["A"]
      ),
      (200, #"{"message-count":"1","messages":[{"status":"0"}]}"#, .accepted, "http.200", []),
      (200, #"{"message-count":"1","messages":[{"status":"99"}]}"#, .ambiguous, "vonage.99", []),
      (200, #"{"messages":[{"status":"4 "}]}"#, .ambiguous, "http.200", []),
      // Other statuses.
      (401, #"{"messages":[{"status":"4"}]}"#, .misconfigured(.account), "vonage.4", []),
      (401, "", .misconfigured(.account), "http.401", []),
      (420, "Too many", .throttled(wait: nil, scope: .connector), "http.420", []),
      (429, "", .throttled(wait: nil, scope: .connector), "http.429", []),
      (500, #"{"messages":[{"status":"0","message-id":"A"}]}"#, .ambiguous, "http.500", []),
      (502, "<html>", .ambiguous, "http.502", []),
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
