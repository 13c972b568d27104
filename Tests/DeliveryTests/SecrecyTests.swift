import Delivery
import Testing

@Suite struct SecrecyTests {
  private let payload = Payload(
    json: Array(#"{"code":"654321","link":"https://example.com/join?t=987654"}"#.utf8),
    code: "654321", link: "https://example.com/join?t=987654")

  /// Everything that prints a value.
  private func prints(_ value: some Any) -> String {
    var text = "\(value)\n\(String(reflecting: value))\n"
    dump(value, to: &text)
    return text
  }

  @Test(arguments: ["+4512345678", "anna@example.com"])
  func `a request or message that is printed shows neither code nor recipient`(address: String)
    throws
  {
    let recipient = try #require(Recipient(address))
    let request = Request(
      eventID: "signin-1", origin: RecordOrigin(topic: "send-otp", partition: 3, offset: 7),
      recipient: recipient, usageType: UsageType(rawValue: "SignIn"), payload: payload,
      requestedAt: Timestamp(milliseconds: 0), expiresAt: Timestamp(milliseconds: 600_000))
    let message = Message(
      eventID: "signin-1", recipient: recipient, usageType: UsageType(rawValue: "SignIn"),
      payload: payload, ip: nil,
      content: .text("Your code is 654321"))
    for text in [prints(request), prints(message), prints(payload), prints([recipient])] {
      for hidden in ["654321", "987654", "12345678", "anna", "54, 51, 50"] {
        #expect(!text.contains(hidden))
      }
    }
    #expect(prints(request).contains("signin-1"))
    #expect(prints(message).contains(recipient.masked))
  }

  @Test func `a secret that is printed shows nothing`() {
    let text = prints(["token": Secret("hunter2")])
    #expect(!text.contains("hunter2"))
    #expect(text.contains("<redacted>"))
  }
}
