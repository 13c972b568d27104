public import EventLoop
public import Providers

/// What one connector sends by, whatever its protocol.
///
/// All of it belongs to the loop's thread. ``close()`` must be called before a client is let go.
public final class ConnectorClient: ExchangeClient {
  private let loop: EventLoop
  private let options: ClientOptions
  private let http: HTTPClient
  /// Made when the first mail goes out.
  private var smtp: SMTPClient?

  /// A client without any connection.
  public init(loop: EventLoop, options: ClientOptions) {
    self.loop = loop
    self.options = options
    http = HTTPClient(loop: loop, options: options)
  }

  /// Carries an exchange out, once, and waits for its one ending.
  /// - Parameters:
  ///   - exchange: what the driver wants done.
  ///   - deadline: when to give up, on the loop's clock; waiting for a connection counts.
  /// - Returns: a whole reply.
  /// - Throws: ``TransportFailure``, which says how far the exchange got.
  public func send(
    _ exchange: Exchange, deadline: ContinuousClock.Instant
  ) async throws(TransportFailure) -> Reply {
    let ending = await withCheckedContinuation { continuation in
      send(exchange, deadline: deadline) { continuation.resume(returning: $0) }
    }
    switch ending {
    case .reply(let reply): return reply
    case .failed(let failure): throw failure
    }
  }

  /// Carries an exchange out, once.
  /// - Parameters:
  ///   - exchange: what the driver wants done.
  ///   - deadline: when to give up, on the loop's clock; waiting for a connection counts.
  ///   - completion: told of the one ending, on the loop, after this has returned: a whole reply, or how far the
  ///     exchange got.
  public func send(
    _ exchange: Exchange, deadline: ContinuousClock.Instant,
    completion: @escaping (ExchangeEnding) -> Void
  ) {
    switch exchange {
    case .http(let request): http.send(request, deadline: deadline, completion: completion)
    case .smtp(let mail): mailClient.send(mail, deadline: deadline, completion: completion)
    }
  }

  private var mailClient: SMTPClient {
    if let smtp { return smtp }
    let client = SMTPClient(loop: loop, options: options)
    if http.isClosed { client.close() }
    smtp = client
    return client
  }

  /// Closes every connection that lies idle; exchanges go on.
  public func closeIdle() {
    http.closeIdle()
    smtp?.closeIdle()
  }

  /// Ends every exchange at once, by how far it got, and closes every connection.
  ///
  /// What is sent afterwards ends as `stopped`.
  public func close() {
    http.close()
    smtp?.close()
  }
}

extension Exchange {
  /// The longest that it may take, waiting for a connection and opening one included.
  public var timeLimit: Duration {
    switch self {
    case .http: .seconds(12)
    case .smtp(let mail): mail.server.mailLimit
    }
  }
}
