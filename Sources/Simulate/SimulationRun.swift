import Dispatch
import Glibc
import Simulation
import Synchronization

/// Runs many schedules, on every core; each has a world of its own, so that what a seed means stays the same.
final class SimulationRun: Sendable {
  private struct Progress {
    var next: UInt64?
    var count = 0
    var steps = 0
    var failed: [UInt64] = []
    var shown = ContinuousClock.now
  }
  /// So many broken schedules are enough to see what is wrong.
  private static let mostFailures = 10

  private let request: SimulationRequest
  private let progress: Mutex<Progress>

  init(_ request: SimulationRequest) {
    self.request = request
    progress = Mutex(Progress(next: request.seeds.lowerBound))
  }

  /// Runs all; returns the exit code.
  func run() -> Int32 {
    CrashNote.install()
    let start = ContinuousClock.now
    let cores = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    DispatchQueue.concurrentPerform(iterations: min(cores, request.seeds.count)) { _ in
      let schedule = Schedule()
      while let seed = nextSeed() {
        CrashNote.note(seed)
        note(schedule.run(seed: seed, planted: request.planted))
      }
    }
    let time = max((ContinuousClock.now - start) / .seconds(1), 0.001)
    let (count, steps, failed) = progress.withLock { ($0.count, $0.steps, $0.failed.sorted()) }
    showProgress("\r")
    print(
      "\(count) schedules, \(failed.count) failed; \(Int(Double(count) / time)) schedules/s, "
        + "\(Int(Double(steps) / time)) events/s")
    for (promise, reason) in Promise.unmet {
      print("not asked for yet: \(promise.rawValue) (\(reason))")
    }
    if let first = failed.first { printEnd(of: first) }
    return failed.isEmpty ? 0 : 1
  }

  private func nextSeed() -> UInt64? {
    progress.withLock { progress in
      guard let seed = progress.next, progress.failed.count < Self.mostFailures else { return nil }
      progress.next = seed < request.seeds.upperBound ? seed + 1 : nil
      return seed
    }
  }

  private func note(_ result: Schedule.Result) {
    progress.withLock { progress in
      progress.count += 1
      progress.steps += result.steps
      if let breach = result.breach {
        progress.failed.append(result.seed)
        print("\nseed \(result.seed): BROKEN \(breach.promise.rawValue): \(breach.text)")
      }
      let now = ContinuousClock.now
      if now - progress.shown > .seconds(1) {
        progress.shown = now
        showProgress(
          "\r\(progress.count) of \(request.seeds.count) schedules, \(progress.failed.count) failed "
        )
      }
    }
  }

  /// Only where somebody watches.
  private func showProgress(_ text: String) {
    guard isatty(2) != 0 else { return }
    _ = text.utf8CString.withUnsafeBytes { write(2, $0.baseAddress, $0.count - 1) }
  }

  /// Runs a seed again, and prints what led to the fault.
  private func printEnd(of seed: UInt64) {
    var lines: [String] = []
    _ = Schedule().run(seed: seed, planted: request.planted) { lines.append($0) }
    print("what led to seed \(seed):")
    for line in lines.suffix(40) { print("  " + line) }
    print("  all of it: make simulate SEED=\(seed) TRACE=1")
  }
}
