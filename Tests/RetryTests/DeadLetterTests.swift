import Delivery
import Testing

@testable import Retry

@Suite struct DeadLetterTests {
  private let letter = DeadLetter(
    .exhausted, code: "http.503", message: "the provider is down", group: "otp-worker",
    origin: RecordOrigin(topic: "send-otp", partition: 3, offset: 42), attempts: 4,
    failedAt: Timestamp(milliseconds: 1_700_000_009_000), connector: "twilio-main",
    eventID: "e-1", firstAttemptAt: Timestamp(milliseconds: 1_700_000_000_500),
    expiresAt: Timestamp(milliseconds: 1_700_000_600_000))

  @Test func `all that is known is told`() {
    #expect(
      letter.headers(replacingIn: []) == [
        RecordHeader("__dlq.errors.topic", "send-otp"),
        RecordHeader("__dlq.errors.partition", "3"),
        RecordHeader("__dlq.errors.offset", "42"),
        RecordHeader("__dlq.errors.group", "otp-worker"),
        RecordHeader("__dlq.errors.delivery.count", "4"),
        RecordHeader("__dlq.errors.message", "the provider is down"),
        RecordHeader("otp.dlq.disposition", "exhausted"),
        RecordHeader("otp.dlq.code", "http.503"),
        RecordHeader("otp.dlq.connector", "twilio-main"),
        RecordHeader("otp.dlq.event.id", "e-1"),
        RecordHeader("otp.dlq.first.attempt.at", "1700000000500"),
        RecordHeader("otp.dlq.failed.at", "1700000009000"),
        RecordHeader("otp.dlq.expires.at", "1700000600000"),
        RecordHeader("otp.dlq.replay.count", "0"),
      ])
  }

  @Test func `what is unknown is left out`() {
    let poison = DeadLetter(
      .poison, code: "decode.json", message: "", group: "g",
      origin: RecordOrigin(topic: "t", partition: 0, offset: 0), attempts: 0,
      failedAt: Timestamp(milliseconds: 1), valueChange: .omitted)
    let names = poison.headers(replacingIn: []).map(\.name)
    for name in [
      "otp.dlq.connector", "otp.dlq.event.id", "otp.dlq.first.attempt.at", "otp.dlq.expires.at",
    ] {
      #expect(!names.contains(name))
    }
    #expect(poison.headers(replacingIn: []).last == RecordHeader("otp.dlq.value", "omitted"))
  }

  @Test func `the record's headers are kept byte for byte, ours among them are replaced`() {
    let kept = [
      RecordHeader("traceparent", "00-1-2-01"), RecordHeader("x", nil),
      RecordHeader("x", [0xFF, 0x00]), RecordHeader("otpish", "1"),
      RecordHeader("__dlq.errorsome", "2"), RecordHeader("OTP.dlq.code", "3"),
    ]
    let brought = [
      RecordHeader("otp.dlq.code", "old"), RecordHeader("otp.attempts", "9"),
      RecordHeader("__dlq.errors.topic", "elsewhere"), RecordHeader("__dlq.errors.exception", "e"),
    ]
    let headers = letter.headers(replacingIn: brought + kept + brought)
    #expect(Array(headers.prefix(kept.count)) == kept)
    #expect(Array(headers.dropFirst(kept.count)) == letter.headers(replacingIn: []))
  }

  @Test func `a second hop replaces the first and adds nothing`() {
    let once = letter.headers(replacingIn: [RecordHeader("x", "1")])
    #expect(letter.headers(replacingIn: once) == once)
  }

  @Test(arguments: ["x", "é", "€", "👩‍👩‍👧‍👦", "e\u{301}"])
  func `a long message is cut at a character`(character: String) throws {
    var long = letter
    long.message = String(repeating: character, count: 600)
    let header = try #require(
      long.headers(replacingIn: []).first { $0.name == "__dlq.errors.message" })
    let text = try #require(header.text)
    #expect(text == String(repeating: character, count: 512 / character.utf8.count))
  }

  @Test func `the headers together stay under 4 KiB, however long the parts`() {
    let long = String(repeating: "n", count: 10_000)
    let letter = DeadLetter(
      .ambiguous, code: long, message: long, group: long,
      origin: RecordOrigin(topic: long, partition: .min, offset: .min), attempts: .min,
      failedAt: Timestamp(milliseconds: .min), replayCount: .min, connector: long, eventID: long,
      firstAttemptAt: Timestamp(milliseconds: .min), expiresAt: Timestamp(milliseconds: .min),
      valueChange: .redacted)
    let size = letter.headers(replacingIn: []).reduce(0) {
      $0 + $1.name.utf8.count + ($1.value?.count ?? 0)
    }
    #expect(size < 4_096)
  }

  @Test func `the longest event id is told whole`() {
    var longest = letter
    longest.eventID = String(repeating: "👍", count: 128)
    let header = longest.headers(replacingIn: []).first { $0.name == "otp.dlq.event.id" }
    #expect(header?.text == longest.eventID)
  }

  @Test(arguments: DeadLetter.Disposition.allCases)
  func `a disposition is the reason of its outcome`(disposition: DeadLetter.Disposition) {
    #expect(disposition.reason.rawValue == disposition.rawValue)
  }
}
