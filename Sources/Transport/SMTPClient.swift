public import EventLoop
public import Providers

/// Mails over SMTP for one connector, on the loop: no mail is written twice, and whether its dot was is known.
///
/// libcurl opens the connections, greets, starts TLS and logs in. Connections are kept; a mail whose kept connection had
/// died before the server looked at it moves to a new one, once.
///
/// All of it belongs to the loop's thread. ``close()`` must be called before a client is let go.
public final class SMTPClient {
  private let pool: ConnectionPool<SMTPConnection>

  /// A client without any connection.
  public init(loop: EventLoop, options: ClientOptions) {
    pool = ConnectionPool(loop: loop, options: options)
  }

  deinit {
    precondition(pool.isClosed, "an SMTP client was let go with its connections open")
  }

  /// Hands a mail over and waits for its one ending.
  /// - Parameters:
  ///   - exchange: the mail.
  ///   - deadline: when to give up, on the loop's clock; waiting for a connection counts.
  /// - Returns: the reply that decided, or how far it got.
  public func send(
    _ exchange: SMTPExchange, deadline: ContinuousClock.Instant
  ) async -> ExchangeEnding {
    await withCheckedContinuation { continuation in
      send(exchange, deadline: deadline) { continuation.resume(returning: $0) }
    }
  }

  /// Hands a mail over.
  /// - Parameters:
  ///   - exchange: the mail.
  ///   - deadline: when to give up, on the loop's clock; waiting for a connection counts.
  ///   - completion: told of the one ending, on the loop, after this has returned: the reply that decided, or how far
  ///     it got.
  public func send(
    _ exchange: SMTPExchange, deadline: ContinuousClock.Instant,
    completion: @escaping (ExchangeEnding) -> Void
  ) {
    pool.begin(exchange, deadline: deadline, completion: completion)
  }

  /// Closes every connection that lies idle; mails that are being sent go on.
  public func closeIdle() { pool.closeIdle() }

  /// Ends every mail at once, by how far it got, and closes every connection.
  ///
  /// What is sent afterwards ends as `stopped`.
  public func close() { pool.close() }
}
