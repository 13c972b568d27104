import Testing

@testable import Worker

struct StopClockTests {
  @Test func `a stop is over after 25 s, however often it is looked at`() {
    let clock = Clock()
    for second in 0..<100 {
      #expect(
        clock.look(false, .zero, second) == .nothing)
    }
    for second in 100..<125 {
      #expect(
        clock.look(true, .zero, second) == .nothing)
    }
    #expect(
      clock.look(true, .zero, 125) == .over)
  }

  @Test func `a stop that the loop never heard of is over as well`() {
    let clock = Clock()
    #expect(
      clock.look(true, .seconds(40), 0) == .hangs(.seconds(40)))
    #expect(
      clock.look(true, .seconds(65), 25) == .over)
  }

  @Test func `a loop that hangs is told of once, and again when it hangs again`() {
    let clock = Clock()
    let ages = [0, 29, 30, 31, 90, 1, 30, 0]
    let findings = ages.map {
      clock.look(false, .seconds($0), 0)
    }
    #expect(
      findings == [
        .nothing, .nothing, .hangs(.seconds(30)), .nothing, .nothing, .nothing,
        .hangs(.seconds(30)), .nothing,
      ])
  }
}

/// A clock that expectations can look at, second by second.
private final class Clock {
  private let begin = ContinuousClock.now
  private var clock = StopClock()

  func look(
    _ isStopWanted: Bool, _ sinceTick: Duration, _ second: Int
  ) -> StopClock.Finding {
    clock.look(isStopWanted: isStopWanted, sinceTick: sinceTick, now: begin + .seconds(second))
  }
}
