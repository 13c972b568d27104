import Delivery
import Testing

@testable import Pipeline
@testable import Worker

struct StepLineTests {
  private let start = Timestamp(milliseconds: 1_795_257_060_000)
  private let plain = Palette(isColored: false)

  @Test func `Columns stand under their heading`() {
    let lines = [
      line(.sending(connector: "twilio", try: 2)),
      line(
        .attempted(
          connector: "twilio", answer: Answer(.transient(wait: nil), code: "twilio.20503"))),
      line(.parked(until: start + .milliseconds(3_250))),
      line(.concluded(outcome(.superseded, .newerRequest))),
    ]
    #expect(
      [StepLine.heading] + lines.map { $0.text(plain) } == [
        "    time  sample           step        detail",
        "   1.005  older-code       sending     by twilio, try 2",
        "   1.005  older-code       answered    transient  twilio.20503",
        "   1.005  older-code       parked      for 2.245 s",
        "   1.005  older-code       concluded   superseded  newer.request  +45••••••15",
      ])
  }

  @Test func `An enqueued sample shows its recipient masked and no code`() throws {
    for sample in Sample.all(for: DemoProviders()) {
      let text = StepLine(enqueued: sample, milliseconds: 0).text(plain)
      #expect(text.contains("  " + sample.recipient.masked + "  "))
      #expect(text.hasSuffix(sample.about) && text.count <= 80)
    }
  }

  @Test func `A long event id keeps its end, a long detail its beginning`() {
    let long = StepLine(
      milliseconds: -3, name: "order-2026-11-21-000001", step: "answered",
      detail: "rejected  " + String(repeating: "x", count: 64))
    #expect(
      long.text(plain)
        == "   0.000  …26-11-21-000001 answered    rejected  " + String(repeating: "x", count: 30)
        + "…")
    #expect(long.text(plain).count == 80)
  }

  @Test func `Colours are put around, and only where they can be seen`() {
    let line = line(.concluded(outcome(.accepted, .ok)))
    let colored = line.text(Palette(isColored: true))
    #expect(colored.contains("\u{1B}[32mconcluded"))
    #expect(colored.replacing(/\u{1B}\[[0-9]*m/, with: "") == line.text(plain))
  }

  @Test func `A dead letter shows what kind of problem it is`() throws {
    let letter = try #require(
      PublishedDeadLetter(headers: [
        RecordHeader("__dlq.errors.topic", "send-otp"), RecordHeader("__dlq.errors.partition", "3"),
        RecordHeader("__dlq.errors.offset", "8"), RecordHeader("otp.dlq.disposition", "config"),
        RecordHeader("otp.dlq.code", "variable.missing"),
      ]))
    #expect(
      StepLine(letter, name: "no-variable", milliseconds: 61_001).text(plain)
        == "  61.001  no-variable      dead letter config  variable.missing")
  }

  private func line(_ kind: Step.Kind) -> StepLine {
    StepLine(
      Step(eventID: "demo-older-code", kind: kind, at: start + .milliseconds(1_005)),
      name: "older-code", since: start)
  }

  private func outcome(_ kind: Outcome.Kind, _ reason: Reason) -> Outcome {
    var outcome = Outcome(
      kind, reason: reason, eventID: "demo-older-code",
      source: RecordOrigin(topic: "send-otp", partition: 0, offset: 0), requestedAt: start,
      concludedAt: start)
    outcome.recipient = Recipient("+4520000015")
    return outcome
  }
}
