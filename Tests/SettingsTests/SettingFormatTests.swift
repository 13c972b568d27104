import Delivery
import Testing

@testable import Settings

@Suite struct DurationTextTests {
  @Test(arguments: [
    ("0s", 0), ("1ms", 1), ("500ms", 500), ("30s", 30_000), ("10m", 600_000),
    ("24h", 86_400_000), ("7d", 604_800_000), ("007s", 7_000),
  ])
  func `a whole number and a unit are a duration`(text: String, milliseconds: Int64) {
    #expect(DurationText.duration(of: text) == .milliseconds(milliseconds))
  }

  @Test(arguments: [
    "", "10", "s", "1.5h", "-1s", "+1s", "1 s", "1S", "1M", "1h30m", "1w", "٣s", "1s ",
    "9223372036854775807s", "99999999999999999999s",
  ])
  func `anything else is none`(text: String) {
    #expect(DurationText.duration(of: text) == nil)
  }

  @Test(arguments: ["0s", "1ms", "1500ms", "90s", "10m", "25h", "7d"])
  func `a duration is written in its largest whole unit`(text: String) throws {
    #expect(DurationText.text(of: try #require(DurationText.duration(of: text))) == text)
  }
}

@Suite struct PositiveNumberTests {
  @Test(arguments: [
    ("10", 10.0), ("0.5", 0.5), (".5", 0.5), ("100000", 100_000), ("99.95", 99.95), ("007", 7),
  ])
  func `digits with or without decimals are a number`(text: String, number: Double) {
    #expect(SettingFormat.positiveNumber(upTo: 100_000).read(text) == number)
  }

  @Test(arguments: [
    "", "0", "0.0", "-1", "+1", "1e3", "0x10", "inf", "nan", ".", "1.2.3", "1,5", "100000.1", " 1",
    "10/s", "٣", "1.00000000000000000",
  ])
  func `anything else is none`(text: String) {
    #expect(SettingFormat.positiveNumber(upTo: 100_000).read(text) == nil)
  }
}

@Suite struct RecipientPatternTests {
  @Test(arguments: [
    ("+4512345678", "+4512345678", true), ("+4512345678", "004512345678", true),
    ("+4512345678", "+45123456789", false), ("+45*", "+4512345678", true),
    ("+45*", "+4612345678", false), ("+*", "+4512345678", true), ("+45*78", "+4512345678", true),
    ("+45*79", "+4512345678", false), ("+45*5*5*8", "+4515555558", true),
    ("+4512345678*5678", "+4512345678", false), ("+45*", "45@example.com", false),
    ("someone@example.com", "SomeOne@Example.com", true),
    ("*@example.com", "a@example.com", true), ("*@example.com", "a@mail.example.com", false),
    ("*@*.example.com", "a@mail.example.com", true), ("a*b@x.y", "acb@x.y", true),
    ("a*b@x.y", "a@x.y", false), ("+a@x.y", "+a@x.y", true), ("*@x.y", "+4512345678", false),
  ])
  func `a pattern stands for what fits it`(
    pattern: String, recipient: String, matches: Bool
  ) throws {
    let recipient = try #require(Recipient(recipient))
    #expect(try #require(RecipientPattern(pattern)).matches(recipient) == matches)
  }

  @Test(arguments: [
    "", "*", "+", "4512345678", "45*", "example.com", "@example.com", "a@", "a@b@c", "a @b.c",
    "+45 12",
  ])
  func `what is neither a number nor an address is no pattern`(text: String) {
    #expect(RecipientPattern(text) == nil)
  }

  @Test func `a pattern prints nobody's address`() throws {
    #expect(!"\(try #require(RecipientPattern("+4512345678")))".contains("45"))
  }
}

@Suite struct SettingFormatTests {
  @Test(arguments: [
    ("http://proxy:3128", true), ("https://u:p@proxy", true), ("socks5h://[::1]:1080", true),
    ("http://proxy/", true), ("http://proxy/path", false), ("proxy:3128", false),
    ("http://", false),
    ("ftp://proxy", false), ("http://u:p @proxy", false), ("http://proxy:0", false),
  ])
  func `a proxy is a URL without path`(text: String, isProxy: Bool) {
    #expect((SettingFormat.proxy.read(text) != nil) == isProxy)
  }

  @Test(arguments: [
    ("en", true), ("zh-Hant-TW", true), ("e", false), ("", false), ("en_US", false), ("en-", false),
    ("1a", false), ("dé", false), ("en-abcdefghi", false),
  ])
  func `a language tag is made of short words`(text: String, isTag: Bool) {
    #expect((SettingFormat.languageTag.read(text) != nil) == isTag)
  }

  @Test(arguments: [
    ("send-otp", true), ("a.b_C-9", true), (".", false), ("..", false), ("...", true), ("", false),
    ("a b", false), ("é", false), (String(repeating: "a", count: 249), true),
    (String(repeating: "a", count: 250), false),
  ])
  func `a topic's name is what Kafka takes`(text: String, isTopic: Bool) {
    #expect((SettingFormat.topic.read(text) != nil) == isTopic)
  }
}
