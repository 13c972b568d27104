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
    guard !pool.isClosed else { return .failed(.stopped) }
    if let complaint = exchange.complaint {
      return .failed(
        TransportFailure(
          .notWritten, code: TransportFailure.Code.requestInvalid, detail: complaint))
    }
    guard deadline > loop.now else {
      return .failed(
        TransportFailure(
          .notWritten, code: TransportFailure.Code.queueTimeout, detail: "sent past its deadline"))
    }
    sent += 1
    return await withCheckedContinuation { continuation in
      let open = OpenExchange(
        exchange, order: sent, deadline: deadline, loop: loop, continuation: continuation)
      open.arm { [pool] in pool.expire(open) }
      pool.submit(open)
    }
  }

  /// Closes every connection that lies idle; exchanges go on.
  public func closeIdle() { pool.closeIdle() }

  /// Ends every exchange at once, by how far it got, and closes every connection.
  ///
  /// What is sent afterwards ends as `stopped`.
  public func close() { pool.close() }
}
