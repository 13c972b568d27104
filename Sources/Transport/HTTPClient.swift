public import EventLoop
public import Providers

/// HTTP/1.1 for one connector, on the loop: a request's bytes are written at most once, and how far
/// each exchange got is known to the byte.
///
/// libcurl opens the connections (names, both address families, TLS, proxies). Redirects are
/// replies like any other and are never followed. Nothing is ever sent again by itself, with one
/// exception that is certainly safe: an exchange whose kept connection had died before a single
/// byte was written moves to a new one, once.
///
/// All of it belongs to the loop's thread. ``close()`` must be called before a client is let go.
public final class HTTPClient {
  private let pool: ConnectionPool<HTTPConnection>

  /// A client without any connection.
  public init(loop: EventLoop, options: ClientOptions) {
    pool = ConnectionPool(loop: loop, options: options)
  }

  deinit {
    precondition(pool.isClosed, "an HTTP client was let go with its connections open")
  }

  /// Sends a request and waits for its one ending.
  /// - Parameters:
  ///   - exchange: the request.
  ///   - deadline: when to give up, on the loop's clock; waiting for a connection counts.
  /// - Returns: a whole response, or how far the exchange got.
  public func send(
    _ exchange: HTTPExchange, deadline: ContinuousClock.Instant
  ) async -> ExchangeEnding {
    await withCheckedContinuation { continuation in
      send(exchange, deadline: deadline) { continuation.resume(returning: $0) }
    }
  }

  /// Sends a request.
  /// - Parameters:
  ///   - exchange: the request.
  ///   - deadline: when to give up, on the loop's clock; waiting for a connection counts.
  ///   - completion: told of the one ending, on the loop, after this has returned: a whole response,
  ///     or how far the exchange got.
  public func send(
    _ exchange: HTTPExchange, deadline: ContinuousClock.Instant,
    completion: @escaping (ExchangeEnding) -> Void
  ) {
    pool.begin(exchange, deadline: deadline, completion: completion)
  }

  /// Whether ``close()`` was called.
  var isClosed: Bool { pool.isClosed }

  /// Closes every connection that lies idle; exchanges go on.
  public func closeIdle() { pool.closeIdle() }

  /// Ends every exchange at once, by how far it got, and closes every connection.
  ///
  /// What is sent afterwards ends as `stopped`.
  public func close() { pool.close() }
}
