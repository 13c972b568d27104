import EventLoop
import Glibc
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

  /// The same for a command that a signal may end at any time.
  /// - Parameters:
  ///   - words: what to say when that happens.
  ///   - body: the command.
  /// - Returns: what `body` returned.
  static func run(
    interruptedWith words: String, _ body: @escaping @Sendable (EventLoop) async -> Int32
  ) -> Int32 {
    run { loop in
      Signals.watch([SIGTERM, SIGINT], on: loop) { signal in
        printError("otp-worker: \(words)")
        // What a shell calls the end by that signal.
        _exit(128 + signal)
      }
      return await body(loop)
    }
  }
}
