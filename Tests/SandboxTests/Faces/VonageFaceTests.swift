import EventLoop
import HTTPServer
import Sandbox
import Testing

@Suite(.timeLimit(.minutes(1)))
struct VonageFaceTests {
  static let message = ["from": "AcmeInc", "to": "447700900000", "text": "Your code is 482913"]
  private let clock = ManualClock(wallMilliseconds: 1_767_323_045_000)

  private func probe(signing method: String? = nil) -> FaceProbe<VonageFace> {
    FaceProbe(
      face: VonageFace(
        apiKey: "abcd1234", apiSecret: "s3cret", signatureSecret: "0123456789abcdefSIGNATURE",
        signatureMethod: method, clock: clock))
  }

  private func request(_ changes: [String: String?] = [:]) -> IncomingRequest {
    var fields = Self.message
    fields["api_key"] = "abcd1234"
    fields["api_secret"] = "s3cret"
    for (name, value) in changes { fields[name] = value }
    return .form("POST", "/sms/json", fields)
  }

  /// A request that Vonage's own client signed.
  private func signed(_ sig: String, _ changes: [String: String] = [:]) -> IncomingRequest {
    var fields = [
      "api_key": "abcd1234", "from": "AcmeInc", "to": "447700900000",
      "text": "Code = 123456 & more", "client-ref": "otp-0001", "timestamp": "1767323045",
      "sig": sig,
    ]
    fields.merge(changes) { $1 }
    return .form("POST", "/sms/json", fields)
  }

  @Test func `Key and secret open the account in a form, in JSON and as Basic`() throws {
    let json = #"{"from":"AcmeInc","to":447700900000,"text":"Your code is 482913"}"#
    let requests = [
      request(),
      .json("POST", "/sms/json", json, headers: [("Authorization", basic("abcd1234", "s3cret"))]),
      .form(
        "POST", "/sms/json", Self.message,
        headers: [("Authorization", basic("abcd1234", "s3cret"))]),
    ]
    for request in requests {
      let message = try probe().message(in: request)
      #expect(message.recipient == "447700900000" && message.sender == "AcmeInc")
      #expect(message.text == "Your code is 482913")
    }
  }

  @Test func `Each part is answered with an id of its own`() throws {
    let changes = ["text": String(repeating: "x", count: 161), "client-ref": "o-1"]
    let (answer, id) = try probe().acceptance(of: request(changes))
    #expect(answer.status == 200 && answer.text("message-count") == "2")
    #expect(answer.text("messages.0.message-id") == id)
    #expect(answer.text("messages.1.message-id").map { $0 != id } == true)
    #expect(answer.text("messages.0.status") == "0")
    #expect(answer.text("messages.1.client-ref") == "o-1")
    #expect(answer["messages.2"] == nil)
  }

  @Test func `What the plain alphabet lacks does not arrive, unless the type says Unicode`() throws
  {
    let text = "Код 482913 {€}"
    #expect(try probe().message(in: request(["text": text])).text == "??? 482913 {€}")
    let unicode = try probe().message(in: request(["text": text, "type": "unicode"]))
    #expect(unicode.text == text)
  }

  @Test(arguments: [
    ("md5hash", "5d63807df8cd1f539544eb97e52bf40a"), ("md5", "D8741F9D05690ADC022FC3D2FDA9B34B"),
    ("sha1", "88446d90b8e69dea70307382f498a7056dec8fea"),
    ("sha256", "cc93601afde9417f3b4096d08514be8c972f373f043222a1b6fc5e4a610bd2e8"),
  ])
  func `A signature opens the account in the way that it is set to`(
    method: String, sig: String
  ) throws {
    #expect(try probe(signing: method).message(in: signed(sig)).reference == "otp-0001")
    #expect(throws: Never.self) { try probe().message(in: signed(sig)) }
    let other = probe(signing: method == "sha512" ? "sha1" : "sha512")
    #expect(try other.refusal(of: signed(sig)).text("messages.0.status") == "14")
    for change in [["text": "Code _ 123456 _ more!"], ["timestamp": "1767323046"]] {
      let answer = try probe(signing: method).refusal(of: signed(sig, change))
      #expect(answer.text("messages.0.status") == "14")
    }
    clock.advance(by: .seconds(301))
    let late = try probe(signing: method).refusal(of: signed(sig))
    #expect(late.status == 200 && late.text("messages.0.status") == "14")
  }

  @Test(arguments: [
    (["api_secret": "other"], "4"), (["api_key": "other"], "4"), (["api_key": nil], "2"),
    (["api_secret": nil], "2"), (["sig": "00", "timestamp": "1767323045"], "32"),
    (["sig": "00", "api_secret": nil], "14"), (["to": nil], "2"), (["from": ""], "2"),
    (["text": nil], "2"), (["to": "+447700900000"], "3"), (["to": "00447700900000"], "3"),
    (["to": "123456"], "3"), (["to": "1234567890123456"], "3"), (["from": "AcmeAcmeAcme"], "15"),
    (["from": "+447700900"], "15"), (["type": "utf8"], "3"), (["ttl": "19999"], "3"),
    (["ttl": "604800001"], "3"), (["client-ref": String(repeating: "x", count: 101)], "3"),
    (["callback": "example.com"], "23"), (["text": String(repeating: "x", count: 3_201)], "12"),
  ])
  func `Each fault has its status in a body of HTTP 200`(
    changes: [String: String?], code: String
  ) throws {
    let answer = try probe().refusal(of: request(changes))
    #expect(answer.status == 200 && answer.text("messages.0.status") == code)
    #expect(answer.text("messages.0.error-text")?.isEmpty == false)
  }

  @Test(arguments: VonageFace.faults.codes)
  func `Each code can be had`(code: String) throws {
    let answer = try probe().refusal(code: code, of: request())
    #expect(answer.status == 200 && answer.text("messages.0.status") == code)
  }

  @Test func `Statuses come from in front of the API`() throws {
    #expect(try probe().failure(429).status == 429)
    #expect(try probe().failure(503)["messages"] == nil)
    var other = request()
    other.target = "/sms/xml"
    #expect(try probe().refusal(of: other).status == 404)
  }

  @Test func `The account can be asked for its balance`() throws {
    let asked = IncomingRequest(
      method: "GET", target: "/account/get-balance?api_key=abcd1234&api_secret=s3cret")
    #expect(try probe().inquiry(asked)?.text("value") == "10.28")
    let basic = IncomingRequest(
      method: "GET", target: "/account/get-balance",
      headers: [("Authorization", basic("abcd1234", "other"))])
    #expect(try probe().inquiry(basic)?.status == 401)
  }
}
