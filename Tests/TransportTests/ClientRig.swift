import EventLoop
import Foundation
import Providers
import TestSupport
import Testing
import Transport

/// An HTTP client on a loop of its own, on a thread of its own.
actor ClientRig {
  private let loop: EventLoop
  private let options: ClientOptions
  private var made: HTTPClient?
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  private init(_ options: ClientOptions, clock: any Clock) {
    loop = EventLoop(clock: clock)
    self.options = options
  }

  /// Runs `body` with a client, and closes it afterwards.
  static func run<Result: Sendable>(
    _ options: ClientOptions = ClientOptions(),
    clock: any Clock = SystemClock(),
    _ body: (ClientRig) async throws -> Result
  ) async throws -> Result {
    let rig = ClientRig(options, clock: clock)
    Thread.detachNewThread { [loop = rig.loop] in loop.run() }
    do {
      let result = try await body(rig)
      await rig.end()
      return result
    } catch {
      await rig.end()
      throw error
    }
  }

  private var client: HTTPClient {
    if let made { return made }
    let client = HTTPClient(loop: loop, options: options)
    made = client
    return client
  }

  private func end() {
    made?.close()
    loop.stop()
  }

  func send(_ exchange: HTTPExchange, within limit: Duration = .seconds(20)) async -> ExchangeEnding
  {
    await client.send(exchange, deadline: loop.clock.now + limit)
  }

  /// Sends, and returns once the exchange has its connection or waits for one.
  func start(
    _ exchange: HTTPExchange, within limit: Duration = .seconds(20)
  ) -> Task<ExchangeEnding, Never> {
    Task.immediate { await self.send(exchange, within: limit) }
  }

  /// Sends while the loop has had no chance to see what `other` did to the idle connection.
  func send(
    _ exchange: HTTPExchange, unseen: (go: Signal, done: Signal)
  ) async -> ExchangeEnding {
    unseen.go.raise()
    unseen.done.block()
    return await client.send(exchange, deadline: loop.clock.now + .seconds(20))
  }

  func close() { made?.close() }

  func closeIdle() { made?.closeIdle() }
}

/// Whether a test speaks plain or TLS.
enum Security: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case plain
  case tls

  var testDescription: String { rawValue }
  var fixture: TLSFixture? { self == .tls ? Self.shared : nil }
  var options: ClientOptions { ClientOptions(caFile: fixture?.file) }

  private static let shared = TLSFixture()
}

extension MisbehavingServer {
  /// The server's URL.
  func endpoint(
    _ security: Security = .plain, host: String = "127.0.0.1", target: String = "/sms"
  ) -> HTTPEndpoint {
    HTTPEndpoint("\(security == .tls ? "https" : "http")://\(host):\(port)\(target)")!
  }

  /// A POST to the server.
  func post(_ security: Security = .plain, bodyBytes: Int = 2) -> HTTPExchange {
    HTTPExchange(endpoint(security), body: [UInt8](repeating: 0x78, count: bodyBytes))
  }
}

extension ExchangeEnding {
  var reply: HTTPReply? {
    if case .reply(.http(let reply)) = self { reply } else { nil }
  }
  var failure: TransportFailure? {
    if case .failed(let failure) = self { failure } else { nil }
  }
  /// `200`, `message 250 2.0.0`, or how far it got and why.
  var summary: String {
    switch self {
    case .reply(.http(let reply)): "\(reply.status)"
    case .reply(.smtp(let reply)):
      "\(reply.stage.rawValue) \(reply.code)\(reply.enhancedCode.map { " \($0)" } ?? "")"
    case .failed(let failure): "\(failure.stage) \(failure.code)"
    }
  }
}

let okay = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
