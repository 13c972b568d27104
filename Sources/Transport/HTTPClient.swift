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
  private let loop: EventLoop
  private let pool: ConnectionPool
  private var sent: UInt64 = 0

  /// A client without any connection.
  public init(loop: EventLoop, options: HTTPClientOptions) {
    self.loop = loop
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
  ) async -> HTTPEnding {
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
    completion: @escaping (HTTPEnding) -> Void
  ) {
    sent += 1
    let open = OpenExchange(
      exchange, order: sent, deadline: deadline, loop: loop, completion: completion)
    if let refusal = refusal(of: exchange, deadline: deadline) { return open.end(.failed(refusal)) }
    open.arm { [pool] in pool.expire(open) }
    pool.submit(open)
  }

  /// Why a request does not even wait for a connection.
  private func refusal(
    of exchange: HTTPExchange, deadline: ContinuousClock.Instant
  ) -> TransportFailure? {
    if pool.isClosed { return .stopped }
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

  /// Closes every connection that lies idle; exchanges go on.
  public func closeIdle() { pool.closeIdle() }

  /// Ends every exchange at once, by how far it got, and closes every connection.
  ///
  /// What is sent afterwards ends as `stopped`.
  public func close() { pool.close() }
}
