import Delivery
import EventLoop
import Providers
import Retry
import Transport

/// What lives of a connector: its connections, its slots, and what is in the way of its sends.
final class ConnectorRuntime {
  let connector: Connector
  let client: any ExchangeClient
  let telemetry: ConnectorTelemetry
  /// The token of a driver that needs one.
  let tokens: TokenCache?
  /// What all its requests pass.
  private(set) var gate: ConnectorGate
  /// Its templates that the provider does not take.
  var templates = TemplateHolds()
  /// Jobs that wait for a slot, or for the gate.
  var queue = FIFO<Job>()
  /// Runs while jobs wait for the gate.
  var reopening: TimerToken?
  /// Whether another has taken its place: it only ends what it has begun.
  private(set) var isRetired = false
  private var senders: [Job?]
  private var free: [Int]
  /// What the gauge says now.
  private var shown = Telemetry.BreakerGauge.closed

  init(
    _ connector: Connector, userAgent: String, loop: EventLoop, telemetry: Telemetry,
    makeClient: (EventLoop, ClientOptions) -> any ExchangeClient
  ) {
    self.connector = connector
    self.telemetry = telemetry.connector(connector.name)
    client = makeClient(
      loop,
      ClientOptions(
        caFile: connector.caFile, proxy: connector.proxy.flatMap(ClientOptions.Proxy.init),
        maximumConnections: connector.concurrency, userAgent: userAgent))
    tokens = connector.driver.tokenSource.map { [client] in
      TokenCache($0, client: client, loop: loop)
    }
    gate = ConnectorGate(rateLimit: connector.rateLimit)
    senders = Array(repeating: nil, count: connector.concurrency)
    free = Array((0..<connector.concurrency).reversed())
  }

  /// How many exchanges go on.
  var busy: Int { senders.count - free.count }

  /// Whether one more exchange could go on.
  var hasFreeSlot: Bool { !free.isEmpty }

  /// Whether a job would get a slot now.
  func hasSlot(at now: Timestamp) -> Bool { hasFreeSlot && gate.barrier(at: now) == nil }

  /// Whether it takes nothing now, however few go on; what the rate holds back drains by itself.
  func isShut(at now: Timestamp) -> Bool {
    switch gate.barrier(at: now) {
    case .held, .open: true
    case .paused: gate.pause(at: now) > RetryPolicy.longestParking
    case .rateLimited, nil: false
    }
  }

  /// Whether its account is at fault.
  var isHeld: Bool { gate.hold.nextProbe != nil }

  /// Those that are being sent.
  var sending: [Job] { senders.compactMap(\.self).filter { $0.sendingSince != nil } }

  /// When each exchange that goes on began.
  var sendsSince: [ContinuousClock.Instant] { senders.compactMap { $0?.sendingSince } }

  /// Gives `job` a slot, which may make it the probe.
  /// - Precondition: ``hasSlot(at:)`` says that there is one.
  func takeSlot(for job: Job, now: Timestamp) {
    let index = free.removeLast()
    _ = gate.admits(at: now)
    senders[index] = job
    job.slot = Job.Slot(connector: self, index: index, since: now)
  }

  /// Learns nothing more: another has taken its place.
  func retire() {
    isRetired = true
    telemetry.show(breaker: .closed)
  }

  /// Holds nothing any more, neither itself nor its templates.
  func liftHolds(_ now: Timestamp) {
    gate.liftHold()
    templates = TemplateHolds()
    showState(now)
  }

  /// Takes the slot back and learns from how the try ended; without an answer, nothing was sent.
  /// - Returns: what the breaker makes of it; nil when nothing changed.
  func takeBack(
    _ slot: Job.Slot, of job: Job, after answer: Answer?, now: Timestamp
  ) -> CircuitBreaker.Change? {
    senders[slot.index] = nil
    free.append(slot.index)
    guard !isRetired else { return nil }
    guard let answer else {
      gate.withdraw(startedAt: slot.since)
      return nil
    }
    let change = gate.note(
      answer, recipient: job.request?.recipient.address.hashValue ?? 0, startedAt: slot.since,
      now: now)
    showState(now)
    return change
  }

  /// Takes another part of the connector's rate.
  func setShare(_ share: Double, now: Timestamp) {
    if gate.rate?.share != share { gate.setShare(share, at: now) }
  }

  /// Shows in the metrics what has become of the gate, be it by time alone.
  func showState(_ now: Timestamp) {
    let state = gate.state(at: now)
    guard state != shown else { return }
    shown = state
    telemetry.show(breaker: state)
  }
}
