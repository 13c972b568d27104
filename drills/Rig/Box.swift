import Dispatch
import Synchronization

/// A value that one thread waits for and another brings.
final class Box<Value: Sendable>: Sendable {
  private let value = Mutex<Value?>(nil)
  private let filled = DispatchSemaphore(value: 0)

  func fill(_ new: Value) {
    value.withLock { $0 = new }
    filled.signal()
  }

  func wait() -> Value {
    filled.wait()
    return value.withLock { $0! }
  }
}

/// Waits on this thread for what a task comes to.
func blocking<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) -> Value {
  let box = Box<Value>()
  Task.detached { box.fill(await body()) }
  return box.wait()
}
