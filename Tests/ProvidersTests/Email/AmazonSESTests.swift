import Delivery
import JSON
import Testing

@testable import Providers

extension DriverFixture {
  static let amazonSES = DriverFixture(
    id: "aws-ses-mail",
    settings: [
      "accessKeyId": .string("AKIDEXAMPLE"),
      "accessKeySecret": .string("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
      "sessionToken": .string("token-of-session"), "region": .string("us-east-1"),
      "emailAddress": .string("Example <noreply@example.com>"),
    ],
    baseURLKey: "endpoint",
    accepted: (
      .json(200, #"{"MessageId":"0100018c-8f5b-000000"}"#), ["0100018c-8f5b-000000"]
    ),
    refused: .json(
      400, #"{"message":"Illegal address: ann@example.org"}"#,
      headers: [("x-amzn-ErrorType", "BadRequestException")]),
    throttled: .json(
      429, #"{"message":"Maximum sending rate exceeded."}"#,
      headers: [("x-amzn-ErrorType", "TooManyRequestsException:http://internal.amazon.com/")]),
    read: { exchange in
      let json = try JSONValue(parsing: exchange.body)
      let body = json["Content"]?["Simple"]?["Body"]
      return (
        json["Destination"]?["ToAddresses"]?.elements.first?.string ?? "",
        body?["Text"]?["Data"]?.string ?? ""
      )
    })
}

@Suite struct AmazonSESTests {
  private func make(
    _ changes: [String: SettingNode.Value] = [:]
  ) -> (driver: (any Driver)?, problems: [String]) {
    makeDriver(AmazonSES.self, DriverFixture.amazonSES.settings.merging(changes) { $1 })
  }

  private func driver(_ changes: [String: SettingNode.Value] = [:]) throws -> any Driver {
    let (driver, problems) = make(changes)
    #expect(problems == [])
    return try #require(driver)
  }

  // MARK: - Requests

  @Test func `The request is whole and signed`() throws {
    let exchange = try driver(["sessionToken": .null]).http(
      .mail(to: "user@example.org", "<p>123456</p>", subject: "Code 123456", isHTML: true),
      context: .at(1_767_323_045))
    #expect(exchange.method == "POST")
    #expect(
      exchange.endpoint
        == HTTPEndpoint("https://email.us-east-1.amazonaws.com/v2/email/outbound-emails"))
    #expect(exchange.header("X-Amz-Date") == "20260102T030405Z")
    #expect(
      String(decoding: exchange.body, as: UTF8.self)
        == #"{"FromEmailAddress":"Example <noreply@example.com>","Destination":{"ToAddresses":["user@example.org"]},"#
        + #""Content":{"Simple":{"Subject":{"Data":"Code 123456","Charset":"UTF-8"},"Body":{"#
        + #""Html":{"Data":"<p>123456</p>","Charset":"UTF-8"},"Text":{"Data":"123456\n","Charset":"UTF-8"}}}},"#
        + #""EmailTags":[{"Name":"otp-id","Value":"e1"}]}"#)
    let authorization = try #require(exchange.header("Authorization"))
    #expect(
      authorization.hasPrefix(
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/us-east-1/ses/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature="
      ))
  }

