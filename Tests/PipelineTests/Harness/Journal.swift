import Delivery
import Pipeline
import Synchronization

/// All that is seen of a worker while a scenario goes on: its steps, its log, what it wrote to Kafka.
final class Journal: LogSink {
  /// What has been seen so far.
  struct Contents: Sendable {
    private(set) var steps: [Step] = []
    private(set) var stepsByID: [String: [Step]] = [:]
    private(set) var outcomes: [PublishedOutcome] = []
    private(set) var outcomesByID: [String: [PublishedOutcome]] = [:]
    private(set) var outcomesByOrigin: [RecordOrigin: PublishedOutcome] = [:]
    var lines: [String] = []
    var deadLetters: [PublishedRecord] = []
    /// Records of the retry topics.
    var retries: [PublishedRecord] = []
    /// How many workers have stopped.
    var stops = 0

    mutating func add(_ step: Step) {
      steps.append(step)
      stepsByID[step.eventID, default: []].append(step)
    }

    mutating func add(_ outcome: PublishedOutcome) {
      outcomes.append(outcome)
      outcomesByID[outcome.body.id, default: []].append(outcome)
      outcomesByOrigin[outcome.origin] = outcome
    }
  }
  private struct State {
    var contents = Contents()
    var waiters: [Int: Waiter] = [:]
    var waitersBegun = 0
  }
  /// Given what has been seen, or nil when its time is up: tells how to wake whoever waits, once he may go on.
  private typealias Waiter = @Sendable (Contents?) -> (@Sendable () -> Void)?
  private let state = Mutex(State())

  /// What has been seen so far.
  var contents: Contents { state.withLock { $0.contents } }

  /// Notes something, or only lets whoever waits look again.
  func note(_ change: (inout Contents) -> Void = { _ in }) {
    let wakings = state.withLock { state in
      change(&state.contents)
      var wakings: [@Sendable () -> Void] = []
      for (number, waiter) in state.waiters {
        guard let wake = waiter(state.contents) else { continue }
        state.waiters[number] = nil
        wakings.append(wake)
      }
      return wakings
    }
    // Without the lock, which a task that is cancelled takes while it holds what a resumption wants.
    for wake in wakings { wake() }
  }

  /// Waits until `find` finds something.
  /// - Throws: ``NeverCame`` when the test's time is up.
  func first<T: Sendable>(
    _ what: String, _ find: @escaping @Sendable (Contents) -> T?
  ) async throws -> T {
    let number = state.withLock { state in
      state.waitersBegun += 1
      return state.waitersBegun
    }
    let found: T? = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let wake: (@Sendable () -> Void)? = state.withLock { state in
          let isCancelled = Task.isCancelled
          let waiter: Waiter = { contents in
            let found = contents.flatMap(find)
            if contents != nil, found == nil { return nil }
            return { continuation.resume(returning: found) }
          }
          if let wake = waiter(state.contents) ?? (isCancelled ? waiter(nil) : nil) { return wake }
          state.waiters[number] = waiter
          return nil
        }
        wake?()
      }
    } onCancel: {
      state.withLock { $0.waiters.removeValue(forKey: number) }?(nil)?()
    }
    guard let found else { throw NeverCame(what, contents) }
    return found
  }

  // MARK: - As a log's sink

  func write(_ line: [UInt8], notice: (UInt64) -> [UInt8]) {
    let text = String(decoding: line.dropLast(), as: UTF8.self)
    note { $0.lines.append(text) }
  }

  func flush(within limit: Duration) -> Bool { true }

  var droppedLines: UInt64 { 0 }
}

/// What a scenario waited for did not come before the test's time was up.
struct NeverCame: Error, CustomStringConvertible {
  let what: String
  let contents: Journal.Contents

  init(_ what: String, _ contents: Journal.Contents) {
    self.what = what
    self.contents = contents
  }

  var description: String {
    let steps = contents.steps.suffix(20).map { "  \($0.eventID): \($0.kind)" }
    let lines = contents.lines.suffix(20).map { "  " + $0 }
    let outcomes = contents.outcomes.suffix(20).map { "  \($0.body.id): \($0.ending)" }
    return
      (["never came: \(what)", "steps:"] + steps + ["outcomes:"] + outcomes + ["log:"] + lines)
      .joined(separator: "\n")
  }
}
