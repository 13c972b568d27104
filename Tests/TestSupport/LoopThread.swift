public import EventLoop
import Glibc

/// An event loop on a thread of its own, as the actor that a test's body runs on.
public actor LoopHost {
  /// The loop.
  public nonisolated let loop: EventLoop
  private var waiting:
    [(condition: () -> Bool, continuation: CheckedContinuation<Void, any Error>)] =
      []

  private var isCancelled = false

  /// The loop, as Swift's concurrency knows it.
  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    loop.asUnownedSerialExecutor()
  }

  fileprivate init(loop: EventLoop) { self.loop = loop }

  /// Waits until `condition` holds, which is looked at after each turn of the loop.
  /// - Throws: when the test is cancelled, as its time limit does.
  public func wait(until condition: @escaping () -> Bool) async throws {
    if isCancelled { throw CancellationError() }
    if condition() { return }
    try await withCheckedThrowingContinuation { waiting.append((condition, $0)) }
  }

  fileprivate func cancel() {
    isCancelled = true
    for each in waiting { each.continuation.resume(throwing: CancellationError()) }
    waiting = []
  }

  fileprivate func lookAtConditions() {
    var unmet: [(condition: () -> Bool, continuation: CheckedContinuation<Void, any Error>)] = []
    var met: [CheckedContinuation<Void, any Error>] = []
    for each in waiting {
      if each.condition() { met.append(each.continuation) } else { unmet.append(each) }
    }
    waiting = unmet
    for continuation in met { continuation.resume() }
  }
}

/// Runs `body` on an event loop that ends with it.
public func withLoop<R: Sendable>(
  clock: any Clock = SystemClock(),
  _ body: @escaping @Sendable (isolated LoopHost, EventLoop) async throws -> R
) async throws -> R {
  let loop = EventLoop(clock: clock)
  let host = LoopHost(loop: loop)
  loop.onEachTurn { [weak host] in host?.assumeIsolated { $0.lookAtConditions() } }
  var thread = pthread_t()
  let failure = pthread_create(&thread, nil, runLoop, Unmanaged.passRetained(loop).toOpaque())
  precondition(failure == 0, "no thread left for a loop")
  pthread_detach(thread)
  defer { loop.stop() }
  let task = Task(executorPreference: loop) { try await body(host, loop) }
  return try await withTaskCancellationHandler {
    try await task.value
  } onCancel: {
    task.cancel()
    loop.post { host.assumeIsolated { $0.cancel() } }
  }
}

/// The thread's start: releases the reference that was handed over.
private func runLoop(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context else { return nil }
  Unmanaged<EventLoop>.fromOpaque(context).takeRetainedValue().run()
  return nil
}
