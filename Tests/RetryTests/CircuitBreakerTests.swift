import Delivery
import Testing

@testable import Retry

@Suite struct CircuitBreakerTests {
  private var breaker = CircuitBreaker()

  // MARK: - When it opens

  @Test(arguments: [
    ([1, 2, 3, 1, 1], true), ([1, 2, 3, 1], false), ([1, 2, 1, 2, 1, 2, 1], false),
    ([1, 1, 1, 1, 1, 1, 2, 3], true), ([1, 2, 3, 4, 5], true),
  ])
  mutating func `five bad calls in a row for three recipients open it`(
    recipients: [Int], opens: Bool
  ) {
    var changes: [CircuitBreaker.Change] = []
    for recipient in recipients {
      note(.transient(wait: nil), for: recipient, at: 0).map { changes.append($0) }
    }
    #expect(changes == (opens ? [.opened(.row(recipients.count))] : []))
    #expect((breaker.nextProbe == at(5)) == opens)
  }

  @Test(arguments: [
    Answer.Class.accepted, .rejected, .misconfigured(.destination), .misconfigured(.template),
  ])
  mutating func `a good call in between begins the row anew`(class: Answer.Class) {
    for recipient in 1...4 { note(.ambiguous, for: recipient, at: 0) }
    note(`class`, at: 0)
    for recipient in 1...4 { note(.ambiguous, for: recipient, at: 0) }
    #expect(breaker.nextProbe == nil)
    note(.ambiguous, for: 5, at: 0)
    #expect(breaker.nextProbe != nil)
  }

  @Test(arguments: [
    Answer.Class.throttled(wait: nil, scope: .connector), .throttled(wait: nil, scope: .recipient),
    .misconfigured(.account),
  ])
  mutating func `what says nothing of the service is neither good nor bad`(class: Answer.Class) {
    for _ in 1...30 { note(`class`, at: 0) }
    for recipient in 1...4 { note(.ambiguous, for: recipient, at: 0) }
    note(`class`, at: 0)
    #expect(breaker.nextProbe == nil)
    expectNote(.ambiguous, for: 5, at: 0, makes: .opened(.row(5)))
  }

  @Test mutating func `half of the last twenty calls open it, less do not`() {
    for _ in 0..<4 { note(.accepted, at: 0) }
    for index in 0..<8 { noteBadThenGood(index) }
    note(.accepted, at: 1)
    note(.ambiguous, for: 8, at: 1)
    #expect(breaker.nextProbe == nil, "9 of the last 20 are bad")
    expectNote(.ambiguous, for: 9, at: 1, makes: .opened(.share(10, of: 20)))
  }

  @Test mutating func `fewer than twenty calls are no share`() {
    for index in 0..<9 { noteBadThenGood(index) }
    note(.ambiguous, for: 9, at: 1)
    #expect(breaker.nextProbe == nil, "10 of 19 are bad")
    note(.accepted, at: 1)
    note(.ambiguous, for: 10, at: 1)
    #expect(breaker.nextProbe != nil)
  }

  @Test(arguments: [(300.0, true), (300.001, false)])
  mutating func `only what is within five minutes is a share`(end: Double, opens: Bool) {
    note(.accepted, at: 0)
    for index in 0..<9 { noteBadThenGood(index) }
    note(.ambiguous, for: 9, at: end)
    #expect((breaker.nextProbe != nil) == opens)
  }

  @Test mutating func `one odd recipient does not open it, however often it fails`() {
    for _ in 0..<100 {
      note(.ambiguous, for: 1, at: 0)
      note(.transient(wait: nil), for: 1, at: 0)
      note(.transient(wait: nil), for: 2, at: 0)
    }
    #expect(breaker.nextProbe == nil)
    note(.ambiguous, for: 3, at: 0)
    #expect(breaker.nextProbe != nil)
  }

  @Test mutating func `a code that says that the service is out opens it at once`() {
    expectNote(.transient(wait: nil), isOutage: true, at: 0, makes: .opened(.outage))
    #expect(breaker.nextProbe == at(5))
  }

  // MARK: - While it is open

  @Test mutating func `one request goes after five seconds, and the next only when it is known`() {
    open(at: 0)
    #expect(breaker.state(at: at(4.999)) == .open)
    expectRefuses(at: 4.999)
    #expect(breaker.state(at: at(5)) == .probing, "half-open by time alone")
    expectAdmits(at: 5)
    #expect(breaker.state(at: at(5.5)) == .probing)
    expectRefuses(at: 5)
    expectRefuses(at: 9.999)
    expectNote(.accepted, startedAt: 5, at: 6, makes: .closed)
    #expect(breaker.state(at: at(6)) == .closed)
    expectAdmits(at: 6)
    expectAdmits(at: 6)
  }

