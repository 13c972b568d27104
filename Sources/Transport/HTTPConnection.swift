import EventLoop
import Providers

/// One connection of HTTP/1.1.
final class HTTPConnection: PooledConnection {
  typealias Exchange = HTTPExchange
  typealias Origin = HTTPOrigin

  unowned let pool: OriginPool<HTTPConnection>
  private(set) var idleSince: ContinuousClock.Instant
  private unowned let client: ConnectionPool<HTTPConnection>
  private let wire: Wire
  /// The header lines that all requests to the server share.
  private let hostLines: [UInt8]
  private let limits: HTTPResponseParser.Limits
  private var exchange: OpenExchange<HTTPConnection>?
  private var parser: HTTPResponseParser
  /// Whether it lay idle before this exchange: then it may have died unnoticed.
  private var isKept = false

  init(pool: OriginPool<HTTPConnection>, client: ConnectionPool<HTTPConnection>) {
    self.pool = pool
    self.client = client
    let options = client.options
    let isProxySecure = options.proxy?.url.lowercased().hasPrefix("https:") ?? false
    wire = Wire(
      CurlHandle(origin: pool.origin, options: options, multi: client.multi),
      isPlain: !pool.origin.isSecure && !isProxySecure, client: client)
    hostLines = Array(
      "Host: \(pool.origin.hostHeader)\r\nUser-Agent: \(options.userAgent)\r\n".utf8)
    limits = HTTPResponseParser.Limits(
      headerBytes: options.maximumHeaderBytes, bodyBytes: options.maximumBodyBytes)
    parser = HTTPResponseParser(limits: limits, method: "")
    idleSince = client.loop.now
  }

  // MARK: - Opening and closing

  func open() {
    wire.open { [unowned self] failure in
      if let failure {
        close()
        return client.didNotOpen(self, .failed(failure))
      }
      isKept = false
      client.didOpen(self)
    } handler: { [unowned self] in
      handle(events: $0)
    }
  }

  func close() { wire.close() }

  func rest() {
    isKept = true
    idleSince = client.loop.now
  }

  // MARK: - An exchange

  func carry(_ exchange: OpenExchange<HTTPConnection>) {
    self.exchange = exchange
    exchange.connection = self
    wire.begin()
    parser = HTTPResponseParser(limits: limits, method: exchange.exchange.method)
    exchange.exchange.write(into: &wire.out, host: hostLines)
    put()
  }

  func abandon(for cause: EarlyEnd) {
    switch cause {
    case .deadline: fail(TransportFailure.Code.timeout, "no whole response before the deadline")
    case .stopped: fail(TransportFailure.Code.stopped, "stopped")
    }
  }

  private func handle(events: Interest) {
    guard let current = exchange else { return stir() }
    if !wire.isWhole, events != .read { put() }
    // Putting may have ended it, and the connection be another's by now.
    if exchange === current, events != .write { get() }
  }

  /// An idle connection became readable: nothing that arrives now may pass for an answer.
  ///
  /// Only TLS itself has something to say to nobody in particular (new session tickets).
  private func stir() {
    if case .wouldBlock = wire.receive() { return }
    close()
    client.didStir(self)
  }

  private func put() {
    if !wire.put() { endAfterRefusedWrite() }
  }

  private func get() {
    while true {
      switch wire.receive() {
      case .wouldBlock: return
      case .failed: return failOfReset()
      case .bytes(let count): if take(count) { return }
      }
    }
  }

  /// After a write that failed an early answer may still be there to be read.
  private func endAfterRefusedWrite() {
    while wire.written > 0, case .bytes(let count) = wire.receive(), count > 0 {
      if take(count) { return }
    }
    failOfReset()
  }

  private func failOfReset() {
    let code = parser.status == nil ? TransportFailure.Code.reset : TransportFailure.Code.bodyCut
    fail(code, "the connection was reset")
  }

  /// Reads what was received, none being the end; returns whether the exchange has ended.
  private func take(_ count: Int) -> Bool {
    guard wire.written > 0 else {
      fail(TransportFailure.Code.unasked, "the server closed or spoke before it was asked")
      return true
    }
    let bytes = client.scratch.prefix(count)
    switch count == 0 ? parser.finish() : parser.consume(bytes.span) {
    case .incomplete: return false
    case .complete: succeed()
    case .failed(let fault): fail(fault.code, fault.detail)
    }
    return true
  }

  // MARK: - Ends

  private func succeed() {
    guard let exchange = exchange.take() else { return }
    isKept = true
    let reply = parser.takeReply()
    let mayStay = parser.allowsReuse && wire.isWhole
    if !mayStay { close() }
    exchange.end(.reply(.http(reply)))
    client.didFinish(self, isOpen: mayStay)
  }

  private func fail(_ code: String, _ detail: String) {
    guard let exchange = exchange.take() else { return }
    close()
    exchange.connection = nil
    let diedIdle = wire.written == 0 && isKept && !exchange.hasMoved
    if diedIdle, code == TransportFailure.Code.reset || code == TransportFailure.Code.unasked {
      client.move(exchange)
    } else {
      exchange.end(.failed(TransportFailure(stage, code: code, detail: detail)))
    }
    client.didFinish(self, isOpen: false)
  }

  /// What the server may have seen.
  ///
  /// That nothing was written weighs most: what came back then was no answer.
  private var stage: TransportFailure.Stage {
    if wire.written == 0 { return .notWritten }
    if let status = parser.status { return .responding(status: status) }
    return wire.isWhole ? .ambiguous : .incomplete
  }
}

extension HTTPResponseParser.Fault {
  fileprivate var code: String {
    switch self {
    case .garbage: TransportFailure.Code.garbage
    case .headerTooLarge: TransportFailure.Code.headerTooLarge
    case .bodyTooLarge: TransportFailure.Code.bodyTooLarge
    case .closed: TransportFailure.Code.closed
    case .bodyCut: TransportFailure.Code.bodyCut
    }
  }

  fileprivate var detail: String {
    switch self {
    case .garbage(let what): what
    case .headerTooLarge: "the response's header is too large"
    case .bodyTooLarge: "the response's body is too large"
    case .closed: "the connection was closed before the response's header was whole"
    case .bodyCut: "the connection ended before the response's body was whole"
    }
  }
}
