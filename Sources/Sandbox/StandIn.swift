public import Delivery
public import EventLoop
import HTTPServer
import Synchronization

/// One provider's stand-in: checks requests as the provider does, follows a script and keeps what it took.
///
/// May be used from any thread.
public final class StandIn: Sendable {
  private struct State {
    var script = Script()
    var messages: History<SandboxMessage>
    var attempts: History<SandboxAttempt>
    var listeners: [@Sendable (SandboxMessage) -> Void] = []
    var streams: [Int: AsyncStream<SandboxMessage>.Continuation] = [:]
    var streamsBegun = 0
  }
  private let face: any ProviderFace
  private let state: Mutex<State>
  private let clock: any Clock

  /// A stand-in that takes every message that is in order.
  /// - Parameters:
  ///   - face: whose.
  ///   - historyLimit: how many messages and attempts are kept at least.
  ///   - clock: what dates messages.
  public init(
    _ face: some ProviderFace, historyLimit: Int = 10_000, clock: any Clock = SystemClock()
  ) {
    self.face = face
    self.clock = clock
    var state = State(
      messages: History(limit: historyLimit) { $0.request.body.count },
      attempts: History(limit: historyLimit) { $0.request.body.count })
    for rule in face.standingRules { state.script.always(rule.step, for: rule.recipient) }
    self.state = Mutex(state)
  }

  /// The provider's name, which is also the first part of its paths in a ``Sandbox``.
  public var name: String { face.name }
  /// What people call the provider.
  public var title: String { face.title }
  /// How its messages travel.
  public var channel: Channel { face.channel }
  /// A connector's configuration that it takes requests of, as YAML, with its own API at `url`.
  public func connector(at url: String) -> String { face.connector(at: url) }
  /// A line for a terminal that sends it a message, with its own API at `url`; nil for none.
  public func example(at url: String) -> String? { face.example(at: url) }

  // MARK: - What it shall do

  /// Adds steps, each for one request in order: `[.status(503), .status(503)]`, then as usual.
  /// - Parameters:
  ///   - recipient: whose requests; nil for anyone's who has no steps of his own.
  ///   - steps: in the order in which requests come.
  public func script(for recipient: String? = nil, _ steps: [Step]) {
    state.withLock { $0.script.append(steps, for: recipient) }
  }

  /// Does this for a recipient whenever no step is left for it.
  public func always(_ step: Step, for recipient: String) {
    state.withLock { $0.script.always(step, for: recipient) }
  }

  /// Does this whenever nothing else is said; at first it accepts.
  public func otherwise(_ step: Step) {
    state.withLock { $0.script.otherwise = step }
  }

  // MARK: - What it has done

  /// The messages that it took, oldest first; of very many only the last.
  public var messages: [SandboxMessage] { state.withLock { $0.messages.elements } }
  /// How many messages it took.
  public var messageCount: Int { state.withLock { $0.messages.total } }
  /// The requests that it got, oldest first; of very many only the last.
  public var attempts: [SandboxAttempt] { state.withLock { $0.attempts.elements } }
  /// How many requests it got.
  public var attemptCount: Int { state.withLock { $0.attempts.total } }

  /// Calls `action` for each message from now on, before its sender has the answer.
  public func onMessage(_ action: @escaping @Sendable (SandboxMessage) -> Void) {
    state.withLock { $0.listeners.append(action) }
  }

  /// The messages that are kept, and then each one that comes; ends when the sandbox stops.
  public func messageStream() -> AsyncStream<SandboxMessage> {
    let (stream, continuation) = AsyncStream.makeStream(of: SandboxMessage.self)
    let number = state.withLock { state in
      for message in state.messages.elements { continuation.yield(message) }
      state.streamsBegun += 1
      state.streams[state.streamsBegun] = continuation
      return state.streamsBegun
    }
    continuation.onTermination = { [weak self] _ in
      // After the mutex is free: `finish` calls this on its own thread.
      self?.state.withLock { _ = $0.streams.removeValue(forKey: number) }
    }
    return stream
  }

  // MARK: - Serving

  /// Takes one request; `loop` waits where a step asks for it.
  func serve(
    _ request: IncomingRequest, path: String, responder: Responder, faults: FaultBook,
    delays loop: EventLoop
  ) {
    if let answer = face.answer(toQuestion: request, path: path) {
      return responder.respond(answer)
    }
    do throws(RefusedRequest) {
      let submission = try face.submission(in: request, path: path)
      let fault = faults.next(for: face.name, recipient: submission.recipient)
      let step = state.withLock { state in
        state.attempts.append(attempt(request, to: submission.recipient))
        return fault.map(Step.init) ?? state.script.next(for: submission.recipient)
      }
      Exchange(standIn: self, request: request, submission: submission, responder: responder)
        .perform(step, delays: loop)
    } catch {
      state.withLock { $0.attempts.append(attempt(request, problem: error.problem)) }
      responder.respond(error.response)
    }
  }

  /// Ends all streams.
  func finish() {
    let streams = state.withLock { state in
      defer { state.streams = [:] }
      return state.streams.values.map(\.self)
    }
    for stream in streams { stream.finish() }
  }

  private func attempt(
    _ request: IncomingRequest, to recipient: String? = nil, problem: String? = nil
  ) -> SandboxAttempt {
    SandboxAttempt(
      request: request, recipient: recipient, problem: problem,
      receivedAt: Timestamp(milliseconds: clock.wallMilliseconds))
  }

  /// Keeps a message and tells whoever listens.
  /// - Returns: the id that it got.
  private func take(_ submission: Submission, from request: IncomingRequest) -> String {
    let message = SandboxMessage(
      provider: face.name, id: face.makeID(), recipient: submission.recipient,
      text: submission.text, sender: submission.sender, submission: submission,
      idempotencyKey: request.header("Idempotency-Key"),
      takenAt: Timestamp(milliseconds: clock.wallMilliseconds), request: request)
    let listeners = state.withLock { state in
      state.messages.append(message)
      // Under the lock, so that every stream has the messages in the same order.
      for stream in state.streams.values { stream.yield(message) }
      return state.listeners
    }
    for listener in listeners { listener(message) }
    return message.id
  }

  /// A request that was found in order, on its way to an answer.
  private struct Exchange: Sendable {
    let standIn: StandIn
    let request: IncomingRequest
    let submission: Submission
    let responder: Responder
    var id: String?

    func perform(_ step: Step, delays loop: EventLoop) {
      let face = standIn.face
      switch step {
      case .accept:
        let id = id ?? standIn.take(submission, from: request)
        responder.respond(face.acceptance(of: submission, id: id))
      case .refuse(let code, let status):
        responder.respond(face.refusal(code: code, status: status, of: submission))
      case .status(let status, let wait):
        var response = face.failure(status: status)
        if let wait {
          response.headers.append(("Retry-After", String(wait.components.seconds)))
        }
        responder.respond(response)
      case .answer(let response):
        responder.respond(response)
      case .close:
        responder.drop()
      case .hang:
        // The listener drops what is still open when it stops.
        break
      case .taken(let rest):
        var taken = self
        taken.id = id ?? standIn.take(submission, from: request)
        taken.perform(rest, delays: loop)
      case .after(let delay, let rest):
        loop.post { loop.schedule(after: delay) { perform(rest, delays: loop) } }
      }
    }
  }
}
