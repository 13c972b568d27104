import Delivery
import EventLoop
import Providers
import Retry
import Transport

/// What lives of a connector: its connections, its slots, and whether it is held.
final class ConnectorRuntime {
  let connector: Connector
  let client: any ExchangeClient
  let telemetry: ConnectorTelemetry
  /// The token of a driver that needs one.
  let tokens: TokenCache?
  /// Jobs that wait for a slot, or for the end of a hold or pause.
  var queue = FIFO<Job>()
  /// Runs while jobs wait for the end of a hold or pause.
  var reopening: TimerToken?
  /// Whether another has taken its place: it only ends what it has begun.
  private(set) var isRetired = false
  private var senders: [Job?]
  private var free: [Int]
  private var hold = Hold(scope: .account)
  /// Until when the provider wants nothing from us.
  private var pausedUntil: Timestamp?

  /// How long a provider is left alone that says too many and not how long.
  private static let usualPause: Duration = .seconds(1)

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
    senders = Array(repeating: nil, count: connector.concurrency)
    free = Array((0..<connector.concurrency).reversed())
  }

  /// How many exchanges go on.
  var busy: Int { senders.count - free.count }

  /// Whether one more exchange could go on.
  var hasFreeSlot: Bool { !free.isEmpty }

  /// When a connector that takes nothing may be asked again; nil while it takes what comes.
  var reopensAt: Timestamp? {
    guard let probe = hold.nextProbe else { return pausedUntil }
    return max(probe, pausedUntil ?? probe)
  }

  /// Whether it takes nothing now, however few go on.
  func isShut(at now: Timestamp) -> Bool {
    hold.nextProbe != nil || pausedUntil.map { $0 > now } ?? false
  }

  /// Whether its account is at fault.
  var isHeld: Bool { hold.nextProbe != nil }

  /// Those that are being sent.
  var sending: [Job] { senders.compactMap(\.self).filter { $0.sendingSince != nil } }

  /// When each exchange that goes on began.
  var sendsSince: [ContinuousClock.Instant] { senders.compactMap { $0?.sendingSince } }

  /// Gives `job` a slot if one is free; while the connector is held, only to one request at a time as a probe.
  func takeSlot(for job: Job, now: Timestamp) -> Bool {
    if let pausedUntil {
      guard now >= pausedUntil else { return false }
      self.pausedUntil = nil
    }
    guard let index = free.last, hold.admits(at: now) else { return false }
    free.removeLast()
    senders[index] = job
    job.slot = Job.Slot(connector: self, index: index, since: now)
    return true
  }

  /// Learns nothing more: another has taken its place.
  func retire() {
    isRetired = true
    telemetry.show(breaker: .closed)
  }

  /// Holds nothing any more.
  func liftHold() {
    hold.lift()
    telemetry.show(breaker: .closed)
  }

  /// Takes the slot back and learns from how the try ended; nil when there was none.
  func takeBack(_ slot: Job.Slot, after answer: Answer?, now: Timestamp) {
    senders[slot.index] = nil
    free.append(slot.index)
    guard let answer, !isRetired else { return }
    hold.note(answer.class, startedAt: slot.since, now: now)
    telemetry.show(breaker: isHeld ? .held : .closed)
    if case .throttled(let wait, .connector) = answer.class {
      let pause = min(wait ?? Self.usualPause, Hold.longestWait)
      pausedUntil = max(pausedUntil ?? now, now + pause)
    }
  }
}
