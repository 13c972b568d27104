import EventLoop
import Glibc

/// An event loop on a thread of its own, until it is released.
final class LoopThread: Sendable {
  let loop = EventLoop()

  init() {
    var thread = pthread_t()
    let failure = pthread_create(&thread, nil, runLoop, Unmanaged.passRetained(loop).toOpaque())
    precondition(failure == 0, "no thread left for a loop")
    pthread_detach(thread)
  }

  deinit { loop.stop() }

  /// Does something on the loop and waits for what comes of it.
  func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) -> Value {
    let box = Box<Value>()
    loop.post { box.fill(body()) }
    return box.wait()
  }
}

/// The thread's start: releases the reference that was handed over.
private func runLoop(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context else { return nil }
  Unmanaged<EventLoop>.fromOpaque(context).takeRetainedValue().run()
  return nil
}
