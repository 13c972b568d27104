import Foundation

/// Why a drill could not go on.
struct Misfortune: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// Runs something on a thread of its own.
func thread(_ body: @escaping @Sendable () -> Void) {
  Thread.detachNewThread(body)
}

/// Waits.
func pause(_ time: Duration) { Thread.sleep(forTimeInterval: time.seconds) }
