import Delivery
import EventLoop
import Kafka
import Providers
import Retry
import Transport

/// One try: one exchange through one driver.
extension Pipeline {
  /// The longest that an HTTP exchange may take; a mail's limit lies within twice of it.
  public static let exchangeTimeout: Duration = .seconds(12)

  /// Hands `message` to the provider once, and gives the slot back as soon as the exchange is over.
  ///
  /// `then` is told later what came of it; nil when stopping cut the try short before anything was written.
  func send(
    _ message: Message, through connector: Connector, for job: Job,
    then: @escaping (Answer?) -> Void
  ) {
    let runtime = runtime(of: connector)
    guard let tokens = runtime.tokens, tokens.token == nil else {
      return start(Try(message, job, runtime, at: now, then), token: runtime.tokens?.token)
    }
    let attempt = Try(message, job, runtime, at: now, then)
    tokens.renew(at: now) { ending in
      if case .token(let token) = ending, self.mayStillSend(job) {
        return self.start(attempt, token: token)
      }
      self.beginTry(job, through: runtime)
      self.end(attempt, ending.answer)
    }
  }

  /// What a try carries along while it waits.
  private struct Try {
    let message: Message
    let job: Job
    let runtime: ConnectorRuntime
    let startedAt: Timestamp
    let then: (Answer?) -> Void

    init(
      _ message: Message, _ job: Job, _ runtime: ConnectorRuntime, at now: Timestamp,
      _ then: @escaping (Answer?) -> Void
    ) {
      self.message = message
      self.job = job
      self.runtime = runtime
      startedAt = now
      self.then = then
    }
  }

  private func start(_ attempt: Try, token: Secret?) {
    do throws(Refusal) {
      let exchange = try exchange(of: attempt, token: token)
      beginTry(attempt.job, through: attempt.runtime)
      transmit(exchange, of: attempt, token: token, mayRenew: true)
    } catch {
      attempt.runtime.telemetry.countAttempt(error.answer.class)
      loop.soon { self.endUnsent(attempt, error.answer) }
    }
  }

  /// Ends a try that the driver refused: the provider knows nothing of it, so only faults of ours can be learnt from it.
  private func endUnsent(_ attempt: Try, _ answer: Answer) {
    let job = attempt.job
    if answer.class == .misconfigured(.template), let since = job.slot?.since {
      noteTemplate(of: job, in: attempt.runtime, startedAt: since, after: answer)
    }
    leaveSlot(job, after: answer.class == .misconfigured(.account) ? answer : nil)
    attempt.then(answer)
  }

  private func exchange(of attempt: Try, token: Secret?) throws(Refusal) -> Exchange {
    let context = SendContext(
      now: now, deadline: attempt.job.request?.expiresAt ?? now,
      nonce: Nonce(random.next(), random.next()), token: token)
    return try attempt.runtime.connector.driver.exchange(for: attempt.message, context: context)
  }

  private func transmit(_ exchange: Exchange, of attempt: Try, token: Secret?, mayRenew: Bool) {
    let limit = min(exchange.timeLimit, (attempt.job.request?.expiresAt ?? now) - now)
    attempt.runtime.client.send(
      exchange.identified(by: attempt.job.idempotencyKey), deadline: loop.clock.now + limit
    ) { ending in
      if mayRenew, let token, let tokens = attempt.runtime.tokens, tokens.isRefused(by: ending) {
        return self.repeatOnce(attempt, inPlaceOf: token, tokens)
      }
      self.end(attempt, ending.answer(by: attempt.runtime.connector.driver))
    }
  }

  /// Sends once more with a new token: the provider took nothing, as it did not know the old one any more.
  private func repeatOnce(_ attempt: Try, inPlaceOf token: Secret, _ tokens: TokenCache) {
    tokens.drop(token)
    tokens.renew(at: now) { ending in
      guard case .token(let token) = ending, self.mayStillSend(attempt.job) else {
        return self.end(attempt, ending.answer)
      }
      do throws(Refusal) {
        let exchange = try self.exchange(of: attempt, token: token)
        self.transmit(exchange, of: attempt, token: token, mayRenew: false)
      } catch {
        self.end(attempt, error.answer)
      }
    }
  }

  /// Whether what waited for a token is still ours to send; if not, nothing was written and it comes again, to
  /// us or to another.
  private func mayStillSend(_ job: Job) -> Bool {
    !stop.isStopping && job.share.phase == .taking
  }

  private func end(_ attempt: Try, _ answer: Answer?) {
    endTry(attempt.job, through: attempt.runtime, startedAt: attempt.startedAt, answer)
    leaveSlot(attempt.job, after: answer)
    attempt.then(answer)
  }

  private func beginTry(_ job: Job, through runtime: ConnectorRuntime) {
    if job.history.firstAttemptAt == nil, let request = job.request {
      telemetry.firstAttemptAge[request.channel].observe(now - request.requestedAt)
    }
    if job.history.possibleDuplicate {
      telemetry.possibleDuplicates[job.doubt ?? .answerLost].increment()
    }
    job.sendingSince = loop.now
    runtime.telemetry.inflight.increment()
    observe(job, .sending(connector: runtime.connector.name, try: job.history.tries + 1))
  }

  private func endTry(
    _ job: Job, through runtime: ConnectorRuntime, startedAt: Timestamp, _ answer: Answer?
  ) {
    let took = job.sendingSince.map { loop.now - $0 } ?? .zero
    job.sendingSince = nil
    runtime.telemetry.inflight.decrement()
    guard let answer else { return }
    job.history.record(answer, startedAt: startedAt)
    runtime.telemetry.countAttempt(answer.class)
    runtime.telemetry.attemptDuration.observe(took)
    if case .throttled = answer.class { runtime.telemetry.throttled.increment() }
    observe(job, .attempted(connector: runtime.connector.name, answer: answer))
    guard answer.class != .accepted, log.writes(.info) else { return }
    log.info(
      "attempt failed", .eventID(job.eventID), .connector(runtime.connector.name),
      .attempt(job.history.tries), .text(.class, answer.class.label), .providerCode(answer.code),
      .reason(answer.reason), .detail(answer.detail))
  }
}

extension Exchange {
  /// The exchange with the key by which a provider may drop a repeat; a mail has its Message-ID.
  fileprivate func identified(by eventID: String) -> Exchange {
    guard case .http(var request) = self else { return self }
    request.headers.append(("Idempotency-Key", percentEncoded(eventID)))
    return .http(request)
  }
}

/// `text` as the value of a header: printable ASCII as it is, `%` and everything else percent-encoded.
func percentEncoded(_ text: String) -> String {
  let isPlain: (UInt8) -> Bool = { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "%") }
  if text.utf8.allSatisfy(isPlain) { return text }
  let digits = Array("0123456789ABCDEF".utf8)
  var bytes: [UInt8] = []
  for byte in text.utf8 {
    if isPlain(byte) {
      bytes.append(byte)
    } else {
      bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
  }
  return String(decoding: bytes, as: UTF8.self)
}
