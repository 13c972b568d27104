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
      // Both have their partition for good once something was taken from each.
      for partition in 0..<2 as Range<Int32> {
        let place = try await scenario.enqueue(nil, partition: partition)
        try await scenario.withRunningClock { _ = try await scenario.outcome(of: place) }
      }
      await scenario.advance(by: .seconds(10))
      for partition in 0..<2 as Range<Int32> {
        try await scenario.enqueue(
          all: (0..<20).map { scenario.request("\(partition)-\($0)") }, partition: partition)
        _ = try await scenario.outcome(of: scenario.enqueue(nil, partition: partition))
      }
      try await scenario.sent(10)
      for second in 1...2 {
        for _ in 0..<10 { await scenario.advance(by: .milliseconds(100)) }
        try await scenario.sent(10 + 10 * second)
      }
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
