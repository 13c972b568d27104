import EventLoop
import TestSupport

extension LoopHost {
  /// Lets the loop come round at least so many times, whether anything is ready or not.
  func turns(_ count: Int, of loop: EventLoop) async throws {
    // Conditions are looked at in the middle of a turn: neither this one nor the last one is whole.
    var left = count + 2
    try await wait {
      left -= 1
      if left >= 0 { loop.requestTurn() }
      return left < 0
    }
  }
}
