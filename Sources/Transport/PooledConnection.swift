import EventLoop

/// A connection of a ``ConnectionPool``, which speaks one protocol.
///
/// It can be opened again after it was closed, which resumes its TLS session.
protocol PooledConnection: AnyObject {
  associatedtype Exchange: PooledExchange
  associatedtype Origin: ExchangeOrigin where Origin.Exchange == Exchange

  /// Its pool's server.
  var pool: OriginPool<Self> { get }
  /// Since when it has been idle.
  var idleSince: ContinuousClock.Instant { get }

  init(pool: OriginPool<Self>, client: ConnectionPool<Self>)
  /// Opens it; the pool is told of the end.
  func open()
  /// Closes it, also while it is being opened; the exchange that it carries does not end by this.
  func close()
  /// Marks it as lying idle.
  func rest()
  /// Writes the exchange, which ends when the reply is whole or cannot come any more.
  func carry(_ exchange: OpenExchange<Self>)
  /// Ends the exchange that it carries, by how far it got, and closes.
  func abandon(for cause: EarlyEnd)
}

/// What a connection carries.
protocol PooledExchange: Sendable {
  /// Why it must not be written, nil when it may.
  var complaint: String? { get }
}

/// Why an exchange is ended before its server has.
enum EarlyEnd {
  case deadline
  case stopped
}
