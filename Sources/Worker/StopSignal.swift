import EventLoop
import Glibc
import Synchronization

/// SIGTERM and SIGINT: the first asks for a stop in order, the second ends the process at once.
final class StopSignal: Sendable {
  private struct State {
    var isRequested = false
    var waiters: [CheckedContinuation<Void, Never>] = []
  }
  private let state = Mutex(State())

  /// Listens from now on.
  ///
  /// Call on the loop, or before it runs.
  init(on loop: EventLoop) {
    Signals.watch([SIGTERM, SIGINT], on: loop) { [self] _ in request() }
  }

  /// Waits for the first signal.
  func wait() async {
    await withCheckedContinuation { continuation in
      let isRequested = state.withLock { state in
        if !state.isRequested { state.waiters.append(continuation) }
        return state.isRequested
      }
      if isRequested { continuation.resume() }
    }
  }

  /// Whether a stop was asked for.
  var isRequested: Bool { state.withLock { $0.isRequested } }

  /// Asks for a stop, as a signal does.
  func request() {
    let waiters = state.withLock { state -> [CheckedContinuation<Void, Never>]? in
      if state.isRequested { return nil }
      state.isRequested = true
      defer { state.waiters = [] }
      return state.waiters
    }
    guard let waiters else {
      printError("otp-worker: second signal: ending at once; what is in flight may go out twice")
      _exit(ExitCode.failure)
    }
    for waiter in waiters { waiter.resume() }
  }
}
