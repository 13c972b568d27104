import Delivery
import EventLoop
import Foundation
import Providers
import TestSupport
import Transport

/// An SMTP client on a loop of its own, on a thread of its own.
actor MailRig {
  private let loop: EventLoop
  private let options: ClientOptions
  private var made: SMTPClient?
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  private init(_ options: ClientOptions, clock: any Clock) {
    loop = EventLoop(clock: clock)
    self.options = options
  }

  /// Runs `body` with a client, and closes it afterwards.
  static func run<Result: Sendable>(
    _ options: ClientOptions = ClientOptions(caFile: mailFixture.file, maximumConnections: 8),
    clock: any Clock = SystemClock(), _ body: (MailRig) async throws -> Result
  ) async throws -> Result {
    let rig = MailRig(options, clock: clock)
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

  private var client: SMTPClient {
    if let made { return made }
    let client = SMTPClient(loop: loop, options: options)
    made = client
    return client
  }

  private func end() {
    made?.close()
    loop.stop()
  }

  func send(_ exchange: SMTPExchange, within limit: Duration = .seconds(20)) async -> ExchangeEnding
  {
    await client.send(exchange, deadline: loop.clock.now + limit)
  }

  /// Sends, and returns once the mail has its connection or waits for one.
  func start(
    _ exchange: SMTPExchange, within limit: Duration = .seconds(20)
  ) -> Task<ExchangeEnding, Never> {
    Task.immediate { await self.send(exchange, within: limit) }
  }

  /// Sends while the loop has had no chance to see what `other` did to the idle connection.
  func send(_ exchange: SMTPExchange, unseen: (go: Signal, done: Signal)) async -> ExchangeEnding {
    unseen.go.raise()
    unseen.done.block()
    return await client.send(exchange, deadline: loop.clock.now + .seconds(20))
  }

  func close() { made?.close() }

  func closeIdle() { made?.closeIdle() }
}

/// The certificate of the tests' mail servers.
let mailFixture = TLSFixture()

extension MailServer {
  /// A mail to it.
  func mail(
    _ security: SMTPServer.Security, login: SMTPServer.Login? = nil,
    change: (inout SMTPServer) -> Void = { _ in }
  ) -> SMTPExchange {
    mail("Subject: x\r\n\r\nyour code is 123456\r\n", security, login: login, change: change)
  }

  /// A mail to it.
  func mail(
    _ text: String = "Subject: x\r\n\r\nyour code is 123456\r\n",
    to recipient: String = "ann@example.org",
    _ security: SMTPServer.Security = .none, login: SMTPServer.Login? = nil,
    change: (inout SMTPServer) -> Void = { _ in }
  ) -> SMTPExchange {
    var server = SMTPServer(host: "localhost", port: port, security: security, login: login)
    server.allowsPlaintextLogin = security == .none
    server.clientName = "client.example"
    change(&server)
    return SMTPExchange(
      server: server, sender: "no-reply@example.com", recipient: recipient,
      data: Array(text.utf8), messageID: "m1@example.com")
  }
}
