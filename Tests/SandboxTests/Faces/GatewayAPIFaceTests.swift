import HTTPServer
import Sandbox
import Testing

@Suite(.timeLimit(.minutes(1)))
struct GatewayAPIFaceTests {
  static let message =
    #"{"sender":"Acme","message":"Your code is 482913","recipients":[{"msisdn":"4512345678"}]}"#
  private let probe = FaceProbe(face: GatewayAPIFace(apiToken: "token"))

  private func request(
    _ body: String = message, authorization: String? = basic("token", ""), query: String = ""
  ) -> IncomingRequest {
    .json("POST", "/rest/mtsms" + query, body).with("Authorization", authorization)
  }

  private func adding(_ member: String) -> String {
    Self.message.replacing(#"{"sender""#, with: "{\(member),\"sender\"")
  }

  @Test func `A message in order is read, its number as text or as number`() throws {
    for body in [Self.message, Self.message.replacing(#""4512345678""#, with: "4512345678")] {
      let message = try probe.message(in: request(body))
      #expect(message.recipient == "4512345678" && message.sender == "Acme")
      #expect(message.text == "Your code is 482913")
    }
    let (answer, id) = try probe.acceptance(of: request())
    #expect(answer.status == 200 && answer.text("ids.0") == id)
  }

  @Test func `Options are read`() throws {
    let body = adding(
      #""encoding":"UCS2","class":"premium","priority":"VERY_URGENT","validity_period":30,"userref":"o-1","max_parts":2"#
    ).replacing("Your code", with: "Код")
    let message = try probe.message(in: request(body))
    #expect(message.reference == "o-1" && message.text == "Код is 482913")
  }

  @Test func `What the plain alphabet lacks does not arrive`() throws {
    let body = Self.message.replacing("Your code", with: "Код")
    #expect(try probe.message(in: request(body)).text == "??? is 482913")
  }

  @Test func `A token is taken from the query too, and no other`() throws {
    #expect(throws: Never.self) {
      try probe.message(in: request(authorization: nil, query: "?token=token"))
    }
    for authorization in [nil, basic("other", ""), basic("token", "x"), "Token token"] {
      let answer = try probe.refusal(of: request(authorization: authorization))
      #expect(answer.status == 401 && answer.text("code") == "0x0229")
      #expect(answer.text("incident_uuid")?.count == 36)
    }
  }

  @Test func `Each fault has its code`() throws {
    let long = String(repeating: "x", count: 12)
    let faults: [(String, String)] = [
      ("{", "0x0220"), (Self.message.replacing("recipients", with: "to"), "0x0220"),
      (#"{"message":"x"}"#, "0x0222"), (#"{"recipients":[{"msisdn":"4512345678"}]}"#, "0x0222"),
      (Self.message.replacing("4512345678", with: "+4512345678"), "0x0220"),
      (Self.message.replacing("Acme", with: long), "0x0220"),
      (
        Self.message.replacing(
          #"[{"msisdn":"4512345678"}]"#,
          with: #"[{"msisdn":"4512345678"},{"msisdn":"4512345678"}]"#), "0x0310"
      ),
      (adding(#""encoding":"GSM""#), "0x0220"), (adding(#""class":"fast""#), "0x0218"),
      (adding(#""priority":"HIGH""#), "0x0311"), (adding(#""validity_period":"60""#), "0x0220"),
      (adding(#""max_parts":256"#), "0x0220"), (adding(#""userref":1"#), "0x0220"),
    ]
    for (body, code) in faults {
      #expect(try probe.refusal(of: request(body)).text("code") == code, "\(body)")
    }
  }

  @Test(arguments: [("0x0216", 403), ("0x0214", 403), ("0x0312", 422), ("0x0109", 503)])
  func `A code is answered with its status`(code: String, status: Int) throws {
    let answer = try probe.refusal(code: code, of: request())
    #expect(answer.status == status && answer.text("code") == code)
  }

  @Test func `A status of the service has no code, and the account can be asked for`() throws {
    let answer = try probe.failure(500)
    #expect(answer.status == 500 && answer["code"] == nil)
    let asked = IncomingRequest(
      method: "GET", target: "/rest/me", headers: [("Authorization", basic("token", ""))])
    #expect(try probe.inquiry(asked)?.status == 200)
    #expect(try probe.inquiry(asked.with("Authorization", nil))?.status == 401)
  }
}
