import Delivery
import Testing

@testable import Retry

@Suite struct ContinuationTests {
  private let origin = RecordOrigin(topic: "send-otp", partition: 3, offset: 77)

  private func continuation() -> Continuation {
    var continuation = Continuation(
      eventID: "id-1", origin: origin, requestedAt: Timestamp(milliseconds: 1_000),
      expiresAt: Timestamp(milliseconds: 601_000), notBefore: Timestamp(milliseconds: 31_000),
      hop: 2)
    continuation.history = AttemptHistory(
      tries: 4, ambiguousTries: 1, firstAttemptAt: Timestamp(milliseconds: 1_500))
    return continuation
  }

  @Test func `what is written reads the same`() throws {
    #expect(try Continuation.read(continuation().headers(replacingIn: [])) == continuation())
    var more = continuation()
    more.waitsUntil = Timestamp(milliseconds: 3_600_000)
    more.replayCount = 3
    more.resultsFrom = 12_345
    #expect(try Continuation.read(more.headers(replacingIn: [])) == more)
  }

  @Test func `a producer's headers stay, those of our names are replaced`() throws {
    let original = [
      RecordHeader("traceparent", "00-1"), RecordHeader("otp.hop", "9"),
      RecordHeader("x", nil), RecordHeader("__dlq.errors.topic", "y"),
      RecordHeader("otp.results.from", "5"),
    ]
    let headers = continuation().headers(replacingIn: original)
    #expect(
      headers.prefix(2).map(\.name) == ["traceparent", "x"]
        && headers.count { $0.name == "otp.hop" } == 1)
    #expect(try Continuation.read(headers) == continuation())
  }

  @Test func `a record without our headers continues nothing`() throws {
    #expect(try Continuation.read([]) == nil)
    #expect(try Continuation.read([RecordHeader("traceparent", "00-1")]) == nil)
  }

  @Test(arguments: [
    ("otp.format", "2"), ("otp.event.id", ""), ("otp.origin", "send-otp/3"),
    ("otp.origin", "send-otp/-3/1"), ("otp.origin", "/3/1"), ("otp.expires.at", "soon"),
    ("otp.not.before", ""), ("otp.hop", "-1"), ("otp.hop", "99999999"), ("otp.attempts", "1.5"),
    ("otp.requested.at", "x"), ("otp.ambiguous", "x"), ("otp.replay.count", "x"),
    ("otp.first.attempt.at", "x"), ("otp.results.from", "x"), ("otp.waits.until", "x"),
  ])
  func `a header that is not what we write is named`(name: String, text: String) {
    var headers = continuation().headers(replacingIn: [])
    headers.append(RecordHeader(name, text))
    #expect(throws: Continuation.Unreadable(header: name)) { try Continuation.read(headers) }
  }

  @Test(arguments: [
    "otp.event.id", "otp.origin", "otp.requested.at", "otp.expires.at", "otp.not.before", "otp.hop",
    "otp.attempts", "otp.ambiguous", "otp.replay.count",
  ])
  func `a header that is missing is named`(name: String) {
    let headers = continuation().headers(replacingIn: []).filter { $0.name != name }
    #expect(throws: Continuation.Unreadable(header: name)) { try Continuation.read(headers) }
  }
}
