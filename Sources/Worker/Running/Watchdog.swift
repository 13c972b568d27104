import EventLoop
import Foundation
import Glibc
import Pipeline

/// Looks after the loop from a thread of its own: tells when it hangs, and ends a stop that does.
///
/// A loop that hangs does not hear a signal either; the kernel then still has it, and the watchdog sees that.
struct Watchdog: Sendable {
  let loop: EventLoop
  let stop: StopSignal
  let log: Log?
  /// What is held, in one line without anything secret; must answer without the loop.
  var held: @Sendable () -> String = { "" }

  /// Begins to look, once a second, until the process ends.
  func start() {
    Thread.detachNewThread {
      var clock = StopClock()
      while true {
        Glibc.sleep(1)
        act(on: clock.look(isStopWanted: isStopWanted, sinceTick: sinceTick, now: .now))
      }
    }
  }

  private var isStopWanted: Bool {
    stop.isRequested || Signals.isPending(anyOf: [SIGTERM, SIGINT])
  }

  private var sinceTick: Duration { .milliseconds(loop.millisecondsSinceTick) }

  private func act(on finding: StopClock.Finding) {
    switch finding {
    case .nothing: break
    case .hangs(let time):
      log?.error(
        "the event loop hangs: it has not come round", .duration(.age, time), .detail(held()))
    case .over:
      let held = described
      log?.error("the stop took longer than 25 s: ending at once", .detail(held))
      log?.flush(within: .seconds(1))
      printError("otp-worker: the stop took longer than 25 s: ending at once; \(held)")
      _exit(ExitCode.software)
    }
  }

  /// What is held, and for how long the loop has not come round if that is the reason.
  private var described: String {
    let silence = sinceTick
    guard silence >= .seconds(5) else { return held() }
    return "\(held()); the loop last came round \(Int(silence / .seconds(1))) s ago"
  }
}
