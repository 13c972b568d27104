public import Dispatch
import Synchronization

/// Something that happens once and that others wait for: tasks by `await`, threads by blocking.
public final class Signal: Sendable {
  private struct State {
    var isRaised = false
    var tasks: [CheckedContinuation<Void, Never>] = []
    var threads: [DispatchSemaphore] = []
  }
  private let state = Mutex(State())

  /// A signal that is not raised.
  public init() {}

  /// Whether it was raised.
  public var isRaised: Bool { state.withLock { $0.isRaised } }

  /// Lets everybody go on; raising it again does nothing.
  public func raise() {
    let waiting = state.withLock { state in
      state.isRaised = true
      defer { (state.tasks, state.threads) = ([], []) }
      return (state.tasks, state.threads)
    }
    for task in waiting.0 { task.resume() }
    for thread in waiting.1 { thread.signal() }
  }

  /// Waits for it without holding a thread.
  public func raised() async {
    await withCheckedContinuation { continuation in
      let isRaised = state.withLock { state in
        if !state.isRaised { state.tasks.append(continuation) }
        return state.isRaised
      }
      if isRaised { continuation.resume() }
    }
  }

  /// Blocks the calling thread until it is raised; returns false after `timeout`.
  @discardableResult
  public func block(timeout: DispatchTimeInterval = .seconds(30)) -> Bool {
    let semaphore = DispatchSemaphore(value: 0)
    let isRaised = state.withLock { state in
      if !state.isRaised { state.threads.append(semaphore) }
      return state.isRaised
    }
    return isRaised || semaphore.wait(timeout: .now() + timeout) == .success
  }
}