  @Test mutating func `waits double up to a minute while probes are bad, and begin anew`() {
    open(at: 0)
    var now = 0.0
    for wait in [5.0, 10, 20, 40, 60, 60] {
      now += wait
      #expect(breaker.nextProbe == at(now))
      expectAdmits(at: now)
      expectNote(.ambiguous, startedAt: now, at: now, makes: .opened(.probe))
      #expect(breaker.state(at: at(now)) == .open)
    }
    expectAdmits(at: now + 60)
    note(.rejected, startedAt: now + 60, at: now + 60)
    open(at: now + 61)
    #expect(breaker.nextProbe == at(now + 66))
  }

  @Test mutating func `closing forgets what was before`() {
    open(at: 0)
    expectAdmits(at: 5)
    note(.accepted, startedAt: 5, at: 5)
    for recipient in 1...4 { note(.ambiguous, for: recipient, at: 6) }
    #expect(breaker.nextProbe == nil)
  }

  @Test(arguments: [
    Answer.Class.throttled(wait: nil, scope: .connector), .misconfigured(.account),
  ])
  mutating func `a probe that tells nothing is followed by another`(class: Answer.Class) {
    open(at: 0)
    expectAdmits(at: 5)
    expectNote(`class`, startedAt: 5, at: 6, makes: nil)
    #expect(breaker.state(at: at(6)) == .open)
    expectRefuses(at: 9.999)
    expectAdmits(at: 10)
  }

  @Test mutating func `a probe that never returns blocks nothing`() {
    open(at: 0)
    expectAdmits(at: 5)
    expectAdmits(at: 10)
    note(.accepted, startedAt: 5, at: 11)
    #expect(breaker.state(at: at(11)) == .closed)
  }

  @Test mutating func `a probe that was never sent makes room for another at once`() {
    open(at: 0)
    expectAdmits(at: 5)
    breaker.withdraw(startedAt: at(5))
    expectAdmits(at: 5)
    breaker.withdraw(startedAt: at(4))
    expectRefuses(at: 5)
  }

  @Test
  mutating func `calls from before it opened change nothing, neither while it is open nor after`() {
    open(at: 1)
    for recipient in 1...5 { note(.ambiguous, for: recipient, startedAt: 0.9, at: 2) }
    note(.accepted, startedAt: 0.9, at: 3)
    #expect(breaker.nextProbe == at(6))
    expectAdmits(at: 6)
    note(.accepted, startedAt: 6, at: 7)
    for recipient in 1...5 { note(.ambiguous, for: recipient, startedAt: 0.9, at: 8) }
    #expect(breaker.nextProbe == nil)
  }

  // MARK: - Words

  private func at(_ seconds: Double) -> Timestamp {
    Timestamp(milliseconds: 1_700_000_000_000 + Int64((seconds * 1_000).rounded()))
  }

  @discardableResult
  private mutating func note(
    _ class: Answer.Class, isOutage: Bool = false, for recipient: Int = 0,
    startedAt: Double? = nil, at now: Double
  ) -> CircuitBreaker.Change? {
    breaker.note(
      Answer(`class`, code: "x", isOutage: isOutage), recipient: recipient,
      startedAt: at(startedAt ?? now), now: at(now))
  }

  private mutating func expectNote(
    _ class: Answer.Class, isOutage: Bool = false, for recipient: Int = 0,
    startedAt: Double? = nil, at now: Double, makes expected: CircuitBreaker.Change?,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let change = note(
      `class`, isOutage: isOutage, for: recipient, startedAt: startedAt, at: now)
    #expect(change == expected, sourceLocation: sourceLocation)
  }

  private mutating func noteBadThenGood(_ recipient: Int) {
    note(.ambiguous, for: recipient, at: 1)
    note(.accepted, at: 1)
  }

  private mutating func open(at now: Double) {
    for recipient in 1...5 { note(.ambiguous, for: recipient, at: now) }
    #expect(breaker.nextProbe == at(now + 5))
  }

  private mutating func expectAdmits(
    at seconds: Double, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let isPassable = breaker.isPassable(at: at(seconds))
    let admitted = breaker.admits(at: at(seconds))
    #expect(admitted && isPassable, sourceLocation: sourceLocation)
  }

  private mutating func expectRefuses(
    at seconds: Double, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let isPassable = breaker.isPassable(at: at(seconds))
    let admitted = breaker.admits(at: at(seconds))
    #expect(!admitted && !isPassable, sourceLocation: sourceLocation)
  }
}
