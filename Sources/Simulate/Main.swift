import Glibc
import Simulation

/// Runs schedules of the simulation: `otp-simulate SEEDS [--trace] [--planted FAULT]`.
@main
struct Main {
  static func main() {
    makeHashesTheSame()
    guard let request = SimulationRequest(CommandLine.arguments.dropFirst()) else {
      print("usage: otp-simulate SEED|FIRST-LAST [--trace] [--planted FAULT]")
      exit(64)
    }
    exit(request.isTraced ? replay(request) : runAll(request))
  }

  /// Hashes differ from process to process, and with them the order of a dictionary; begins anew when
  /// they do, because a seed has to mean the same every time.
  private static func makeHashesTheSame() {
    guard getenv("SWIFT_DETERMINISTIC_HASHING") == nil else { return }
    setenv("SWIFT_DETERMINISTIC_HASHING", "1", 1)
    execv("/proc/self/exe", CommandLine.unsafeArgv)
  }

  private static func replay(_ request: SimulationRequest) -> Int32 {
    let result = Schedule().run(seed: request.seeds.lowerBound, planted: request.planted) {
      print($0)
    }
    print("seed \(result.seed): \(result.steps) steps, digest \(String(result.digest, radix: 16))")
    guard let breach = result.breach else { return 0 }
    print("BROKEN \(breach.promise.rawValue): \(breach.text)")
    return 1
  }

  private static func runAll(_ request: SimulationRequest) -> Int32 {
    CrashNote.install()
    let schedule = Schedule()
    let clock = ContinuousClock()
    let start = clock.now
    var (steps, failed, shown) = (0, 0, start)
    var count = 0
    for seed in request.seeds {
      CrashNote.note(seed)
      let result = schedule.run(seed: seed, planted: request.planted)
      steps += result.steps
      count += 1
      if let breach = result.breach {
        failed += 1
        print("\nseed \(seed): BROKEN \(breach.promise.rawValue): \(breach.text)")
        if failed == 1 { printEnd(of: seed, request) }
        if failed == 10 { break }
      }
      if clock.now - shown > .seconds(1) {
        shown = clock.now
        showProgress("\r\(count) of \(request.seeds.count) schedules, \(failed) failed ")
      }
    }
    let time = max((clock.now - start) / .seconds(1), 0.001)
    showProgress("\r")
    print(
      "\(count) schedules, \(failed) failed; \(Int(Double(count) / time)) schedules/s, "
        + "\(Int(Double(steps) / time)) events/s")
    for (promise, reason) in Promise.unmet {
      print("not asked for yet: \(promise.rawValue) (\(reason))")
    }
    return failed == 0 ? 0 : 1
  }

  private static func showProgress(_ text: String) {
    _ = text.utf8CString.withUnsafeBytes { write(2, $0.baseAddress, $0.count - 1) }
  }

  /// Runs a seed again, and prints what led to the fault.
  private static func printEnd(of seed: UInt64, _ request: SimulationRequest) {
    var lines: [String] = []
    _ = Schedule().run(seed: seed, planted: request.planted) { lines.append($0) }
    for line in lines.suffix(40) { print("  " + line) }
    print("  all of it: make simulate SEED=\(seed) TRACE=1")
  }
}
