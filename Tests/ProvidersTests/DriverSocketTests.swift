import Delivery
import EventLoop
import Foundation
import TestSupport
import Testing
import Transport

@testable import Providers

/// What every driver owes over a real socket, whatever the service does there.
@Suite(.timeLimit(.minutes(1)))
struct DriverSocketTests {
  /// What the service does with a message.
  enum Situation: String, CaseIterable, Sendable {
    case accepted, refused, throttled, down, slow
    case hung, cut, oversized, unreadable, gone
  }

  @Test(arguments: DriverContractTests.entries, Situation.allCases)
  func `a service's behaviour gets its class`(
    entry: DriverContractTests.Entry, situation: Situation
  ) async throws {
    let clock = ManualClock(wallMilliseconds: 0)
    let service = Service(entry.fixture, situation)
    let driver = try entry.driver(entry.fixture.loopback(service.port))
    let exchange = try driver.exchange(
      for: entry.message("654321"), context: .lifetime(.seconds(600)))
    let answer = await ConnectorRig.run(clock: clock) { rig in
      let answer = await rig.start(exchange, by: driver)
      if situation == .hung {
        await service.isReached.raised()
        clock.advance(by: .seconds(20))
      }
      return await answer.value
    }
    #expect(Self.isExpected(answer, situation, entry))
    for hidden in ["654321", "4512345678", "ann@example.org"] {
      #expect(answer?.detail.contains(hidden) == false)
    }
  }

  private static func isExpected(
    _ answer: Answer?, _ situation: Situation, _ entry: DriverContractTests.Entry
  ) -> Bool {
    switch (situation, answer?.class) {
    case (.accepted, .accepted?), (.slow, .accepted?):
      answer?.providerMessageIDs.isEmpty == entry.fixture.accepted.ids.isEmpty
    case (.refused, .rejected?), (.down, .transient?),
      (.gone, .transient?), (.hung, .ambiguous?), (.unreadable, .ambiguous?):
      true
    case (.throttled, let found?): found == entry.fixture.limit
    case (.cut, let found?), (.oversized, let found?):
      found == (entry.type.statusIsContract ? .accepted : .ambiguous)
    default: false
    }
  }
}

/// A service of the tests that shows one behaviour, in the protocol of a driver.
private final class Service {
  let port: UInt16
  /// Raised when a service that hangs has got the message.
  let isReached = Signal()
  private let server: AnyObject

  init(_ fixture: DriverFixture, _ situation: DriverSocketTests.Situation) {
    guard situation != .gone else {
      let port = RefusingPort()
      (self.port, server) = (port.number, port)
      return
    }
    if fixture.isHTTP {
      let server = MisbehavingServer([Self.script(fixture, situation, isReached)])
      (port, self.server) = (server.port, server)
    } else {
      let server = Self.mailServer(fixture, situation, isReached)
      (port, self.server) = (server.port, server)
    }
  }

  // MARK: - HTTP

  private static func script(
    _ fixture: DriverFixture, _ situation: DriverSocketTests.Situation, _ isReached: Signal
  ) -> [MisbehavingServer.Step] {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
    let steps: [MisbehavingServer.Step] =
      switch situation {
      case .accepted: [.write(bytes(of: fixture.accepted.reply))]
      case .refused: [.write(bytes(of: fixture.refused))]
      case .throttled: [.write(bytes(of: fixture.throttled))]
      case .down: [.write(bytes(of: fixture.down))]
      case .slow: bytes(of: fixture.accepted.reply).map { .write([$0]) }
      case .hung: [.raise(isReached), .readToEnd]
      case .cut: [.write(head + "{\"si"), .finish]
      case .oversized:
        [.write("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"), .writeForever([0x78])]
      case .unreadable: [.write("SSH-2.0-OpenSSH_9\r\n")]
      case .gone: []
      }
    return [.readRequest] + steps
  }

  private static func bytes(of reply: Reply) -> [UInt8] {
    guard case .http(let reply) = reply else { return [] }
    let headers = reply.headers.map { "\($0.name): \($0.value)\r\n" }.joined()
    return Array(
      "HTTP/1.1 \(reply.status) X\r\n\(headers)Content-Length: \(reply.body.count)\r\n\r\n".utf8)
      + reply.body
  }

  // MARK: - SMTP

  private static func mailServer(
    _ fixture: DriverFixture, _ situation: DriverSocketTests.Situation, _ isReached: Signal
  ) -> MailServer {
    let decisive: Reply =
      switch situation {
      case .refused: fixture.refused
      case .throttled: fixture.throttled
      case .down: fixture.down
      default: fixture.accepted.reply
      }
    guard case .smtp(let reply) = decisive else { preconditionFailure("no mail server's reply") }
    let code = reply.enhancedCode.map { "\($0) " } ?? ""
    let line = "\(reply.code) \(code)\(reply.text)\r\n"
    let verbs: [SMTPReply.Stage: String] = [
      .greeting: "CONNECT", .hello: "EHLO", .mail: "MAIL", .recipient: "RCPT", .data: "DATA",
      .message: ".",
    ]
    return MailServer { command, _ in
      let verb = command.prefix { $0 != " " && $0 != ":" }.uppercased()
      guard verb == verbs[reply.stage] else { return nil }
      switch situation {
      case .slow: return .dribble(line)
      case .hung:
        isReached.raise()
        return .silence
      case .cut: return .writeAndClose("250-2.0.0 O")
      case .oversized: return .writeForever("250-2.0.0 Ok\r\n")
      case .unreadable: return .write("SSH-2.0-OpenSSH_9\r\n")
      default: return .write(line)
      }
    }
  }
}

/// A connector's client on a loop of its own, on a thread of its own.
private actor ConnectorRig {
  private let loop: EventLoop
  private var made: ConnectorClient?
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  private init(clock: any Clock) { loop = EventLoop(clock: clock) }

  /// Runs `body` with a client, and closes it afterwards.
  static func run<Result: Sendable>(
    clock: any Clock, _ body: (ConnectorRig) async -> Result
  ) async -> Result {
    let rig = ConnectorRig(clock: clock)
    Thread.detachNewThread { [loop = rig.loop] in loop.run() }
    let result = await body(rig)
    await rig.end()
    return result
  }

  private var client: ConnectorClient {
    if let made { return made }
    let client = ConnectorClient(loop: loop, options: ClientOptions())
    made = client
    return client
  }

  private func end() {
    made?.close()
    loop.stop()
  }

  /// Sends, and returns once the exchange has its connection or waits for one.
  func start(_ exchange: Exchange, by driver: any Driver) -> Task<Answer?, Never> {
    Task.immediate {
      await withCheckedContinuation { continuation in
        client.send(exchange, deadline: loop.clock.now + exchange.timeLimit) { ending in
          continuation.resume(returning: ending.answer(by: driver))
        }
      }
    }
  }
}
