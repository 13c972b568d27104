import CCurl
import EventLoop
import Glibc
import Providers

/// One connection: opened by libcurl, written and read here, so that what was written is known to
/// the byte and nothing is ever written twice.
///
/// It can be opened again after it was closed, which resumes its TLS session.
final class Connection {
  private enum Moved {
    case bytes(Int)
    case wouldBlock
    case failed
  }
  /// The largest record of TLS: with more in one call, some could be gone while none counts.
  private static let largestWrite = 16_384

  unowned let pool: OriginPool
  /// Since when it has been idle.
  var idleSince: ContinuousClock.Instant
  private unowned let client: ConnectionPool
  private let handle: CurlHandle
  /// Plain sockets are spoken to without libcurl in between, which searches all its connections
  /// at each call.
  private let isPlain: Bool
  private var descriptor: Int32?
  private var exchange: OpenExchange?
  private var out = OutgoingBuffer()
  private var written = 0
  private var parser: HTTPResponseParser
  /// Whether it lay idle before this exchange: then it may have died unnoticed.
  private var isKept = false
  private var waitsForRoom = false

  init(pool: OriginPool, client: ConnectionPool) {
    self.pool = pool
    self.client = client
    handle = CurlHandle(origin: pool.origin, options: client.options, multi: client.multi)
    let isProxySecure = client.options.proxy?.url.lowercased().hasPrefix("https:") ?? false
    isPlain = !pool.origin.isSecure && !isProxySecure
    parser = HTTPResponseParser(limits: client.limits, method: "")
    idleSince = client.loop.now
  }

  // MARK: - Opening and closing

  /// Opens it; the pool is told of the end.
  func open() {
    client.multi.open(handle) { [unowned self] in opened($0) }
  }

  private func opened(_ opening: Opening) {
    switch opening {
    case .failed(let failure):
      close()
      client.didNotOpen(self, failure)
    case .opened(let descriptor):
      self.descriptor = descriptor
      isKept = false
      client.multi.handOver(descriptor) { [unowned self] in
        self.descriptor = nil
      } handler: { [unowned self] in
        handle(events: $0)
      }
      client.didOpen(self)
    }
  }

  /// Closes it, also while it is being opened; the exchange that it carries does not end by this.
  func close() {
    client.multi.close(handle, descriptor: descriptor)
    descriptor = nil
    waitsForRoom = false
  }

  /// Marks it as lying idle.
  func rest() {
    isKept = true
    idleSince = client.loop.now
  }

  // MARK: - An exchange

  /// Writes the request; the exchange ends when the response is whole or cannot come any more.
  func carry(_ exchange: OpenExchange) {
    self.exchange = exchange
    exchange.connection = self
    written = 0
    parser = HTTPResponseParser(limits: client.limits, method: exchange.exchange.method)
    exchange.exchange.write(into: &out, host: pool.hostLines)
    put()
  }

  /// Ends the exchange that it carries, by how far it got, and closes.
  func abandon(code: String, detail: String) {
    fail(code, detail)
  }

  private func handle(events: Interest) {
    guard let current = exchange else { return stir() }
    if written < out.count, events != .read { put() }
    // Putting may have ended it, and the connection be another's by now.
    if exchange === current, events != .write { get() }
  }

  /// An idle connection became readable: nothing that arrives now may pass for an answer.
  ///
  /// Only TLS itself has something to say to nobody in particular (new session tickets).
  private func stir() {
    if case .wouldBlock = receive() { return }
    close()
    client.didStir(self)
  }

  private func put() {
    while written < out.count {
      switch transmit() {
      case .bytes(0): return waitForRoom(true)
      case .bytes(let count): written += count
      case .wouldBlock: return waitForRoom(true)
      case .failed: return endAfterRefusedWrite()
      }
    }
    waitForRoom(false)
  }

  private func waitForRoom(_ waits: Bool) {
    guard waits != waitsForRoom, let descriptor else { return }
    waitsForRoom = waits
    client.loop.rewatch(descriptor, for: waits ? [.read, .write] : .read)
  }

  private func get() {
    while true {
      switch receive() {
      case .wouldBlock: return
      case .failed: return failOfReset()
      case .bytes(let count): if take(count) { return }
      }
    }
  }

  /// After a write that failed an early answer may still be there to be read.
  private func endAfterRefusedWrite() {
    while written > 0, case .bytes(let count) = receive(), count > 0 {
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
    guard written > 0 else {
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
    let mayStay = parser.allowsReuse && written == out.count
    if !mayStay { close() }
    exchange.end(.reply(reply))
    client.didFinish(self, isOpen: mayStay)
  }

  private func fail(_ code: String, _ detail: String) {
    guard let exchange = exchange.take() else { return }
    close()
    exchange.connection = nil
    let diedIdle = written == 0 && isKept && !exchange.hasMoved
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
    if written == 0 { return .notWritten }
    if let status = parser.status { return .responding(status: status) }
    return written < out.count ? .incomplete : .ambiguous
  }

  // MARK: - Bytes

  private func transmit() -> Moved {
    guard let descriptor else { return .failed }
    let bytes = out.bytes(from: written)
    if isPlain {
      let count = Glibc.send(
        descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
      if count >= 0 { return .bytes(count) }
      return errno == EAGAIN || errno == EINTR ? .wouldBlock : .failed
    }
    var count = 0
    let result = curl_easy_send(
      handle.raw, bytes.baseAddress, min(bytes.count, Self.largestWrite), &count)
    return moved(result, count)
  }

  private func receive() -> Moved {
    guard let descriptor else { return .failed }
    let room = client.scratch.memory
    if isPlain {
      let count = Glibc.recv(descriptor, room.baseAddress, room.count, 0)
      if count >= 0 { return .bytes(count) }
      return errno == EAGAIN || errno == EINTR ? .wouldBlock : .failed
    }
    var count = 0
    let result = curl_easy_recv(handle.raw, room.baseAddress, room.count, &count)
    return moved(result, count)
  }

  private func moved(_ result: CURLcode, _ count: Int) -> Moved {
    switch result {
    case CURLE_OK: .bytes(count)
    case CURLE_AGAIN: .wouldBlock
    default: .failed
    }
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
