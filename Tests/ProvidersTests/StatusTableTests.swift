import Delivery
import Testing

@testable import Providers

@Suite struct StatusTableTests {
  private func answer(_ status: Int, _ headers: [(name: String, value: String)] = []) -> Answer {
    StatusTable.answer(to: HTTPReply(status: status, headers: headers))
  }

  @Test(arguments: [
    ([200, 201, 202, 204], Answer.Class.ambiguous, Reason.ambiguous),
    ([300, 301, 302, 303, 307, 308], .misconfigured(.account), .config),
    ([401, 402, 403, 404, 407], .misconfigured(.account), .config),
    ([400, 409, 422], .rejected, .policyRefused), ([413], .rejected, .contentRefused),
    ([408, 425, 503], .transient(wait: nil), .exhausted),
    ([429], .throttled(wait: nil, scope: .connector), .exhausted),
    ([500, 501, 502, 504, 511, 599], .ambiguous, .ambiguous),
    ([100, 199, 405, 410, 418, 451, 600, 999], .ambiguous, .ambiguous),
  ]) func `A status has its class`(statuses: [Int], expected: Answer.Class, reason: Reason) {
    for status in statuses {
      let answer = answer(status)
      #expect(answer.class == expected)
      #expect(answer.reason == reason)
      #expect(answer.code == "http.\(status)")
      #expect(!answer.isProvidersOwnCode)
      #expect(!answer.detail.isEmpty)
    }
  }

  @Test(
    arguments: [
      ("0", Duration.zero), ("120", .seconds(120)), ("86401", .seconds(86_400)),
      ("99999999999999999999", .seconds(86_400)), ("", nil), ("-1", nil), ("1.5", nil), ("+3", nil),
      ("soon", nil), ("Sun, 06 Nov 1994 08:50:07 GMT", .seconds(30)),
      ("Sun, 06 Nov 1994 08:49:36 GMT", .zero), ("Mon, 07 Nov 1994 08:49:38 GMT", .seconds(86_400)),
      ("Sunday, 06-Nov-94 08:49:37 GMT", nil), ("Sun Nov  6 08:49:37 1994", nil),
      ("Sun, 06 Nov 1994 08:49:37 CET", nil), ("Sun, 06 Now 1994 08:49:37 GMT", nil),
      ("Sun, 32 Nov 1994 08:49:37 GMT", nil), ("Sun, 06 Nov 1994 24:49:37 GMT", nil),
      ("Sun, 06 Nov 1994 08:49 GMT", nil), ("Sun, 06 Nov 1994 08:49:3７ GMT", nil),
    ] as [(String, Duration?)]) func `Retry-After is seconds or a date`(
      value: String, wait: Duration?
    )
  {
    let headers = [
      (name: "date", value: "Sun, 06 Nov 1994 08:49:37 GMT"), (name: "retry-AFTER", value: value),
    ]
    #expect(answer(503, headers).class == .transient(wait: wait))
    #expect(answer(429, headers).class == .throttled(wait: wait, scope: .connector))
  }

  @Test func `A date to wait for means nothing without the service's own date`() {
    let headers = [(name: "Retry-After", value: "Sun, 06 Nov 1994 08:49:37 GMT")]
    #expect(answer(503, headers).class == .transient(wait: nil))
  }

  @Test(
    arguments: [
      ("784111792", nil), ("1784111792", .seconds(86_400)), ("1767323060", .seconds(15)),
      ("1767323060500", .milliseconds(15_500)), ("1767323000", .zero), ("15", nil), ("", nil),
      ("soon", nil), ("99999999999999999999", nil), ("999999999999999", nil), ("-1", nil),
    ] as [(String, Duration?)]) func `Where there is no Retry-After, the reset of the rate counts`(
      value: String, wait: Duration?
    )
  {
    let headers = [
      (name: "Date", value: "Fri, 02 Jan 2026 03:04:05 GMT"),
      (name: "x-ratelimit-reset", value: value),
    ]
    #expect(answer(429, headers).class == .throttled(wait: wait, scope: .connector))
    #expect(answer(429, [headers[1]]).class == .throttled(wait: nil, scope: .connector))
    #expect(
      answer(429, headers + [("Retry-After", "7")]).class
        == .throttled(wait: .seconds(7), scope: .connector))
  }

  /// Seconds by GNU date.
  @Test(arguments: [
    ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
    ("Tue, 29 Feb 2000 23:59:59 GMT", 951_868_799), ("Wed, 01 Mar 2000 00:00:00 GMT", 951_868_800),
    ("Sat, 21 Nov 2026 10:49:00 GMT", 1_795_258_140),
    ("Sun, 28 Feb 2100 12:00:00 GMT", 4_107_499_200),
    ("Mon, 01 Mar 2100 12:00:00 GMT", 4_107_585_600),
    ("Fri, 31 Dec 9999 23:59:59 GMT", 253_402_300_799),
  ]) func `A date is its seconds`(text: String, seconds: Int) {
    #expect(Timestamp(httpDate: text) == Timestamp(milliseconds: Int64(seconds) * 1_000))
  }
}
