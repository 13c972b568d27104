import Delivery
import Foundation
import TestSupport
import Testing

@Suite struct TimestampTests {
  @Test(
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("2026-11-21T10:31:00.123Z", 1_795_257_060_123),
      ("2026-11-21t10:31:00.5z", 1_795_257_060_500),
      ("2026-11-21T11:31:00+01:00", 1_795_257_060_000),
      ("2026-11-20T22:01:00-12:30", 1_795_257_060_000),
      ("2026-11-21T10:31:00.123999999999Z", 1_795_257_060_123),
      ("2024-02-29T00:00:00Z", 1_709_164_800_000), ("2000-02-29T00:00:00-00:00", 951_782_400_000),
      ("2016-12-31T23:59:60Z", 1_483_228_800_000),
      ("2017-01-01T00:59:60.5+01:00", 1_483_228_800_500),
      ("1969-12-31T23:59:59.999Z", -1), ("0000-01-01T00:00:00Z", -62_167_219_200_000),
      ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
    ] as [(String, Int64)])
  func `dates of RFC 3339 are read`(text: String, milliseconds: Int64) {
    #expect(Timestamp(rfc3339: text)?.milliseconds == milliseconds)
  }

  @Test(arguments: [
    "", "2026", "2026-11-21", "2026-11-21T10:31:00", "2026-11-21T10:31Z", "2026-11-21 10:31:00Z",
    "2026-11-21T10:31:00.Z", "2026-11-21T10:31:00,5Z", "2026-13-01T00:00:00Z",
    "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-32T00:00:00Z", "2026-02-29T00:00:00Z",
    "2100-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-11-21T24:00:00Z", "2026-11-21T10:60:00Z",
    "2026-11-21T10:31:60Z", "2026-11-21T10:31:61Z", "2026-11-21T10:31:00+0100",
    "2026-11-21T10:31:00+24:00", "2026-11-21T10:31:00+01:60", "2026-11-21T10:31:00+01",
    "2026-11-21T10:31:00Zx", " 2026-11-21T10:31:00Z", "+2026-11-21T10:31:00Z",
    "2026-1-21T10:31:00Z", "20261121T103100Z", "12026-11-21T10:31:00Z", "２026-11-21T10:31:00Z",
  ])
  func `anything else is no date`(text: String) {
    #expect(Timestamp(rfc3339: text) == nil)
  }

  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00.000Z"), (1_795_257_060_123, "2026-11-21T10:31:00.123Z"),
      (-1, "1969-12-31T23:59:59.999Z"), (951_782_400_007, "2000-02-29T00:00:00.007Z"),
      (.min, "0000-01-01T00:00:00.000Z"), (.max, "9999-12-31T23:59:59.999Z"),
    ] as [(Int64, String)])
  func `moments are written in UTC with milliseconds`(milliseconds: Int64, text: String) {
    #expect(Timestamp(milliseconds: milliseconds).rfc3339 == text)
  }

  @Test func `what is written is read as it was, and as Foundation reads it`() throws {
    var random = SeededGenerator(seed: 7)
    let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    for _ in 0..<2_000 {
      let moment = Timestamp(
        milliseconds: .random(in: -11_676_096_000_000...253_402_300_799_999, using: &random))
      #expect(Timestamp(rfc3339: moment.rfc3339) == moment)
      let seconds = try format.parse(moment.rfc3339).timeIntervalSince1970
      #expect(abs(seconds - Double(moment.milliseconds) / 1_000) < 0.001)
    }
  }
}
