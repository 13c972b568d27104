import Delivery
import Testing

@testable import Worker

struct SampleReportTests {
  private let accepted = Sample.End(kind: .accepted, reason: .ok, tries: 1)
  private let poison = Sample.End(
    kind: .deadLettered, reason: .poison, tries: 0, deadLetter: "poison decode.json")

  @Test func `JSON says what was expected, what came and whether both agree`() {
    let report = SampleReport(
      name: "sign-in", eventID: "demo-sign-in", expected: accepted, actual: accepted,
      latencyMilliseconds: 12)
    #expect(
      String(decoding: report.json, as: UTF8.self)
        == #"{"name":"sign-in","eventId":"demo-sign-in","expected":"accepted","actual":"accepted","#
        + #""reason":"ok","attempts":1,"latencyMs":12,"agrees":true}"#)
  }

  @Test func `JSON of one that did not come has nulls`() {
    let report = SampleReport(name: "not-json", expected: poison)
    #expect(
      String(decoding: report.json, as: UTF8.self)
        == #"{"name":"not-json","eventId":null,"expected":"dead-lettered","actual":null,"#
        + #""reason":null,"attempts":null,"latencyMs":null,"agrees":false}"#)
  }

  @Test func `Of somebody else's record nothing is expected`() {
    let outcome = PublishedOutcome(
      eventID: "more-1", origin: RecordOrigin(topic: "send-otp", partition: 1, offset: 7),
      kind: .rejected, reason: .recipientInvalid, attempts: 1, latencyMilliseconds: 3)
    let report = SampleReport(ofOther: outcome)
    #expect(report.agrees == nil)
    #expect(
      String(decoding: report.json, as: UTF8.self)
        == #"{"name":"more-1","eventId":"more-1","expected":null,"actual":"rejected","#
        + #""reason":"recipient.invalid","attempts":1,"latencyMs":3,"agrees":null}"#)
  }

  @Test(arguments: [
    Sample.End(kind: .rejected, reason: .ok, tries: 1),
    Sample.End(kind: .accepted, reason: .poison, tries: 1),
    Sample.End(kind: .accepted, reason: .ok, tries: 2),
    Sample.End(kind: .accepted, reason: .ok, tries: 1, deadLetter: "config variable.missing"),
  ])
  func `Any difference is a disagreement, told in words`(actual: Sample.End) {
    let report = SampleReport(name: "sign-in", expected: accepted, actual: actual)
    let table = SampleReport.table([report], Palette(isColored: false))
    #expect(report.agrees == false)
    #expect(table[1].hasPrefix("✗ sign-in"))
    let verdict = SampleReport.verdict([report], Palette(isColored: false))
    #expect(verdict[0] == "1 of 1 did not end as expected:")
    #expect(verdict[1].hasPrefix("  sign-in: expected accepted ok, tries 1; came: "))
  }

  @Test func `The table has a row for each and a verdict`() {
    let reports = [
      SampleReport(
        name: "sign-in", eventID: "a", expected: accepted, actual: accepted,
        latencyMilliseconds: 12),
      SampleReport(name: "not-json", expected: poison),
    ]
    #expect(
      SampleReport.table(reports, Palette(isColored: false)) == [
        "  sample          expected      actual        reason               tries    time",
        "✓ sign-in         accepted      accepted      ok                       1   12 ms",
        "✗ not-json        dead-lettered –             –                        –       –",
      ])
    #expect(
      SampleReport.verdict(reports, Palette(isColored: false)) == [
        "1 of 2 did not end as expected:", "  not-json: nothing came of it in time",
      ])
  }

  @Test(arguments: Reason.allCases) func `No row is wider than a terminal`(reason: Reason) {
    let end = Sample.End(kind: .deadLettered, reason: reason, tries: 1_000)
    let report = SampleReport(
      name: "generic-template", expected: end, actual: end, latencyMilliseconds: 40_000)
    let table = SampleReport.table([report], Palette(isColored: false))
    #expect(table.allSatisfy { $0.count <= 80 })
  }
}
