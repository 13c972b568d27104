import EventLoop
import Providers

/// The connections of one client to one server.
final class OriginPool<Connection: PooledConnection> {
  let origin: Connection.Origin
  /// Connections that lie idle, the longest first: the last is taken, so that few are kept warm.
  fileprivate(set) var idle: [Connection] = []
  /// Connections that are closed and can be opened again.
  fileprivate var closed: [Connection] = []
  fileprivate var all: [Connection] = []
  /// Exchanges that wait for a connection, whichever is the first to be free.
  fileprivate(set) var waiting: [OpenExchange<Connection>] = []
  /// How many connections are being opened.
  fileprivate(set) var opening = 0

  fileprivate init(_ origin: Connection.Origin) { self.origin = origin }

  /// The exchange that waits the longest without a connection being opened for it.
  fileprivate var unattended: OpenExchange<Connection>? {
    waiting.count > opening ? waiting[opening] : nil
  }
}

/// Connections of one client, of whatever protocol: kept, limited in number, and given to whoever waits the longest.
///
/// An exchange is not bound to the connection that is opened for it: what becomes free first
/// carries it. Of those that wait, as many fail as connections could not be opened for them.
final class ConnectionPool<Connection: PooledConnection> {

  let loop: EventLoop
  let options: ClientOptions
  let multi: CurlMulti
  let scratch = ReadBuffer()
  private(set) var isClosed = false
  /// A connector speaks to very few servers: a search through this is short.
  private var pools: [OriginPool<Connection>] = []
  /// How many connections are open or being opened.
  private var count = 0
  private var sweep: TimerToken?
  private var begun: UInt64 = 0

  init(loop: EventLoop, options: ClientOptions) {
    self.loop = loop
    self.options = options
    multi = CurlMulti(loop: loop)
  }

  // MARK: - Exchanges

  /// Begins an exchange: on a connection now, or when one is free.
  /// - Parameters:
  ///   - exchange: what is to be written.
  ///   - deadline: when to give up, on the loop's clock; waiting for a connection counts.
  ///   - completion: told of the one ending, on the loop, after this has returned.
  func begin(
    _ exchange: Connection.Exchange, deadline: ContinuousClock.Instant,
    completion: @escaping (ExchangeEnding) -> Void
  ) {
    begun += 1
    let open = OpenExchange<Connection>(
      exchange, order: begun, deadline: deadline, loop: loop, completion: completion)
    if let refusal = refusal(of: exchange, deadline: deadline) { return open.end(.failed(refusal)) }
    open.arm { [unowned self] in expire(open) }
    let pool = pool(for: exchange)
    if let connection = pool.idle.popLast() { return connection.carry(open) }
    pool.waiting.append(open)
    openMore()
  }

  /// Why an exchange does not even wait for a connection.
  private func refusal(
    of exchange: Connection.Exchange, deadline: ContinuousClock.Instant
  ) -> TransportFailure? {
    if isClosed { return .stopped }
    if let complaint = exchange.complaint {
      return TransportFailure(
        .notWritten, code: TransportFailure.Code.requestInvalid, detail: complaint)
    }
    if deadline <= loop.now {
      return TransportFailure(
        .notWritten, code: TransportFailure.Code.queueTimeout, detail: "sent past its deadline")
    }
    return nil
  }

  /// Takes back an exchange whose kept connection had died before anything was written: nothing
  /// but a new connection will do for it, and it has waited the longest.
  func move(_ exchange: OpenExchange<Connection>) {
    exchange.hasMoved = true
    pool(for: exchange.exchange).waiting.insert(exchange, at: 0)
  }

  /// Ends an exchange at its deadline.
  private func expire(_ exchange: OpenExchange<Connection>) {
    if let connection = exchange.connection {
      return connection.abandon(for: .deadline)
    }
    let pool = pool(for: exchange.exchange)
    pool.waiting.removeAll { $0 === exchange }
    let isOpening = pool.opening > 0
    exchange.end(
      .failed(
        TransportFailure(
          .notWritten,
          code: isOpening
            ? TransportFailure.Code.connectTimeout : TransportFailure.Code.queueTimeout,
          detail: "no connection before the deadline")))
  }

  /// Closes every connection that lies idle.
  func closeIdle() {
    for pool in pools {
      while let connection = pool.idle.popLast() { retire(connection) }
    }
  }

  /// Ends every exchange by how far it got, and closes every connection.
  func close() {
    isClosed = true
    if let sweep { loop.cancel(sweep) }
    for pool in pools {
      while let exchange = pool.waiting.popLast() { exchange.end(.failed(.stopped)) }
      for connection in pool.all {
        connection.abandon(for: .stopped)
        connection.close()
      }
    }
    pools = []
  }

