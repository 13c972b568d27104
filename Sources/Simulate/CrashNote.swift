import Glibc

/// Says which seed it was when the process crashes.
enum CrashNote {
  // Made before any thread that uses it, and never changed.
  nonisolated(unsafe) private static var key = pthread_key_t()

  /// Notes the seed that the calling thread is about to run.
  static func note(_ number: UInt64) {
    pthread_setspecific(key, UnsafeRawPointer(bitPattern: UInt(number)))
  }

  /// Prints the seed when a check of Swift's ends the process.
  static func install() {
    pthread_key_create(&key, nil)
    signal(SIGILL) { number in
      let text = "\nseed \(UInt(bitPattern: pthread_getspecific(CrashNote.key))): CRASHED\n"
      _ = text.utf8CString.withUnsafeBytes { write(1, $0.baseAddress, $0.count - 1) }
      signal(number, SIG_DFL)
    }
  }
}
