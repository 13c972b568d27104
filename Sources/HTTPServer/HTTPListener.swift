/// What a listener bears: connections, silence and bodies.
public struct ListenerLimits: Sendable {
  /// How many connections may be open at a time; further ones are closed at once.
  public var connections: Int
  /// How long a connection may be silent, in whole seconds; a request that waits for its answer is not silent.
  public var idle: Duration
  /// The largest body that is read, in bytes; larger ones get 413.
  public var bodyBytes: Int
  /// How many threads answer.
  ///
  /// With more than one, a handler that blocks delays only its own thread.
  public var threads: Int

  /// Limits.
  public init(connections: Int, idle: Duration, bodyBytes: Int, threads: Int) {
    self.connections = connections
    self.idle = idle
    self.bodyBytes = bodyBytes
    self.threads = threads
  }
}

/// An HTTP/1.1 server on a socket of its own, on threads of its own.
public final class HTTPListener: Sendable {
  /// Takes one request, on one of the listener's threads, and answers through the responder: at
  /// once, or later from any thread.
  public typealias Handler = @Sendable (IncomingRequest, Responder) -> Void

  /// The port that is listened on, also when any free one was asked for.
  public let port: UInt16
  private let daemon: Daemon

  /// Listens from now on.
  /// - Parameters:
  ///   - host: an IPv4 or IPv6 address, or `localhost`.
  ///   - port: 0 takes a free one.
  ///   - limits: what it bears.
  ///   - handler: who answers.
  /// - Throws: what kept it from listening, such as ``ListenerError/portInUse(host:port:)``.
  public init(
    host: String, port: UInt16, limits: ListenerLimits, handler: @escaping Handler
  ) throws(ListenerError) {
    let socket = try ListeningSocket(host: host, port: port)
    daemon = try Daemon(socket, limits: limits, handler: handler)
    self.port = socket.port
  }

  deinit { daemon.stop() }

  /// Closes every connection and the socket; what waits for an answer gets none.
  ///
  /// Returns when all threads have ended; not to be called by a handler.
  public func stop() { daemon.stop() }
}

/// The way to answer one request.
///
/// The first answer counts, also when it comes after the listener has stopped.
public struct Responder: Sendable {
  let request: OpenRequest

  /// Answers.
  public func respond(_ response: OutgoingResponse) { request.conclude(.response(response)) }

  /// Answers with `head`, and with a body that is yet to be written.
  ///
  /// - Parameters:
  ///   - head: status and headers; its own body is left out.
  ///   - limit: how many bytes may wait for the client, beyond which it is cut off.
  /// - Returns: where the body is written; closed already when there was an answer.
  public func stream(_ head: OutgoingResponse, limit: Int) -> ResponseStream {
    let stream = ResponseStream(limit: limit)
    if !request.conclude(.stream(head, stream.body)) { stream.body.close() }
    return stream
  }

  /// Closes the connection without an answer.
  public func drop() { request.conclude(.drop) }
}
