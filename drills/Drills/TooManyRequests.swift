import Synchronization

extension Drill {
  static let tooManyRequests = Drill(
    name: "too-many-requests",
    does:
      "lets a provider take 50 messages a second and answer 429 with Retry-After: 1 to all others",
    holds:
      "no try is used up; the rate settles: at least half of what is sent is taken, and at least half of what"
      + " the provider would take is sent",
    seconds: 35
  ) { field in
    let count = 600
    let window = RateWindow(limit: 50)
    field.sms.behave { _ in window.takes() ? .accept : .refuse(429, retryAfter: 1) }
    let worker = try field.startWorker()
    let begin = ContinuousClock.now
    try field.enqueue((0..<count).map { .sms($0) })
    field.awaitOutcomes(upTo: .seconds(120))
    let took = ContinuousClock.now - begin
    let refused = field.sms.requestCount - field.sms.takenCount
    field.note(
      "\(rounded(took.seconds)) s for \(count) (12 s would be perfect), \(refused) answers of 429")
    let tries = field.journal.outcomes.values.flatMap { $0 }.map(\.attempts).max() ?? 0
    field.check(tries == 1, "a request used \(tries) tries")
    field.check(field.outcomes("accepted") == count, "not all were accepted")
    let deferred = worker.metrics.sum("otp_retries_total", #"tier="30s""#)
    if deferred > 0 { field.note("\(Int(deferred)) went to a retry topic") }
    field.check(
      took < .seconds(24), "\(rounded(took.seconds)) s for what the provider takes in 12 s")
    field.check(refused <= count, "\(refused) were refused for \(count) that were taken")
  }
}

/// So many in each second.
private final class RateWindow: Sendable {
  private let limit: Int
  private let state = Mutex((begin: ContinuousClock.now, count: 0))

  init(limit: Int) { self.limit = limit }

  func takes() -> Bool {
    state.withLock { state in
      let now = ContinuousClock.now
      if now - state.begin >= .seconds(1) { state = (now, 0) }
      state.count += 1
      return state.count <= limit
    }
  }
}
