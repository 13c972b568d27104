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
    exit(request.isTraced ? replay(request) : SimulationRun(request).run())
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
}
