import Foundation
import HTTPServer
import Sandbox
import Testing

struct TwilioFaceTests {
  static let account = "AC0123456789abcdef0123456789abcdef"
  static let service = "MG0123456789abcdef0123456789abcdef"
  static let path = "/2010-04-01/Accounts/\(account)/Messages.json"
  static let form = "To=%2B4512345678&MessagingServiceSid=\(service)&Body=Your+code+is+123456"
  private let face = TwilioFace(
    accountSID: account, authToken: "token", apiKeys: ["SK1": "secret"])

  private func request(
    _ form: String = form, method: String = "POST",
    type: String = "application/x-www-form-urlencoded", credentials: String = "\(account):token"
  ) -> IncomingRequest {
    IncomingRequest(
      method: method, target: Self.path,
      headers: [
        ("Content-Type", type),
        ("Authorization", "Basic " + Data(credentials.utf8).base64EncodedString()),
      ], body: Array(form.utf8))
  }

  private func refusal(
    of request: IncomingRequest, path: String = path
  ) throws -> (status: Int, body: [String: Any]) {
    let refused = #expect(throws: RefusedRequest.self) {
      try face.submission(in: request, path: path)
    }
    let response = try #require(refused).response
    return (response.status, try object(response.body))
  }

  private func object(_ body: [UInt8]) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any])
  }

  @Test func `A request in order is read`() throws {
    let submission = try face.submission(in: request(), path: Self.path)
    #expect(submission.recipient == "+4512345678")
    #expect(submission.text == "Your code is 123456")
    #expect(submission.sender == Self.service)
  }

  @Test(arguments: [
    (".json", "\(account):token", 200), (".json", "\(account):wrong", 401),
    (".json", "SK1:secret", 401), ("/IncomingPhoneNumbers.json", "SK1:secret", 200),
    ("/IncomingPhoneNumbers.json", "SK1:wrong", 401),
  ])
  func `The account and its numbers are shown to whom they are Twilio's to show`(
    resource: String, credentials: String, status: Int
  ) throws {
    let path = "/2010-04-01/Accounts/\(Self.account)\(resource)"
    let question = request("", method: "GET", credentials: credentials)
    let answer = try #require(face.answer(toQuestion: question, path: path))
    #expect(answer.status == status)
    let body = try object(answer.body)
    #expect(status == 200 || body["code"] as? Int == 20_003)
    #expect(face.answer(toQuestion: request(credentials: credentials), path: path) == nil)
    #expect(face.answer(toQuestion: question, path: Self.path) == nil)
  }

  @Test func `An API key opens the account too`() throws {
    #expect(throws: Never.self) {
      try face.submission(in: request(credentials: "SK1:secret"), path: Self.path)
    }
  }

  @Test(arguments: [
    ("+4512345678", "From=%2B4587654321"), ("+4512345678", "From=Acme"),
    ("+4512345678", "From=12345"),
    ("+4512345678", "From=Acme&MessagingServiceSid=\(service)&ValidityPeriod=36000"),
    ("+4512345678", "From=Acme&StatusCallback=https%3A%2F%2Fexample.com%2Fa_b"),
  ])
  func `Senders and options that Twilio takes are taken`(to: String, fields: String) {
    let form = "To=\(to.replacing("+", with: "%2B"))&Body=x&\(fields)"
    #expect(throws: Never.self) { try face.submission(in: request(form), path: Self.path) }
  }

  @Test(arguments: [
    ("Body=x&From=Acme", 21_604), ("To=&Body=x&From=Acme", 21_604),
    ("To=4512345678&Body=x&From=Acme", 21_211), ("To=+4512345678&Body=x&From=Acme", 21_211),
    ("To=%2B0512345678&Body=x&From=Acme", 21_211), ("To=%2B451234&Body=x&From=Acme", 21_211),
    ("To=%2B4512345678&From=Acme", 21_602), ("To=%2B4512345678&Body=&From=Acme", 21_602),
    ("To=%2B4512345678&Body=x", 21_603), ("To=%2B4512345678&Body=x&From=", 21_212),
    ("To=%2B4512345678&Body=x&From=AcmeAcmeAcme", 21_212),
    ("To=%2B4512345678&Body=x&MessagingServiceSid=MG1", 21_701),
    ("To=%2B4512345678&Body=x&From=Acme&ValidityPeriod=0", 21_624),
    ("To=%2B4512345678&Body=x&From=Acme&ValidityPeriod=36001", 21_624),
    ("To=%2B4512345678&Body=x&From=Acme&StatusCallback=https%3A%2F%2Fa_b.com", 21_609),
    ("To=%2B4512345678&From=Acme&Body=" + String(repeating: "x", count: 1_601), 21_617),
    ("To=%2B4512345678&Body=%zz&From=Acme", 21_604),
  ])
  func `Each fault in the fields gets Twilio's own code`(form: String, code: Int) throws {
    let (status, body) = try refusal(of: request(form))
    #expect(status == 400)
    #expect(body["code"] as? Int == code)
    #expect(body["status"] as? Int == 400)
    #expect(body["more_info"] as? String == "https://www.twilio.com/docs/errors/\(code)")
    #expect((body["message"] as? String)?.isEmpty == false)
  }

  @Test(arguments: ["\(account):wrong", "SK1:token", "", "\(account)", ":token"])
  func `Other credentials are refused`(credentials: String) throws {
    let (status, body) = try refusal(of: request(credentials: credentials))
    #expect(status == 401)
    #expect(body["code"] as? Int == 20_003)
  }

  @Test(arguments: [
    "/2010-04-01/Accounts/ACunknown/Messages.json", "/2010-04-01/Accounts/\(account)/Messages",
    "/", "/x\(path)",
  ])
  func `An unknown account or resource is not found`(path: String) throws {
    let (status, body) = try refusal(of: request(), path: path)
    #expect(status == 404)
    #expect(body["code"] as? Int == 20_404)
  }

  @Test func `Fields in another encoding are not seen`() throws {
    let (_, body) = try refusal(of: request(type: "application/json"))
    #expect(body["code"] as? Int == 21_604)
  }

  @Test func `What is taken is answered with the message resource`() throws {
    let submission = try face.submission(in: request(), path: Self.path)
    let id = face.makeID()
    let response = face.acceptance(of: submission, id: id)
    let body = try object(response.body)
    #expect(response.status == 201)
    #expect(id.count == 34 && id.hasPrefix("SM"))
    #expect(body["sid"] as? String == id)
    #expect(body["status"] as? String == "accepted")
    #expect(body["to"] as? String == "+4512345678")
    #expect(body["messaging_service_sid"] as? String == Self.service)
    #expect(body["error_code"] is NSNull && body["from"] is NSNull)
    #expect(body["uri"] as? String == "/2010-04-01/Accounts/\(Self.account)/Messages/\(id).json")
    let date = try #require(body["date_created"] as? String)
    #expect(date.wholeMatch(of: /[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} [\d:]{8} \+0000/) != nil)
  }

  @Test(arguments: [
    (429, 20_429), (500, 20_500), (503, 20_503), (401, 20_003), (404, 20_404),
  ])
  func `A status of the service has its code`(status: Int, code: Int) throws {
    let response = face.failure(status: status)
    #expect(response.status == status)
    #expect(try object(response.body)["code"] as? Int == code)
  }

  @Test func `A status from in front of the service has none`() throws {
    let response = face.failure(status: 502)
    #expect(response.status == 502)
    #expect(try object(response.body)["code"] == nil)
  }

  @Test func `A code is answered with its status`() throws {
    let submission = Submission(recipient: "+4512345678", text: "x")
    #expect(face.refusal(code: "21610", of: submission).status == 400)
    #expect(face.refusal(code: "30001", of: submission).status == 429)
  }

  @Test func `The numbers that Twilio documents for tests are refused as documented`() {
    let rules = face.standingRules.map(\.recipient)
    #expect(rules.count == 5)
    #expect(rules.allSatisfy { $0.hasPrefix("+1500555000") })
  }
}
