public import EventLoop
import Glibc

/// An event loop that runs on a thread of its own until it is stopped or released.
public final class RunningLoop: Sendable {
  /// The loop.
  public let loop: EventLoop

  /// Starts the thread.
  public init(clock: any Clock = SystemClock()) {
    loop = EventLoop(clock: clock)
    var thread = pthread_t()
    let failure = pthread_create(&thread, nil, run, Unmanaged.passRetained(loop).toOpaque())
    precondition(failure == 0, "no thread left for a loop")
    pthread_detach(thread)
  }

  deinit { loop.stop() }

  /// Ends the thread after the loop's current turn.
  public func stop() { loop.stop() }
}

/// The thread's start: releases the reference that was handed over.
private func run(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context else { return nil }
  Unmanaged<EventLoop>.fromOpaque(context).takeRetainedValue().run()
  return nil
}
