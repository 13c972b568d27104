import Foundation
import Simulation
import Testing

/// A few schedules of what `make simulate` runs by the thousand.
@Suite(.timeLimit(.minutes(1)))
struct SimulationTests {
  /// Whether hashes, and with them the order of dictionaries, are the same in every process.
  private static let isRepeatable =
    ProcessInfo.processInfo.environment["SWIFT_DETERMINISTIC_HASHING"] != nil

  @Test func `every promise is kept whatever goes wrong`() {
    let schedule = Schedule()
    for seed in 1...120 as ClosedRange<UInt64> {
      let breach = schedule.run(seed: seed).breach
      #expect(breach == nil, "make simulate SEED=\(seed) TRACE=1")
    }
  }

  @Test(arguments: PlantedFault.allCases.filter { $0 != .none })
  func `a planted fault is found`(fault: PlantedFault) {
    let schedule = Schedule()
    let found = (1...1_000 as ClosedRange<UInt64>).first {
      schedule.run(seed: $0, planted: fault).breach != nil
    }
    #expect(found != nil)
  }

  @Test(.enabled(if: isRepeatable)) func `a seed stands for one course of events`() {
    for seed in 300...310 as ClosedRange<UInt64> {
      let once = Schedule().run(seed: seed)
      let again = Schedule().run(seed: seed)
      #expect(once.digest == again.digest)
      #expect(once.steps == again.steps)
    }
  }

  @Test func `seeds stand for different courses of events`() {
    let digests = (1...10 as ClosedRange<UInt64>).map { Schedule().run(seed: $0).digest }
    #expect(Set(digests).count == digests.count)
  }

  @Test func `a trace tells what happened`() {
    var lines: [String] = []
    _ = Schedule().run(seed: 1) { lines.append($0) }
    #expect(lines.contains { $0.contains("provider takes") })
    #expect(lines.contains { $0.contains("commit of") })
  }
}
