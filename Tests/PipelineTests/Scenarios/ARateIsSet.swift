import Delivery
import Sandbox
import Testing

extension Scenarios {
  @Test func `no more leave than the rate allows, and as many as it allows`() async throws {
    try await play(Setting(rateLimit: 10)) { scenario in
      try await scenario.wait(forShare: 100)
      await scenario.advance(by: .seconds(10))
      #expect(await scenario.status().contains(#""tokens":10"#))
      try await scenario.enqueue(all: (0..<40).map { scenario.request("\($0)") })
      try await scenario.sent(10)
      for count in 11...40 {
        await scenario.advance(by: .milliseconds(99))
        #expect(scenario.journal.contents.sent.count == count - 1)
        await scenario.advance(by: .milliseconds(1))
        try await scenario.sent(count)
      }
      #expect(scenario.journal.contents.sent == (0..<40).map { "\($0)" })
    }
  }

  @Test func `two workers share the rate as they share the partitions`() async throws {
    try await play(Setting(partitions: 2, rateLimit: 10)) { scenario in
      try await scenario.wait(forShare: 100)
      try await scenario.startWorker()
      try await scenario.logged("partitions assigned", count: 3)
      try await scenario.wait(forShare: 50)
      for partition in 0..<2 as Range<Int32> {
        try await scenario.enqueue(
          all: (0..<20).map { scenario.request("\(partition)-\($0)") }, partition: partition)
      }
      try await scenario.withRunningClock {
        _ = try await scenario.journal.first("40 tries") { $0.endedTries == 40 ? true : nil }
      }
      // At most ten at once, five by each, and then ten a second: were each to take the whole rate, it would
      // be twenty and twenty.
      let times = (0..<2).flatMap { partition in
        (0..<20).flatMap { scenario.journal.contents.sends(of: "\(partition)-\($0)") }
      }.sorted()
      #expect(times.count == 40)
      #expect(times[39] - times[0] >= .milliseconds(2_900))
    }
  }
}

extension Scenario {
  /// Waits until the newest worker knows its share of the rate.
  fileprivate func wait(forShare percent: Int) async throws {
    while !(await status().contains(#""sharePercent":\#(percent)"#)) {
      try Task.checkCancellation()
      await advance(by: .milliseconds(100))
    }
  }

  /// Waits until so many tries have ended, and no more have begun.
  fileprivate func sent(_ count: Int) async throws {
    _ = try await journal.first("\(count) tries") { $0.endedTries >= count ? true : nil }
    #expect(journal.contents.sent.count == count)
  }
}
