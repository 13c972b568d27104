import Delivery
import Retry
import Testing

@Suite struct HoldTests {
  private var hold = Hold(scope: .account)

  @Test mutating func `what is not held is admitted`() {
    expectAdmits(at: 0)
    note(.transient(wait: nil), startedAt: 0, now: 1)
    note(.ambiguous, startedAt: 0, now: 1)
    expectAdmits(at: 1)
    #expect(hold.nextProbe == nil)
  }

  @Test mutating func `a fault holds for five seconds, then lets one request through`() {
    note(.misconfigured(.account), startedAt: 0, now: 1)
    #expect(hold.nextProbe == at(6))
    expectRefuses(at: 5.999)
    expectAdmits(at: 6)
    expectRefuses(at: 6)
    expectRefuses(at: 10.999)
  }

  @Test mutating func `waits double up to a minute while probes meet the fault`() {
    note(.misconfigured(.account), startedAt: 0, now: 0)
    var now = 0.0
    for wait in [5.0, 10, 20, 40, 60, 60] {
      now += wait
      #expect(hold.nextProbe == at(now))
      expectAdmits(at: now)
      note(.misconfigured(.account), startedAt: now, now: now)
    }
  }

  @Test(arguments: [Answer.Class.accepted, .rejected, .misconfigured(.destination)])
  mutating func `a probe that gets past the fault lifts the hold`(class: Answer.Class) {
    note(.misconfigured(.account), startedAt: 0, now: 0)
    expectAdmits(at: 5)
    note(.misconfigured(.account), startedAt: 5, now: 5)
    expectAdmits(at: 15)
    note(`class`, startedAt: 15, now: 16)
    #expect(hold.nextProbe == nil)
    note(.misconfigured(.account), startedAt: 16, now: 16)
    #expect(hold.nextProbe == at(21), "the next wait is the shortest again")
  }

  @Test(arguments: [
    Answer.Class.transient(wait: nil), .ambiguous, .throttled(wait: nil, scope: .connector),
  ])
  mutating func `a probe that tells nothing is followed by another`(class: Answer.Class) {
    note(.misconfigured(.account), startedAt: 0, now: 0)
    expectAdmits(at: 5)
    note(`class`, startedAt: 5, now: 6)
    expectRefuses(at: 9)
    expectAdmits(at: 10)
  }

  @Test mutating func `a probe that never returns blocks nothing`() {
    note(.misconfigured(.account), startedAt: 0, now: 0)
    expectAdmits(at: 7)
    expectAdmits(at: 12)
    note(.accepted, startedAt: 7, now: 13)
    #expect(hold.nextProbe == nil)
  }

  @Test mutating func `sends that were under way neither lengthen nor lift the hold`() {
    note(.misconfigured(.account), startedAt: 0, now: 1)
    note(.misconfigured(.account), startedAt: 0.5, now: 2)
    note(.accepted, startedAt: 0.9, now: 3)
    #expect(hold.nextProbe == at(6))
    expectAdmits(at: 6)
    note(.misconfigured(.account), startedAt: 0.9, now: 6.5)
    #expect(hold.nextProbe == at(11))
  }

  @Test mutating func `sends from before the hold do not bring it back once it is lifted`() {
    note(.misconfigured(.account), startedAt: 0, now: 1)
    expectAdmits(at: 6)
    note(.accepted, startedAt: 6, now: 7)
    note(.misconfigured(.account), startedAt: 0.5, now: 8)
    #expect(hold.nextProbe == nil)
  }

  @Test mutating func `a probe that was never sent makes room for another at once`() {
    note(.misconfigured(.account), startedAt: 0, now: 0)
    expectAdmits(at: 5)
    hold.withdraw(startedAt: at(5))
    expectAdmits(at: 5)
    hold.withdraw(startedAt: at(4))
    expectRefuses(at: 5)
  }

  @Test mutating func `two probes that meet the fault double the wait once`() {
    note(.misconfigured(.account), startedAt: 0, now: 0)
    expectAdmits(at: 5)
    expectAdmits(at: 10)
    note(.misconfigured(.account), startedAt: 5, now: 11)
    note(.misconfigured(.account), startedAt: 10, now: 11)
    #expect(hold.nextProbe == at(21))
  }

  @Test mutating func `a new configuration lifts the hold`() {
    note(.misconfigured(.account), startedAt: 0, now: 0)
    hold.lift()
    expectAdmits(at: 0)
  }

  @Test mutating func `a template's fault holds the template, not the account`() {
    note(.misconfigured(.template), startedAt: 0, now: 0)
    #expect(hold.nextProbe == nil)
    hold = Hold(scope: .template)
    note(.misconfigured(.account), startedAt: 0, now: 0)
    #expect(hold.nextProbe == nil)
    note(.misconfigured(.template), startedAt: 0, now: 0)
    expectAdmits(at: 5)
    note(.misconfigured(.account), startedAt: 5, now: 5)
    #expect(hold.nextProbe == at(10), "whether the template is good is still unknown")
  }

  private func at(_ seconds: Double) -> Timestamp {
    Timestamp(milliseconds: 1_700_000_000_000 + Int64((seconds * 1_000).rounded()))
  }

  private mutating func note(_ class: Answer.Class, startedAt: Double, now: Double) {
    hold.note(`class`, startedAt: at(startedAt), now: at(now))
  }

  private mutating func expectAdmits(
    at seconds: Double, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let admitted = hold.admits(at: at(seconds))
    #expect(admitted, sourceLocation: sourceLocation)
  }

  private mutating func expectRefuses(
    at seconds: Double, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let admitted = hold.admits(at: at(seconds))
    #expect(!admitted, sourceLocation: sourceLocation)
  }
}
