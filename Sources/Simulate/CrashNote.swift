import Glibc

/// Says which seed it was when the process crashes.
enum CrashNote {
  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key, nil)
    return key
  }()

  /// Notes the seed that the calling thread is about to run.
  static func note(_ number: UInt64) {
    pthread_setspecific(key, UnsafeRawPointer(bitPattern: UInt(number)))
  }

  /// Prints the seed when a check of Swift's ends the process.
  static func install() {
    signal(SIGILL) { number in
      let text = "\nseed \(UInt(bitPattern: pthread_getspecific(CrashNote.key))): CRASHED\n"
      _ = text.utf8CString.withUnsafeBytes { write(1, $0.baseAddress, $0.count - 1) }
      signal(number, SIG_DFL)
    }
  }
}
