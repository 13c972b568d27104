import Delivery
import Testing

@Suite struct RecipientTests {
  @Test(arguments: [
    ("+4512345678", "+4512345678"), ("4512345678", "+4512345678"),
    ("004512345678", "+4512345678"), ("+45 (12) 34-56.78", "+4512345678"),
    (" 45 12345678 ", "+4512345678"), ("1234567", "+1234567"),
    ("123456789012345", "+123456789012345"), ("00123456789012345", "+123456789012345"),
  ])
  func `a number is brought into one form`(text: String, address: String) throws {
    let recipient = try #require(Recipient(text))
    #expect(recipient.channel == .sms)
    #expect(recipient.address == address)
    #expect(recipient.digits == String(address.dropFirst()))
    #expect(recipient.original == text)
  }

  @Test(arguments: [
    ("a@example.com", "a@example.com"), ("A.b+c@EXAMPLE.Com", "A.b+c@example.com"),
    ("\"a@b\"@example.com", "\"a@b\"@example.com"), ("æ@exÆmple.dk", "æ@exæmple.dk"),
    (
      String(repeating: "x", count: 64) + "@" + String(repeating: "y", count: 186) + ".dk",
      String(repeating: "x", count: 64) + "@" + String(repeating: "y", count: 186) + ".dk"
    ),
  ])
  func `an address keeps its local part and gets a lower-case domain`(text: String, address: String)
    throws
  {
    let recipient = try #require(Recipient(text))
    #expect(recipient.channel == .email)
    #expect(recipient.address == address)
    #expect(recipient.digits == address)
  }

  @Test(arguments: [
    "", "+", "123456", "1234567890123456", "++4512345678", "45+12345678", "+45x12345678",
    "45/12345678", "+45\n12345678", "+45\u{0}12345678", "٤٥١٢٣٤٥٦٧٨", "hello", "00123456",
    "@example.com", "a@", "a@example", "a@.com", "a@com.", "a@b..com", "a b@example.com",
    "a@exa mple.com", "a@example.com\r\nBcc: b@example.com", "a\u{0}@example.com",
    "a\u{85}@example.com", "a\u{A0}@example.com", "<a@example.com>", "a@example.com,b@example.com",
    "a;b@example.com", String(repeating: "x", count: 65) + "@example.com",
    "a@" + String(repeating: "y", count: 250) + ".dk",
  ])
  func `anything else is no recipient`(text: String) {
    #expect(Recipient(text) == nil)
  }

  @Test func `the channel that is asked for decides what it must be`() {
    #expect(Recipient("a@example.com", channel: .sms) == nil)
    #expect(Recipient("+4512345678", channel: .email) == nil)
    #expect(Recipient("+4512345678", channel: .sms)?.channel == .sms)
  }

  @Test(arguments: [
    ("+4512345678", "+45••••••78"), ("1234567", "+12•••67"), ("a@example.com", "a•••@example.com"),
    ("anna.b@example.com", "a•••@example.com"), ("æble@example.com", "æ•••@example.com"),
    ("\"a@b\"@example.com", "\"•••@example.com"),
  ])
  func `it is only ever shown masked`(text: String, masked: String) throws {
    let recipient = try #require(Recipient(text))
    #expect(recipient.masked == masked)
    #expect("\(recipient)" == masked)
    #expect(String(reflecting: recipient) == masked)
  }
}
