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
    let deadline = job.request?.expiresAt ?? now
    let context = SendContext(
      now: now, deadline: deadline, nonce: Nonce(random.next(), random.next()))
    let exchange: Exchange
    do throws(Refusal) {
      exchange = try connector.driver.exchange(for: message, context: context)
    } catch {
      runtime.telemetry.countAttempt(error.answer.class)
      leaveSlot(job, after: error.answer)
      return loop.soon { then(error.answer) }
    }
    let startedAt = now
    beginTry(job, through: runtime)
    let limit = min(exchange.timeLimit, deadline - now)
    runtime.client.send(
      exchange.identified(by: message.eventID), deadline: loop.clock.now + limit
    ) { ending in
      let answer = ending.answer(by: runtime.connector.driver)
      self.endTry(job, through: runtime, startedAt: startedAt, answer)
      self.leaveSlot(job, after: answer)
      then(answer)
    }
  }

  private func beginTry(_ job: Job, through runtime: ConnectorRuntime) {
    if job.history.firstAttemptAt == nil, let request = job.request {
      telemetry.firstAttemptAge[request.channel].observe(now - request.requestedAt)
    }
    if job.history.possibleDuplicate { telemetry.possibleDuplicates[.answerLost].increment() }
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
