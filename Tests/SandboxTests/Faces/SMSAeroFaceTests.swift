import EventLoop
import HTTPServer
import Sandbox
import Testing

@Suite(.timeLimit(.minutes(1)))
struct SMSAeroFaceTests {
  static let message = ["number": "79031234567", "sign": "SMS Aero", "text": "Your code is 482913"]
  private let probe = FaceProbe(
    face: SMSAeroFace(
      email: "ada@example.com", apiKey: "key",
      clock: ManualClock(wallMilliseconds: 1_767_323_045_000)))

  private func request(
    _ changes: [String: String?] = [:], path: String = "/v2/sms/send",
    authorization: String? = basic("ada@example.com", "key")
  ) -> IncomingRequest {
    var fields = Self.message
    for (name, value) in changes { fields[name] = value }
    return .form("POST", path, fields).with("Authorization", authorization)
  }

  @Test func `A message in order is read, in a form and in JSON`() throws {
    let json = IncomingRequest.json(
      "POST", "/v2/sms/send",
      #"{"number":79031234567,"sign":"SMS Aero","text":"Your code is 482913"}"#,
      headers: [("Authorization", basic("ada@example.com", "key"))])
    for request in [request(), json] {
      let message = try probe.message(in: request)
      #expect(message.recipient == "79031234567" && message.sender == "SMS Aero")
      #expect(message.text == "Your code is 482913")
    }
    let (answer, id) = try probe.acceptance(of: json)
    #expect(
      answer.status == 200 && answer.text("success").map { ["1", "true"].contains($0) } == true)
    #expect(answer.text("data.id") == id && answer.text("data.status") == "0")
    #expect(answer.text("data.dateCreate") == "1767323045")
  }

  @Test(arguments: [nil, basic("ada@example.com", "other"), basic("key", "ada@example.com")])
  func `Other credentials are refused`(authorization: String?) throws {
    let answer = try probe.refusal(of: request(authorization: authorization))
    #expect(answer.status == 401 && answer["success"] as? Bool == false)
  }

  @Test(arguments: [
    ("number", nil), ("number", "+79031234567"), ("number", "7903"), ("sign", nil), ("sign", "A"),
    ("text", nil), ("text", "x"), ("text", String(repeating: "x", count: 641)),
    ("callbackUrl", "here"),
  ])
  func `A validation error names its field`(field: String, value: String?) throws {
    let answer = try probe.refusal(of: request([field: value]))
    #expect(answer.status == 400 && answer.text("message") == "Validation error.")
    #expect(answer["data.\(field).0"] != nil && answer["success"] as? Bool == false)
  }

  @Test func `Failures come in each of the gate's shapes`() throws {
    let credits = try probe.refusal(code: "no credits", of: request())
    #expect(credits.status == 200 && credits.text("result") == "no credits")
    let reject = try probe.refusal(code: "reject", of: request())
    #expect(reject.text("result") == "reject" && reject["reason"] != nil)
    let refused = try probe.refusal(code: "blocked", of: request())
    #expect(refused.status == 200 && refused["success"] as? Bool == false)
    for state in ["2", "6", "8"] {
      let answer = try probe.refusal(code: state, of: request())
      #expect(answer.status == 200 && answer.text("data.status") == state)
      #expect(answer["success"] as? Bool == true)
    }
    #expect(try probe.refusal(code: "402", of: request()).status == 402)
    #expect(try probe.refusal(code: "number", of: request()).status == 400)
    #expect(try probe.failure(500).status == 500)
    #expect(try probe.refusal(of: request(path: "/v2/sms")).status == 404)
  }

  @Test func `The account can be asked for itself and its balance`() throws {
    #expect(try probe.inquiry(request(path: "/v2/auth"))?.status == 200)
    #expect(try probe.inquiry(request(path: "/v2/auth", authorization: nil))?.status == 401)
    #expect(try probe.inquiry(request(path: "/v2/balance"))?.text("data.balance") == "1389.26")
  }
}
