import Delivery
import Testing

@testable import Pipeline

@Suite struct ConnectorGateTests {
  private var gate = ConnectorGate(rateLimit: nil)

  @Test mutating func `it lets through what nothing is in the way of`() {
    for _ in 0..<100 { expectAdmits(at: 0) }
    #expect(gate.reopens(after: at(0)) == nil)
    #expect(gate.state(at: at(0)) == .closed)
  }

  @Test mutating func `the gravest is named, and the latest decides when it reopens`() {
    gate = ConnectorGate(rateLimit: 1)
    gate.setShare(1, at: at(0))
    expectAdmits(at: 0)
    #expect(gate.barrier(at: at(0)) == .rateLimited)
    #expect(gate.reopens(after: at(0)) == at(1))
    note(.throttled(wait: .seconds(20), scope: .connector), at: 0)
    #expect(gate.barrier(at: at(0)) == .paused)
    #expect(gate.reopens(after: at(0)) == at(20))
    note(.transient(wait: nil), isOutage: true, at: 0)
    #expect(gate.barrier(at: at(0)) == .open)
    note(.misconfigured(.account), at: 18)
    #expect(gate.barrier(at: at(18)) == .held)
    #expect(gate.reopens(after: at(18)) == at(23))
    #expect(gate.state(at: at(18)) == .held)
    #expect(gate.pause(at: at(18)) == .seconds(2))
    expectRefuses(at: 22.999)
    expectAdmits(at: 23)
    #expect(gate.barrier(at: at(23)) == .held, "its probe is out")
  }

  @Test(arguments: [
    (Duration?.none, 1.0), (.seconds(7), 7), (.seconds(3_600), 60), (.milliseconds(1), 0.001),
  ])
  mutating func `a pause is as long as the provider says, a minute at most`(
    wait: Duration?, seconds: Double
  ) {
    note(.throttled(wait: wait, scope: .connector), at: 0)
    expectRefuses(at: seconds - 0.001)
    expectAdmits(at: seconds)
    #expect(gate.reopens(after: at(seconds)) == nil)
  }

  @Test mutating func `what is put off for one recipient pauses nothing`() {
    note(.throttled(wait: .seconds(7), scope: .recipient), at: 0)
    expectAdmits(at: 0)
  }

  @Test mutating func `without a share nothing leaves, and time does not help`() {
    gate = ConnectorGate(rateLimit: 1)
    note(.throttled(wait: nil, scope: .connector), at: 0)
    #expect(gate.barrier(at: at(5)) == .rateLimited)
    #expect(gate.reopens(after: at(0)) == nil)
    #expect(gate.reopens(after: at(5)) == nil)
  }

  @Test mutating func `a probe of hold and breaker that was never sent costs nothing`() {
    gate = ConnectorGate(rateLimit: 1)
    gate.setShare(1, at: at(0))
    note(.transient(wait: nil), isOutage: true, at: 0)
    note(.misconfigured(.account), at: 0)
    expectAdmits(at: 5)
    expectRefuses(at: 7)
    gate.withdraw(startedAt: at(5))
    expectAdmits(at: 7)
    #expect(gate.state(at: at(7)) == .held)
    note(.accepted, startedAt: 7, at: 8)
    #expect(gate.state(at: at(8)) == .closed)
    expectAdmits(at: 8)
  }

  private func at(_ seconds: Double) -> Timestamp {
    Timestamp(milliseconds: 1_700_000_000_000 + Int64((seconds * 1_000).rounded()))
  }

  private mutating func note(
    _ class: Answer.Class, isOutage: Bool = false, startedAt: Double? = nil, at now: Double
  ) {
    _ = gate.note(
      Answer(`class`, code: "x", isOutage: isOutage), recipient: 1, startedAt: at(startedAt ?? now),
      now: at(now))
  }

  private mutating func expectAdmits(
    at seconds: Double, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let admitted = gate.admits(at: at(seconds))
    #expect(admitted, sourceLocation: sourceLocation)
  }

  private mutating func expectRefuses(
    at seconds: Double, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let admitted = gate.admits(at: at(seconds))
    #expect(!admitted, sourceLocation: sourceLocation)
  }
}
