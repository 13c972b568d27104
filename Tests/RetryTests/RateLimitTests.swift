import Delivery
import Retry
import TestSupport
import Testing

@Suite struct RateLimitTests {
  @Test func `nothing leaves before a share is told`() {
    var limit = RateLimit(perSecond: 10)
    let early = limit.takeToken(at: at(0))
    let late = limit.takeToken(at: at(1_000_000))
    #expect(!early && !late)
    #expect(limit.nextToken(at: at(0)) == nil)
  }

  @Test(arguments: [
    (10.0, 1.0, 100), (10, 0.5, 200), (0.5, 1, 2_000), (0.5, 0.25, 8_000), (3, 1, 334),
    (1_000, 1, 1),
  ])
  func `the first leaves at once, the next when the share has gained a token`(
    perSecond: Double, share: Double, milliseconds: Int64
  ) {
    var limit = limit(perSecond, share: share)
    let first = limit.takeToken(at: at(0))
    #expect(first)
    let next = at(0) + .milliseconds(milliseconds)
    #expect(limit.nextToken(at: at(0)) == next)
    let early = limit.takeToken(at: next + .milliseconds(-1))
    #expect(!early)
    let due = limit.takeToken(at: next)
    #expect(due)
  }

  @Test(arguments: [(10.0, 1.0, 10), (10, 0.25, 2), (0.5, 1, 1), (7.9, 1, 7), (100, 0.001, 1)])
  func `after a quiet time one second's worth leaves at once, and one message at least`(
    perSecond: Double, share: Double, burst: Int
  ) {
    var limit = limit(perSecond, share: share)
    var taken = 0
    while limit.takeToken(at: at(100_000)) { taken += 1 }
    #expect(taken == burst)
  }

  @Test(arguments: [0.3, 1, 7, 33.3, 450, 12_345.6])
  func `whoever comes when told gets the rate, whatever the waits in between`(perSecond: Double) {
    var generator = SeededGenerator(seed: UInt64(perSecond * 10))
    var limit = limit(perSecond, share: 1)
    var (now, count) = (at(0), 0)
    let end = at(max(100, 100 / perSecond))
    while now <= end {
      if limit.takeToken(at: now) {
        count += 1
        continue
      }
      let next = limit.nextToken(at: now)
      #expect((next ?? now) > now)
      now = next ?? end
      // A wait of its own, now and then, no longer than what the bucket holds.
      if perSecond > 2, Bool.random(using: &generator) { now = now + .milliseconds(100) }
    }
    let seconds = Double((end - at(0)).milliseconds) / 1_000
    let expected = perSecond * seconds
    #expect(abs(Double(count) - expected) <= max(2, perSecond * 0.2))
  }

  @Test func `a smaller share holds less, a larger one fills up again`() {
    var limit = limit(10, share: 1)
    limit.setShare(0.5, at: at(100))
    #expect(limit.tokens(at: at(100)) == 5)
    limit.setShare(1, at: at(100))
    #expect(limit.tokens(at: at(100)) == 5)
    #expect(limit.tokens(at: at(100.3)) == 8)
  }

  @Test func `a share that is taken away and given back brings nothing along`() {
    var limit = limit(10, share: 1)
    while limit.takeToken(at: at(100)) {}
    limit.setShare(0, at: at(100))
    let taken = limit.takeToken(at: at(200))
    #expect(!taken)
    limit.setShare(1, at: at(200))
    #expect(limit.tokens(at: at(200)) == 0)
    #expect(limit.nextToken(at: at(200)) == at(200.1))
  }

  @Test func `a token whose message was not sent is there again`() {
    var limit = limit(1, share: 1)
    let first = limit.takeToken(at: at(0))
    limit.giveBack()
    let second = limit.takeToken(at: at(0))
    #expect(first && second)
    limit.giveBack()
    limit.giveBack()
    #expect(limit.tokens(at: at(0)) == 1)
  }

  @Test func `a clock that is set back stops nothing`() {
    var limit = limit(10, share: 1)
    while limit.takeToken(at: at(1_000)) {}
    let first = limit.takeToken(at: at(0))
    let second = limit.takeToken(at: at(0))
    #expect(first && !second)
    #expect(limit.nextToken(at: at(0)) == at(0.1))
  }

  private func at(_ seconds: Double) -> Timestamp {
    Timestamp(milliseconds: 1_700_000_000_000 + Int64((seconds * 1_000).rounded()))
  }

  private func limit(_ perSecond: Double, share: Double) -> RateLimit {
    var limit = RateLimit(perSecond: perSecond)
    limit.setShare(share, at: at(0))
    return limit
  }
}
