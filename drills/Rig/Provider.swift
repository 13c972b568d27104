import EventLoop
import HTTPServer
import JSON
import Synchronization

/// A receiver of text messages or mails over HTTP that does with each request what a drill says.
final class Provider: Sendable {
  /// What it does.
  indirect enum Act: Sendable {
    /// Takes the message and answers 200.
    case accept
    /// Takes nothing and answers this.
    case refuse(Int, retryAfter: Int? = nil)
    /// Takes nothing and never answers.
    case hang
    /// Waits, then this.
    case after(Duration, Act)
    /// Takes the message at once, then this.
    case taken(Act)
    /// Closes without an answer.
    case drop
  }
  /// One request.
  struct Request: Sendable {
    var id: String
    var to: String
    /// How often this event has come, this time included.
    var count: Int
    var at: ContinuousClock.Instant
  }
  private struct State {
    var act: @Sendable (Request) -> Act = { _ in .accept }
    var requests: [Request] = []
    var counts: [String: Int] = [:]
    var taken: [String: Int] = [:]
    var takes: [Request] = []
    var withoutKey = 0
  }

  private let state = Mutex(State())
  private let delays = LoopThread()
  private let listener = Mutex<HTTPListener?>(nil)
  let port: UInt16

  init() throws {
    let own = Weak()
    let listener = try HTTPListener(
      host: "127.0.0.1", port: 0,
      limits: ListenerLimits(
        connections: 2_048, idle: .seconds(600), bodyBytes: 1 << 20, threads: 1)
    ) { request, responder in own.value?.serve(request, responder) }
    port = listener.port
    self.listener.withLock { $0 = listener }
    own.set(self)
  }

  /// Does this with each request from now on; called on the listener's thread.
  func behave(_ act: @escaping @Sendable (Request) -> Act) { state.withLock { $0.act = act } }

  /// How often each event's message was taken.
  var taken: [String: Int] { state.withLock { $0.taken } }
  /// How many messages were taken.
  var takenCount: Int { state.withLock { $0.takes.count } }
  /// The messages that were taken, in order.
  var takes: [Request] { state.withLock { $0.takes } }
  /// The requests that came, in order.
  var requests: [Request] { state.withLock { $0.requests } }
  /// How many requests came.
  var requestCount: Int { state.withLock { $0.requests.count } }
  /// How many requests had no `Idempotency-Key`.
  var withoutKey: Int { state.withLock { $0.withoutKey } }

  /// Closes every connection.
  func stop() { listener.withLock { $0.take() }?.stop() }

  private func serve(_ incoming: IncomingRequest, _ responder: Responder) {
    let key = incoming.header("Idempotency-Key")
    let to = (try? JSONValue(parsing: incoming.body))?["to"]?.string ?? ""
    let (act, request) = state.withLock { state in
      if key == nil { state.withoutKey += 1 }
      let id = key ?? "without-key"
      state.counts[id, default: 0] += 1
      let request = Request(id: id, to: to, count: state.counts[id]!, at: .now)
      state.requests.append(request)
      return (state.act, request)
    }
    perform(act(request), request, responder, isTaken: false)
  }

  private func perform(
    _ act: Act, _ request: Request, _ responder: Responder, isTaken: Bool
  ) {
    switch act {
    case .accept:
      if !isTaken { take(request) }
      responder.respond(
        OutgoingResponse(status: 200, type: "application/json", body: Array("{}".utf8)))
    case .refuse(let status, let wait):
      var response = OutgoingResponse(
        status: status, type: "application/json", body: Array("{}".utf8))
      if let wait { response.headers.append(("Retry-After", String(wait))) }
      responder.respond(response)
    // The listener drops what is still open when it stops.
    case .hang: break
    case .after(let delay, let rest):
      let loop = delays.loop
      loop.post { [self] in
        loop.schedule(after: delay) { self.perform(rest, request, responder, isTaken: isTaken) }
      }
    case .taken(let rest):
      if !isTaken { take(request) }
      perform(rest, request, responder, isTaken: true)
    case .drop: responder.drop()
    }
  }

  private func take(_ request: Request) {
    var request = request
    request.at = .now
    state.withLock { state in
      state.taken[request.id, default: 0] += 1
      state.takes.append(request)
    }
  }

  /// The provider, as its own listener knows it.
  private final class Weak: Sendable {
    private struct Reference { weak var provider: Provider? }
    private let reference = Mutex(Reference())
    var value: Provider? { reference.withLock { $0.provider } }
    func set(_ provider: Provider) { reference.withLock { $0.provider = provider } }
  }
}
