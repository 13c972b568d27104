import EventLoop
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct TimerTests {
  private let clock = ManualClock(wallMilliseconds: 1_790_000_000_000)

  @Test func `timers run when the clock comes to them, the earliest first`() async throws {
    try await withLoop(clock: clock) { [clock] host, loop in
      let start = clock.now
      var ran: [String] = []
      loop.schedule(at: start + .seconds(3)) { ran.append("third") }
      loop.schedule(at: start + .seconds(1)) { ran.append("first") }
      loop.schedule(after: .seconds(2)) { ran.append("second") }
      loop.schedule(at: start + .seconds(2)) { ran.append("second as well") }
      try await host.turns(2, of: loop)
      #expect(ran.isEmpty)

      clock.advance(by: .seconds(1))
      try await host.turns(1, of: loop)
      #expect(ran == ["first"])

      clock.advance(by: .seconds(10))
      try await host.turns(1, of: loop)
      #expect(ran == ["first", "second", "second as well", "third"])
    }
  }

  @Test func `a cancelled timer does not run, not even when it is due already`() async throws {
    try await withLoop(clock: clock) { [clock] host, loop in
      var ran: [String] = []
      let early = loop.schedule(after: .seconds(1)) { ran.append("cancelled early") }
      let late = loop.schedule(after: .seconds(3)) { ran.append("cancelled late") }
      loop.schedule(after: .seconds(2)) {
        ran.append("kept")
        loop.cancel(late)
      }
      loop.cancel(early)
      clock.advance(by: .seconds(3))
      try await host.turns(2, of: loop)
      #expect(ran == ["kept"])
      loop.cancel(late)
    }
  }

  @Test func `a timer may arm another`() async throws {
    try await withLoop(clock: clock) { [clock] host, loop in
      var ran = 0
      func again() {
        ran += 1
        if ran < 5 { loop.schedule(after: .seconds(1), again) }
      }
      loop.schedule(after: .seconds(1), again)
      for expected in 1...5 {
        clock.advance(by: .seconds(1))
        try await host.turns(1, of: loop)
        #expect(ran == expected)
      }
    }
  }

  @Test func `a task that sleeps goes on when its time has come`() async throws {
    try await withLoop(clock: clock) { [clock] host, loop in
      let due = clock.now + .seconds(60)
      loop.post { clock.advance(by: .seconds(60)) }
      await loop.sleep(until: due)
      #expect(loop.isOnLoop)
      #expect(loop.now == due)
      #expect(loop.wallMilliseconds == 1_790_000_060_000)
    }
  }

  @Test func `on the machine's clock a timer is never early`() async throws {
    try await withLoop { host, loop in
      for delay in [Duration.zero, .microseconds(300), .milliseconds(5)] {
        let due = ContinuousClock.now + delay
        await loop.sleep(until: due)
        #expect(ContinuousClock.now >= due)
      }
    }
  }
}

@Suite struct ClockTests {
  @Test func `a clock moved by hand moves both times and tells who waits`() async {
    let clock = ManualClock(wallMilliseconds: 1_000)
    let start = clock.now
    let told = Signal()
    clock.onAdvance { told.raise() }
    #expect(clock.realTime(until: start + .seconds(1)) == nil)
    #expect(!told.isRaised)
    clock.advance(by: .milliseconds(1_500))
    #expect(told.isRaised)
    #expect(clock.now == start + .milliseconds(1_500))
    #expect(clock.wallMilliseconds == 2_500)
    #expect(clock.realTime(until: start + .seconds(1)) == .zero)
  }

  @Test func `the machine's clock tells how long it is until an instant`() throws {
    let clock = SystemClock()
    let left = try #require(clock.realTime(until: clock.now + .seconds(100)))
    #expect((.seconds(1)...(.seconds(100))).contains(left))
    #expect(clock.wallMilliseconds > 1_700_000_000_000)
  }
}
