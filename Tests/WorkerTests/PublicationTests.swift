import Delivery
import Retry
import Testing

@testable import Worker

struct PublicationTests {
  private let origin = RecordOrigin(topic: "send-otp", partition: 3, offset: 41)
  private let now = Timestamp(milliseconds: 1_795_257_060_000)

  @Test func `What the daemon writes as outcome is read again`() {
    var outcome = Outcome(
      .rejected, reason: .recipientInvalid, eventID: "a\"b", source: origin, requestedAt: now,
      concludedAt: now + .milliseconds(1_234))
    outcome.attempts = 2
    outcome.usageType = UsageType(rawValue: "SignIn")
    outcome.connector = "mail"
    outcome.providerMessageIDs = ["first", "second"]
    var expected = PublishedOutcome(
      eventID: "a\"b", origin: origin, kind: .rejected, reason: .recipientInvalid, attempts: 2,
      latencyMilliseconds: 1_234)
    expected.usageType = "SignIn"
    expected.connector = "mail"
    expected.providerMessageID = "first"
    #expect(PublishedOutcome(value: outcome.value()) == expected)
  }

  @Test func `What the daemon writes as dead letter is read again`() throws {
    let letter = DeadLetter(
      .config, code: "variable.missing", message: "", group: "g", origin: origin, attempts: 0,
      failedAt: now, eventID: "a")
    let published = try #require(PublishedDeadLetter(headers: letter.headers(replacingIn: [])))
    #expect(published.origin == origin && published.eventID == "a")
    #expect(published.disposition == "config" && published.code == "variable.missing")
  }

  @Test(arguments: ["", "[]", "{}", #"{"id":"a","outcome":"accepted"}"#])
  func `Anything else is none`(text: String) {
    #expect(PublishedOutcome(value: Array(text.utf8)) == nil)
    #expect(PublishedDeadLetter(headers: [RecordHeader("otp.dlq.code", text)]) == nil)
  }
}
