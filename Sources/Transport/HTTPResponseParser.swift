import Providers

/// Reads one HTTP/1 response from bytes as they come: pure, bounded, and indifferent to where the
/// bytes are cut.
///
/// Interim responses (1xx) are skipped. A body without length or chunks ends when the connection
/// does, which is taken for whole only where the server said that it would close: over TLS an
/// attacker's FIN looks the same as the server's.
struct HTTPResponseParser {
  /// What a response may cost.
  struct Limits {
    var headerBytes = 64 << 10
    var bodyBytes = 1 << 20
    var interimResponses = 16
  }
  /// What is wrong with a response.
  enum Fault: Error, Equatable {
    case garbage(String)
    case headerTooLarge
    case bodyTooLarge
    /// The connection ended before the header did.
    case closed
    /// The connection ended before the body did.
    case bodyCut
  }
  /// Where reading stands after some bytes.
  enum Progress: Equatable {
    case incomplete
    case complete
    case failed(Fault)
  }
  private enum State {
    /// Of CR LF CR LF, `matched` bytes were seen last.
    case head(matched: Int)
    case body(left: Int)
    case untilClose
    case chunked(ChunkedBody)
    case complete
    case failed(Fault)
  }

  private let limits: Limits
  private let isBodyless: Bool
  private var state = State.head(matched: 0)
  private var head: [UInt8] = []
  private var body: [UInt8] = []
  private var interimResponses = 0
  private var skippedHeaderBytes = 0
  private var hasSurplus = false
  private var closes = false
  /// The status, once the header is whole.
  private(set) var status: Int?

  /// A reader of one response.
  /// - Parameters:
  ///   - limits: what the response may cost.
  ///   - method: the request's method; nothing follows the header of an answer to `HEAD`.
  init(limits: Limits, method: String) {
    self.limits = limits
    isBodyless = method == "HEAD"
  }

  /// Whether the connection may carry another request after this response.
  var allowsReuse: Bool { !closes && !hasSurplus }

  /// Takes the next bytes.
  mutating func consume(_ bytes: Span<UInt8>) -> Progress {
    var rest = 0
    do throws(Fault) {
      while rest < bytes.count {
        switch state {
        case .head(let matched):
          rest = try consumeHead(bytes, from: rest, matched: matched)
        case .body(let left):
          let count = min(left, bytes.count - rest)
          body.append(bytes.extracting(rest..<(rest + count)))
          rest += count
          state = left == count ? .complete : .body(left: left - count)
        case .untilClose:
          guard body.count + bytes.count - rest <= limits.bodyBytes else { throw .bodyTooLarge }
          body.append(bytes.extracting(rest..<bytes.count))
          rest = bytes.count
        case .chunked(var chunks):
          rest = try chunks.consume(bytes, from: rest, into: &body)
          state = chunks.isComplete ? .complete : .chunked(chunks)
        case .complete:
          hasSurplus = true
          rest = bytes.count
        case .failed(let fault):
          throw fault
        }
      }
    } catch {
      state = .failed(error)
    }
    return progress
  }

  /// Takes the end of the connection.
  mutating func finish() -> Progress {
    switch state {
    case .head: state = .failed(.closed)
    case .body, .chunked: state = .failed(.bodyCut)
    case .untilClose: state = .complete
    case .complete, .failed: break
    }
    return progress
  }

  /// The response; to be called once, after `complete`.
  mutating func takeReply() -> HTTPReply {
    HTTPReply(status: status ?? 0, fieldLines: head.taken(), body: body.taken())
  }

  private var progress: Progress {
    switch state {
    case .complete: .complete
    case .failed(let fault): .failed(fault)
    default: .incomplete
    }
  }

  /// Looks for the end of the header; returns where the bytes behind it begin.
  private mutating func consumeHead(
    _ bytes: Span<UInt8>, from start: Int, matched before: Int
  ) throws(Fault) -> Int {
    try refuseOtherProtocols(bytes, from: start)
    var matched = before
    var index = start
    let room = limits.headerBytes - skippedHeaderBytes - head.count
    while index < bytes.count, matched < 4 {
      guard index - start < room else { throw .headerTooLarge }
      switch (bytes[index], matched) {
      case (0x0D, 0), (0x0D, 2), (0x0A, 1), (0x0A, 3): matched += 1
      case (0x0D, _), (0x0A, _), (_, 1), (_, 3): throw .garbage("a line that does not end in CR LF")
      default: matched = 0
      }
      index += 1
    }
    head.append(bytes.extracting(start..<index))
    state = .head(matched: matched)
    if matched == 4 { try finishHead() }
    return index
  }

  /// Says at once that something is no HTTP/1, instead of waiting for its empty line.
  private func refuseOtherProtocols(_ bytes: Span<UInt8>, from start: Int) throws(Fault) {
    let wanted: StaticString = "HTTP/1."
    let known = head.count
    guard known < wanted.utf8CodeUnitCount else { return }
    let count = min(wanted.utf8CodeUnitCount - known, bytes.count - start)
    let isHTTP = wanted.withUTF8Buffer { wanted in
      for index in 0..<count where bytes[start + index] != wanted[known + index] { return false }
      return true
    }
    guard isHTTP else { throw .garbage("no status line of HTTP/1") }
  }

  private mutating func finishHead() throws(Fault) {
    let found: HTTPResponseHead
    do throws(HTTPResponseHead.Fault) {
      found = try HTTPResponseHead(head.span)
    } catch {
      throw .garbage(error.what.description)
    }
    guard found.status >= 200 else { return try skipInterim(found.status) }
    status = found.status
    closes = found.closes
    head.removeLast(2)
    head.removeSubrange(..<found.fieldsStart)
    if isBodyless || found.status == 204 || found.status == 304 {
      state = .complete
    } else {
      state = try bodyState(found)
    }
  }

  private mutating func bodyState(_ head: HTTPResponseHead) throws(Fault) -> State {
    switch head.framing {
    case .length(0): return .complete
    case .length(let length):
      guard length <= limits.bodyBytes else { throw .bodyTooLarge }
      body.reserveCapacity(length)
      return .body(left: length)
    case .chunked:
      return .chunked(
        ChunkedBody(maximumBytes: limits.bodyBytes, maximumOverhead: limits.headerBytes))
    case .untilClose:
      guard head.closes else { throw .garbage("neither a length nor an announced end") }
      return .untilClose
    }
  }

  private mutating func skipInterim(_ status: Int) throws(Fault) {
    guard status != 101 else { throw .garbage("a change of protocol that was not asked for") }
    interimResponses += 1
    guard interimResponses <= limits.interimResponses else {
      throw .garbage("too many interim responses")
    }
    skippedHeaderBytes += head.count
    head.removeAll(keepingCapacity: true)
    state = .head(matched: 0)
  }
}

extension [UInt8] {
  mutating func append(_ bytes: Span<UInt8>) {
    bytes.withUnsafeBufferPointer { append(contentsOf: $0) }
  }

  /// Moves the bytes out, so that nobody else holds them.
  fileprivate mutating func taken() -> [UInt8] {
    defer { self = [] }
    return self
  }
}
