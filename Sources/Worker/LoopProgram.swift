import EventLoop
import Synchronization

/// Runs an asynchronous program whose thread is the event loop.
enum LoopProgram {
  /// Makes the calling thread the loop until `body` returns.
  /// - Returns: what `body` returned.
  static func run(_ body: @escaping @Sendable (EventLoop) async -> Int32) -> Int32 {
    let loop = EventLoop()
    let code = Mutex<Int32>(ExitCode.software)
    Task(executorPreference: loop) {
      let result = await body(loop)
      code.withLock { $0 = result }
      loop.stop()
    }
    loop.run()
    return code.withLock { $0 }
  }
}
