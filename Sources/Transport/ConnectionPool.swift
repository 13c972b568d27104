import EventLoop
import Providers

/// The connections of one client to one server.
final class OriginPool {
  let origin: Origin
  /// The header lines that all requests to the server share.
  let hostLines: [UInt8]
  /// Connections that lie idle, the longest first: the last is taken, so that few are kept warm.
  fileprivate(set) var idle: [Connection] = []
  /// Connections that are closed and can be opened again.
  fileprivate var closed: [Connection] = []
  fileprivate var all: [Connection] = []
  /// Exchanges that wait for a connection, whichever is the first to be free.
  fileprivate(set) var waiting: [OpenExchange] = []
  /// How many connections are being opened.
  fileprivate(set) var opening = 0

  fileprivate init(_ endpoint: HTTPEndpoint, userAgent: String) {
    origin = Origin(endpoint)
    hostLines = Array("Host: \(endpoint.hostHeader)\r\nUser-Agent: \(userAgent)\r\n".utf8)
  }

  fileprivate func serves(_ endpoint: HTTPEndpoint) -> Bool {
    origin.port == endpoint.port && origin.host == endpoint.host
      && origin.isSecure == endpoint.isSecure
  }

  /// The exchange that waits the longest without a connection being opened for it.
  fileprivate var unattended: OpenExchange? {
    waiting.count > opening ? waiting[opening] : nil
  }
}

/// Connections of one client: kept, limited in number, and given to whoever waits the longest.
///
/// An exchange is not bound to the connection that is opened for it: what becomes free first
/// carries it. Of those that wait, as many fail as connections could not be opened for them.
final class ConnectionPool {
  /// More handshakes at once would hold up the loop: each takes it half a millisecond or more.
  private static let handshakesAtOnce = 8

  let loop: EventLoop
  let options: HTTPClientOptions
  let limits: HTTPResponseParser.Limits
  let multi: CurlMulti
  let scratch = ReadBuffer()
  private(set) var isClosed = false
  /// A connector speaks to very few servers: a search through this is short.
  private var pools: [OriginPool] = []
  /// How many connections are open or being opened.
  private var count = 0
  private var sweep: TimerToken?

  init(loop: EventLoop, options: HTTPClientOptions) {
    self.loop = loop
    self.options = options
    limits = HTTPResponseParser.Limits(
      headerBytes: options.maximumHeaderBytes, bodyBytes: options.maximumBodyBytes)
    multi = CurlMulti(loop: loop)
  }

  // MARK: - Exchanges

  /// Gives the exchange a connection, now or when one is free.
  func submit(_ exchange: OpenExchange) {
    let pool = pool(for: exchange.exchange.endpoint)
    if let connection = pool.idle.popLast() { return connection.carry(exchange) }
    pool.waiting.append(exchange)
    openMore()
  }

  /// Takes back an exchange whose kept connection had died before anything was written: nothing
  /// but a new connection will do for it, and it has waited the longest.
  func move(_ exchange: OpenExchange) {
    exchange.hasMoved = true
    pool(for: exchange.exchange.endpoint).waiting.insert(exchange, at: 0)
  }

  /// Ends an exchange at its deadline.
  func expire(_ exchange: OpenExchange) {
    if let connection = exchange.connection {
      return connection.abandon(
        code: TransportFailure.Code.timeout, detail: "no whole response before the deadline")
    }
    let pool = pool(for: exchange.exchange.endpoint)
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
        connection.abandon(code: TransportFailure.Code.stopped, detail: "stopped")
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
  func didNotOpen(_ connection: Connection, _ failure: TransportFailure) {
    let pool = connection.pool
    pool.opening -= 1
    count -= 1
    pool.closed.append(connection)
    if pool.unattended != nil { pool.waiting.removeFirst().end(.failed(failure)) }
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

  private func pool(for endpoint: HTTPEndpoint) -> OriginPool {
    if let known = pools.first(where: { $0.serves(endpoint) }) { return known }
    let pool = OriginPool(endpoint, userAgent: options.userAgent)
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
  private var nextToOpenFor: OriginPool? {
    var next: OriginPool?
    for pool in pools {
      guard let exchange = pool.unattended, !isBusyShakingHands(pool) else { continue }
      if let best = next?.unattended, best.order < exchange.order { continue }
      next = pool
    }
    return next
  }

  private func isBusyShakingHands(_ pool: OriginPool) -> Bool {
    pool.origin.isSecure && pool.opening >= Self.handshakesAtOnce
  }

  private func openMore() {
    while !isClosed, let pool = nextToOpenFor, makeRoom() {
      let connection = pool.closed.popLast() ?? newConnection(pool)
      pool.opening += 1
      count += 1
      connection.open()
    }
  }

  private func newConnection(_ pool: OriginPool) -> Connection {
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

extension TransportFailure {
  /// Stopped before anything was written.
  static let stopped = TransportFailure(.notWritten, code: Code.stopped, detail: "stopped")
}
