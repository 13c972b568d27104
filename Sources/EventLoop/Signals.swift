import CLinux
import Glibc

/// Signals as events of the loop.
public enum Signals {
  /// Blocks `signals` for this thread and every thread that it starts, so that they reach
  /// ``watch(_:on:handler:)`` instead of their default action.
  ///
  /// Call before any thread exists.
  public static func block(_ signals: [Int32]) {
    var set = makeSet(signals)
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// Makes writing to a closed socket an error instead of the end of the process.
  public static func ignoreBrokenPipes() {
    signal(SIGPIPE, SIG_IGN)
  }

  /// Calls `handler` on the loop with the number of each blocked signal that arrives.
  public static func watch(
    _ signals: [Int32], on loop: EventLoop, handler: @escaping (Int32) -> Void
  ) {
    var set = makeSet(signals)
    let fd = signalfd(-1, &set, Int32(SFD_NONBLOCK | SFD_CLOEXEC))
    precondition(fd >= 0, "no descriptor left for signals")
    loop.watch(fd, for: .read) { _ in
      var info = signalfd_siginfo()
      while read(fd, &info, MemoryLayout<signalfd_siginfo>.size)
        == MemoryLayout<signalfd_siginfo>.size
      {
        handler(Int32(info.ssi_signo))
      }
    }
  }

  /// Whether one of `signals`, which are blocked, has arrived and nobody has taken it.
  public static func isPending(anyOf signals: [Int32]) -> Bool {
    var pending = sigset_t()
    guard sigpending(&pending) == 0 else { return false }
    return signals.contains { sigismember(&pending, $0) == 1 }
  }

  private static func makeSet(_ signals: [Int32]) -> sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for number in signals { sigaddset(&set, number) }
    return set
  }
}