  @Test func `A temporary key's token goes along and is signed`() throws {
    let exchange = try driver().http(.mail("1"))
    #expect(exchange.header("X-Amz-Security-Token") == "token-of-session")
    #expect(
      exchange.header("Authorization")?.contains(
        "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token,") == true)
  }

  @Test func `What the settings and the template add goes along`() throws {
    let driver = try driver([
      "emailAddress": .string("Søren, Acme <noreply@example.com>"),
      "emailAddressIdentityArn": .string("arn:1"),
      "feedbackForwardingEmailAddress": .string("bounces@example.com"),
      "feedbackForwardingEmailAddressIdentityArn": .string("arn:2"),
      "configurationSetName": .string("codes"), "replyTo": .string("Help <help@example.com>"),
    ])
    let json = try JSONValue(parsing: try driver.http(.mail("1")).body)
    #expect(
      json["FromEmailAddress"]?.string
        == "=?utf-8?B?U8O4cmVuLCBBY21l?= <noreply@example.com>")
    #expect(json["ReplyToAddresses"] == .array([.string("Help <help@example.com>")]))
    #expect(json["FromEmailAddressIdentityArn"]?.string == "arn:1")
    #expect(json["FeedbackForwardingEmailAddress"]?.string == "bounces@example.com")
    #expect(json["FeedbackForwardingEmailAddressIdentityArn"]?.string == "arn:2")
    #expect(json["ConfigurationSetName"]?.string == "codes")
    let other = try JSONValue(
      parsing: try driver.http(
        .mail("1", replyTo: "a@b.example, c@d.example", sendFrom: "Other <other@example.net>")
      ).body)
    #expect(other["FromEmailAddress"]?.string == "Other <other@example.net>")
    #expect(other["ReplyToAddresses"]?.elements.count == 2)
  }

  @Test func `A long name is encoded on one line`() throws {
    let name = String(repeating: "Sørensen ", count: 20)
    let exchange = try driver(["emailAddress": .string("\(name)<noreply@example.com>")])
      .http(.mail("1"))
    let from = try JSONValue(parsing: exchange.body)["FromEmailAddress"]?.string ?? ""
    #expect(from.utf8.allSatisfy { (0x20...0x7E).contains($0) })
    #expect(from.hasSuffix("?= <noreply@example.com>"))
    #expect(from.contains("?= =?utf-8?B?"))
  }

  @Test(arguments: [
    ("order-7_a.b@c", "order-7_a.b@c"), ("send-otp/0/1", "7297df6695a8bff634a5bd89635d0a7c"),
  ]) func `A tag holds the event id, or its hash where it cannot`(id: String, tag: String) throws {
    let json = try JSONValue(parsing: try driver().http(.mail("1", eventID: id)).body)
    let value = json["EmailTags"]?.elements.first?["Value"]?.string ?? ""
    #expect(value == tag)
  }

  @Test(
    arguments: [
      (["region": .string("us east")], "region: must be the name of a region such as eu-west-1"),
      (["emailAddress": .string("x")], "emailAddress: must be an address"),
      (["emailAddress": .null], "emailAddress: is missing"),
      (
        ["feedbackForwardingEmailAddress": .string("x")],
        "feedbackForwardingEmailAddress: must be an address"
      ),
      (["accessKeySecret": .null], "accessKeySecret: is missing"),
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
    CodeRow(["TooManyRequests", "Throttling"], .throttled(wait: nil, scope: .connector)),
    CodeRow(
      [
        "TooManyRequests.daily", "Throttling.daily", "LimitExceeded", "MessageRejected.sender",
        "MailFromDomainNotVerified", "AccountSuspended", "SendingPaused", "NotFound",
        "AccessDenied", "OptInRequired", "UnrecognizedClient", "InvalidClientTokenId",
        "MissingAuthenticationToken", "SignatureDoesNotMatch", "InvalidSignature",
        "IncompleteSignature", "ExpiredToken", "InvalidSignature.time", "RequestExpired",
        "UnknownOperation", "Serialization",
      ], .misconfigured(.account)),
    CodeRow(["MessageRejected.recipient"], .misconfigured(.destination)),
    CodeRow(["MessageRejected"], .rejected, .contentRefused),
    CodeRow(["BadRequest.recipient"], .rejected, .recipientInvalid),
    CodeRow(["BadRequest"], .misconfigured(.template)),
    CodeRow(["RequestTimeout", "RequestAborted", "ServiceUnavailable"], .transient(wait: nil)),
    CodeRow(["InternalFailure", "InternalServiceError", "InternalServerError"], .ambiguous),
  ]

  /// What SES says where its type alone does not tell.
  private static let texts = [
    "TooManyRequests.daily": "Daily message quota exceeded.",
    "Throttling.daily": "Daily message quota exceeded",
    "MessageRejected.sender":
      "Email address is not verified. The following identities failed the check in region US-EAST-1: noreply@example.com",
    "MessageRejected.recipient":
      "Email address is not verified. The following identities failed the check in region US-EAST-1: ann@example.org",
    "BadRequest.recipient": "Local address contains control or whitespace",
    "InvalidSignature.time":
      "Signature expired: 20260102T030405Z is now earlier than 20260102T031405Z",
  ]

  /// The type in each of the forms that it comes in.
  private static func replies(_ code: String) -> [HTTPReply] {
    let type = String(code.split(separator: ".")[0])
    let text = texts[code] ?? "ann@example.org"
    return [
      .json(
        400, #"{"message":"\#(text)"}"#,
        headers: [("X-Amzn-ErrorType", "\(type)Exception:http://internal.amazon.com/")]),
      .json(400, #"{"Message":"\#(text)"}"#, headers: [("x-amzn-errortype", type)]),
      .json(400, #"{"__type":"com.amazonaws.ses#\#(type)Exception","message":"\#(text)"}"#),
    ]
  }

  @Test(arguments: rows, [0, 1, 2]) func `Types mean what the table says, in every form`(
    row: CodeRow, form: Int
  ) throws {
    row.check(try driver(), "ses") { Self.replies($0)[form] }
  }

  @Test func `The rows are the table`() { expectComplete(Self.rows, AmazonSES.codes) }

  @Test(
    arguments: [
      (200, #"{"MessageId":"1"}"#, Answer.Class.accepted, "http.200"),
      (200, "{}", .ambiguous, "http.200"), (400, "{}", .rejected, "http.400"),
      (400, #"{"__type":"OddException"}"#, .rejected, "ses.Odd"),
      (
        400, #"{"__type":"ValidationError","message":"Destination is empty"}"#, .rejected,
        "ses.BadRequest.recipient"
      ),
      (403, "", .misconfigured(.account), "http.403"), (500, "", .ambiguous, "http.500"),
      (502, "<html>", .ambiguous, "http.502"),
    ] as [(Int, String, Answer.Class, String)])
  func `What a reply means`(status: Int, body: String, meaning: Answer.Class, code: String) throws {
    let answer = try driver().answer(to: .http(.json(status, body)))
    #expect(answer.class == meaning)
    #expect(answer.code == code)
    #expect(answer.providerMessageIDs == (meaning == .accepted ? ["1"] : []))
  }
}
