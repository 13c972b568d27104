import Delivery
import EventLoop
import Providers
import Retry
import Transport

/// What lives of a connector: its connections, its slots, and whether it is held.
final class ConnectorRuntime {
  let connector: Connector
  let client: HTTPClient
  let telemetry: ConnectorTelemetry
  /// Jobs that wait for a slot, or for the end of a hold.
  var queue = FIFO<Job>()
  private var senders: [Job?]
  private var free: [Int]
  private var hold = Hold(scope: .account)

  init(_ connector: Connector, userAgent: String, loop: EventLoop, telemetry: Telemetry) {
    self.connector = connector
    self.telemetry = telemetry.connector(connector.name)
    client = HTTPClient(
      loop: loop,
      options: HTTPClientOptions(
        caFile: connector.caFile, proxy: connector.proxy.flatMap(HTTPClientOptions.Proxy.init),
        maximumConnections: connector.concurrency, userAgent: userAgent))
    senders = Array(repeating: nil, count: connector.concurrency)
    free = Array((0..<connector.concurrency).reversed())
  }

  /// How many exchanges go on.
  var busy: Int { senders.count - free.count }

  /// When a held connector may be probed; nil while it is not held.
  var nextProbe: Timestamp? { hold.nextProbe }

  /// When each exchange that goes on began.
  var sendsSince: [ContinuousClock.Instant] { senders.compactMap { $0?.sendingSince } }

  /// Gives `job` a slot if one is free; while the connector is held, only to one request at a time as a probe.
  func takeSlot(for job: Job, now: Timestamp) -> Bool {
    guard let index = free.last, hold.admits(at: now) else { return false }
    free.removeLast()
    senders[index] = job
    job.slot = Job.Slot(connector: self, index: index, since: now)
    return true
  }

  /// Takes the slot back and learns from how the try ended; nil when there was none.
  func takeBack(_ slot: Job.Slot, after answer: Answer?, now: Timestamp) {
    senders[slot.index] = nil
    free.append(slot.index)
    guard let answer else { return }
    hold.note(answer.class, startedAt: slot.since, now: now)
    telemetry.show(breaker: hold.nextProbe == nil ? .closed : .held)
  }
}
