import Glibc
import Synchronization

/// Says which seed it was when the process crashes.
enum CrashNote {
  private static let seed = Atomic<UInt64>(0)

  /// Notes the seed that is about to be run.
  static func note(_ number: UInt64) { seed.store(number, ordering: .relaxed) }

  /// Prints the seed when a check of Swift's ends the process.
  static func install() {
    signal(SIGILL) { number in
      let text = "\nseed \(CrashNote.seed.load(ordering: .relaxed)): CRASHED\n"
      _ = text.utf8CString.withUnsafeBytes { write(1, $0.baseAddress, $0.count - 1) }
      signal(number, SIG_DFL)
    }
  }
}
