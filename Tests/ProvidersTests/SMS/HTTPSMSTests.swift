import Delivery
import JSON
import Providers
import Testing

extension DriverFixture {
  static let httpSMS = receiver(id: "http-sms")
  static let httpEmail = receiver(id: "http-email")

  /// Both drivers hand the message to a receiver in the same way.
  private static func receiver(id: String) -> DriverFixture {
    DriverFixture(
      id: id,
      settings: [
        "endpoint": .string("https://receiver.example.com/sms"),
        "authorization": .string("Bearer receiver-token"),
        "hmacSecret": .string("shared-hmac-secret"),
      ],
      baseURLKey: "endpoint",
      accepted: (.json(200, #"{"id":"msg_1"}"#), ["msg_1"]),
      refused: .json(422, #"{"error":"unknown number"}"#),
      throttled: .json(429, ""),
      read: { exchange in
        let json = try JSONValue(parsing: exchange.body)
        return (json["to"]?.string ?? "", json["payload"]?["code"]?.string ?? "")
      })
  }
}

@Suite struct HTTPSMSTests {
  private func driver(_ changes: [String: SettingNode.Value] = [:]) throws -> any Driver {
    let type = try #require(DriverCatalog.driver(id: "http-sms"))
    let settings = DriverFixture.httpSMS.settings.merging(changes) { $1 }
    return try #require(makeDriver(type, settings).driver)
  }

  private func message(_ payload: String, ip: String? = "203.0.113.7") -> Message {
    Message(
      eventID: "e1", recipient: Recipient("45 12345678")!, usageType: UsageType(rawValue: "SignIn"),
      payload: Payload(json: Array(payload.utf8)), ip: ip, content: .none)
  }

  @Test func `The request is Logto's, with the payload untouched`() throws {
    let exchange = try driver().http(message(#"{ "code" : "123456" , "n":1.0 }"#))
    #expect(exchange.method == "POST")
    #expect(exchange.endpoint == HTTPEndpoint("https://receiver.example.com/sms"))
    #expect(
      String(decoding: exchange.body, as: UTF8.self)
        == #"{"to":"45 12345678","type":"SignIn","payload":{ "code" : "123456" , "n":1.0 },"ip":"203.0.113.7"}"#
    )
    #expect(
      exchange.headers.map { "\($0.name): \($0.value)" } == [
        "Content-Type: application/json", "Authorization: Bearer receiver-token",
        // Python: hmac.new(b"shared-hmac-secret", body, hashlib.sha256).hexdigest()
        "X-Otp-Signature: sha256=6f1fe8714d7204c04b21bc203e9887b6a182ed07c6aef84744955c3650d43aee",
      ])
  }

  @Test func `What is not known is left out`() throws {
    let driver = try driver(["authorization": .string(""), "hmacSecret": .null])
    let exchange = try driver.http(message("{}", ip: nil))
    #expect(
      String(decoding: exchange.body, as: UTF8.self)
        == #"{"to":"45 12345678","type":"SignIn","payload":{}}"#)
    #expect(exchange.headers.map(\.name) == ["Content-Type"])
  }

  @Test(arguments: [
    (#"{"id":"a"}"#, ["a"]), (#"{"id":17}"#, ["17"]), (#"{"messageId":"b","x":{}}"#, ["b"]),
    (#"{"message_id":"c"}"#, ["c"]), (#"{"message_id":"c","id":"a"}"#, ["a"]),
    (#"{"id":null,"messageId":"b"}"#, ["b"]), (#"{"id":{"id":"a"}}"#, []), (#"{"id":""}"#, []),
    ("queued", []), (#"[{"id":"a"}]"#, []),
    (#"{"id":"\#(String(repeating: "a", count: 128))"}"#, [String(repeating: "a", count: 128)]),
    (#"{"id":"\#(String(repeating: "a", count: 129))"}"#, []),
  ]) func `An id is taken from the reply when there is one`(body: String, ids: [String]) throws {
    let answer = try driver().answer(to: .http(.json(202, body)))
    #expect(answer == Answer(.accepted, code: "http.202", providerMessageIDs: ids))
  }

  @Test(arguments: [
    (301, Answer.Class.misconfigured(.account)), (400, .rejected), (401, .misconfigured(.account)),
    (402, .misconfigured(.account)), (403, .misconfigured(.account)),
    (404, .misconfigured(.account)), (405, .rejected), (407, .misconfigured(.account)),
    (408, .transient(wait: nil)), (409, .rejected), (410, .rejected), (415, .rejected),
    (422, .rejected), (425, .transient(wait: nil)), (451, .rejected), (500, .ambiguous),
    (502, .ambiguous), (503, .transient(wait: nil)), (504, .ambiguous), (600, .ambiguous),
  ]) func `The status is the answer`(status: Int, expected: Answer.Class) throws {
    let answer = try driver().answer(to: .http(.json(status, #"{"id":"a"}"#)))
    #expect(answer.class == expected)
    #expect(answer.code == "http.\(status)")
    #expect(answer.providerMessageIDs.isEmpty)
  }
}
