import Dispatch
public import EventLoop
import Synchronization

extension EventLoop {
  /// What `question` returns when the loop runs it; nil when the loop does not come round in time.
  ///
  /// For threads that show what the loop owns. Waits, so never to be called on the loop itself.
  public func answer<Value: Sendable>(
    within limit: Duration, to question: @escaping @Sendable () -> Value
  ) -> Value? {
    precondition(!isOnLoop, "the loop cannot wait for itself")
    let reply = Reply<Value>()
    post { reply.give(question()) }
    return reply.wait(limit)
  }
}

/// Handed from the loop to the thread that waits for it.
private final class Reply<Value: Sendable>: Sendable {
  private let value = Mutex<Value?>(nil)
  private let isGiven = DispatchSemaphore(value: 0)

  func give(_ value: Value) {
    self.value.withLock { $0 = value }
    isGiven.signal()
  }

  func wait(_ limit: Duration) -> Value? {
    let nanoseconds = Int(clamping: Int64(limit / .nanoseconds(1)))
    _ = isGiven.wait(timeout: .now() + .nanoseconds(nanoseconds))
    return value.withLock { $0 }
  }
}