  // MARK: - What connections tell

  /// A connection is open.
  func didOpen(_ connection: Connection) {
    connection.pool.opening -= 1
    employ(connection, isFresh: true)
  }

  /// A connection, which is closed now, could not be opened: one that waits has waited for it.
  func didNotOpen(_ connection: Connection, _ ending: ExchangeEnding) {
    let pool = connection.pool
    pool.opening -= 1
    count -= 1
    pool.closed.append(connection)
    if pool.unattended != nil { pool.waiting.removeFirst().end(ending) }
    openMore()
  }

  /// A connection's exchange has ended, and it is free or closed.
  func didFinish(_ connection: Connection, isOpen: Bool) {
    if isOpen {
      employ(connection, isFresh: false)
    } else {
      didClose(connection)
    }
  }

  /// A connection that lay idle was closed.
  func didStir(_ connection: Connection) {
    connection.pool.idle.removeAll { $0 === connection }
    didClose(connection)
  }

  // MARK: - Connections

  private func pool(for exchange: Connection.Exchange) -> OriginPool<Connection> {
    if let known = pools.first(where: { $0.origin.serves(exchange) }) { return known }
    let pool = OriginPool<Connection>(Connection.Origin(of: exchange))
    pools.append(pool)
    return pool
  }

  /// Gives a free connection to who waits the longest, or keeps it.
  private func employ(_ connection: Connection, isFresh: Bool) {
    let pool = connection.pool
    if let stranger = nextToOpenFor, stranger !== pool, count >= options.maximumConnections,
      stranger.waiting[stranger.opening].order < pool.waiting.first?.order ?? .max
    {
      return retire(connection)
    }
    while let index = pool.waiting.firstIndex(where: { isFresh || !$0.hasMoved }) {
      guard pool.waiting[index].deadline > loop.now else {
        expire(pool.waiting[index])
        continue
      }
      return connection.carry(pool.waiting.remove(at: index))
    }
    connection.rest()
    pool.idle.append(connection)
    armSweep()
  }

  /// The server that the next connection should go to; nil when nobody waits for one.
  private var nextToOpenFor: OriginPool<Connection>? {
    var next: OriginPool<Connection>?
    for pool in pools {
      guard let exchange = pool.unattended, !isBusyShakingHands(pool) else { continue }
      if let best = next?.unattended, best.order < exchange.order { continue }
      next = pool
    }
    return next
  }

  private func isBusyShakingHands(_ pool: OriginPool<Connection>) -> Bool {
    pool.origin.isSecure && pool.opening >= handshakesAtOnce
  }

  private func openMore() {
    while !isClosed, let pool = nextToOpenFor, makeRoom() {
      let connection = pool.closed.popLast() ?? newConnection(pool)
      pool.opening += 1
      count += 1
      connection.open()
    }
  }

  private func newConnection(_ pool: OriginPool<Connection>) -> Connection {
    let connection = Connection(pool: pool, client: self)
    pool.all.append(connection)
    return connection
  }

  /// Whether another connection may be opened, if need be in place of an idle one.
  private func makeRoom() -> Bool {
    if count < options.maximumConnections { return true }
    guard let pool = pools.first(where: { !$0.idle.isEmpty }) else { return false }
    let connection = pool.idle.removeFirst()
    connection.close()
    pool.closed.append(connection)
    count -= 1
    return true
  }

  /// Closes a connection that nobody needs.
  private func retire(_ connection: Connection) {
    connection.close()
    didClose(connection)
  }

  private func didClose(_ connection: Connection) {
    guard !isClosed else { return }
    count -= 1
    connection.pool.closed.append(connection)
    openMore()
  }

  // MARK: - Idle connections

  /// One timer for all: the connection that lies idle the longest says when.
  private func armSweep() {
    guard sweep == nil, let oldest = pools.compactMap({ $0.idle.first?.idleSince }).min() else {
      return
    }
    sweep = loop.schedule(at: oldest + options.maximumIdleTime) { [unowned self] in
      sweep = nil
      closeOverdue()
      armSweep()
    }
  }

  private func closeOverdue() {
    for pool in pools {
      while let oldest = pool.idle.first, oldest.idleSince + options.maximumIdleTime <= loop.now {
        retire(pool.idle.removeFirst())
      }
    }
  }
}

/// More handshakes at once would hold up the loop: each takes it half a millisecond or more.
private let handshakesAtOnce = 8

extension TransportFailure {
  /// Stopped before anything was written.
  static let stopped = TransportFailure(.notWritten, code: Code.stopped, detail: "stopped")
}
