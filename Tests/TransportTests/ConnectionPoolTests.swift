import EventLoop
import Providers
import TestSupport
import Testing
import Transport

@Suite(.timeLimit(.minutes(1)))
struct ConnectionPoolTests {
  private static let answer: [MisbehavingServer.Step] = [.readRequest, .write(okay)]

  @Test(arguments: Security.allCases)
  func `a kept connection carries one request after the other`(
    _ security: Security
  ) async throws {
    let server = MisbehavingServer(
      tls: security.fixture, [Self.answer + Self.answer + Self.answer])
    try await ClientRig.run(security.options) { rig in
      for _ in 0..<3 { #expect(await rig.send(server.post(security)).summary == "200") }
    }
    #expect(server.connections.map(\.requests) == [3])
  }

  @Test(arguments: [
    "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}",
    "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}surplus",
  ])
  func `a connection that must not be kept is not`(_ response: String) async throws {
    let server = MisbehavingServer([[.readRequest, .write(response)]])
    try await ClientRig.run { rig in
      for _ in 0..<2 { #expect(await rig.send(server.post()).summary == "200") }
    }
    #expect(server.connections.map(\.requests) == [1, 1])
  }

  /// What a server may do to a connection that lies idle.
  private static let stirs: [(String, [MisbehavingServer.Step])] = [
    ("FIN", [.finish]),
    ("FIN without close_notify", [.cut]),
    ("close_notify", [.closeNotify, .cut]),
    ("RST", [.reset]),
    ("408", [.write("HTTP/1.1 408 Timeout\r\nContent-Length: 0\r\n\r\n"), .finish]),
    ("a whole answer that nobody asked for", [.write(okay)]),
  ]

  @Test(arguments: stirs.indices, Security.allCases)
  func `an idle connection that stirs is dropped, and the next request has a new one`(
    _ index: Int, _ security: Security
  ) async throws {
    let (go, done) = (Signal(), Signal())
    let server = MisbehavingServer(
      tls: security.fixture,
      [
        Self.answer + [.wait(go)] + Self.stirs[index].1 + [.raise(done)], Self.answer,
      ])
    try await ClientRig.run(security.options) { rig in
      #expect(await rig.send(server.post(security)).summary == "200")
      go.raise()
      await done.raised()
      #expect(await rig.send(server.post(security)).summary == "200")
    }
    #expect(server.connections.map(\.requests) == [1, 1], "\(Self.stirs[index].0)")
  }

  @Test(arguments: Security.allCases)
  func `a reset that was not seen before writing moves the exchange, nothing being written`(
    _ security: Security
  ) async throws {
    let (go, done) = (Signal(), Signal())
    let server = MisbehavingServer(
      tls: security.fixture,
      [Self.answer + [.wait(go), .reset, .raise(done)], Self.answer])
    try await ClientRig.run(security.options) { rig in
      #expect(await rig.send(server.post(security)).summary == "200")
      let ending = await rig.send(server.post(security), unseen: (go, done))
      #expect(ending.summary == "200")
    }
    #expect(server.connections.map(\.requests) == [1, 1])
  }

  @Test(arguments: Security.allCases)
  func `a FIN that was not seen before writing leaves the exchange ambiguous, sent once`(
    _ security: Security
  ) async throws {
    let (go, done) = (Signal(), Signal())
    let server = MisbehavingServer(
      tls: security.fixture, [Self.answer + [.wait(go), .cut, .raise(done)], Self.answer])
    try await ClientRig.run(security.options) { rig in
      #expect(await rig.send(server.post(security)).summary == "200")
      let ending = await rig.send(server.post(security), unseen: (go, done))
      #expect(ending.failure?.stage == .ambiguous)
    }
    #expect(server.connections.count == 1)
  }

  @Test func `more exchanges than connections wait their turn, none is lost`() async throws {
    let server = MisbehavingServer([
      Array([[MisbehavingServer.Step]](repeating: Self.answer, count: 100).joined())
    ])
    let endings = try await ClientRig.run(ClientOptions(maximumConnections: 3)) { rig in
      await withTaskGroup(of: String.self) { group in
        for _ in 0..<100 { group.addTask { await rig.send(server.post()).summary } }
        return await group.reduce(into: []) { $0.append($1) }
      }
    }
    #expect(endings == Array(repeating: "200", count: 100))
    #expect(server.connections.count <= 3)
    #expect(server.requests == 100)
  }

  @Test func `waiting for a connection ends at the deadline`() async throws {
    let clock = ManualClock(wallMilliseconds: 0)
    let (seen, never) = (Signal(), Signal())
    let server = MisbehavingServer([[.readRequest, .raise(seen), .wait(never)]])
    let options = ClientOptions(maximumConnections: 1)
    try await ClientRig.run(options, clock: clock) { rig in
      let first = await rig.start(server.post(), within: .seconds(12))
      await seen.raised()
      let second = await rig.start(server.post(), within: .seconds(3))
      clock.advance(by: .seconds(3))
      #expect(await second.value.summary == "notWritten queue.timeout")
      clock.advance(by: .seconds(9))
      #expect(await first.value.summary == "ambiguous http.timeout")
    }
    never.raise()
    #expect(server.requests == 1)
  }

  @Test func `two servers share the connections, the idle one making room`() async throws {
    let servers = [MisbehavingServer([Self.answer]), MisbehavingServer([Self.answer])]
    try await ClientRig.run(ClientOptions(maximumConnections: 1)) { rig in
      for server in servers + servers {
        #expect(await rig.send(server.post()).summary == "200")
      }
    }
    #expect(servers.map { $0.connections.map(\.requests) } == [[1, 1], [1, 1]])
  }

  @Test func `a busy server does not keep the connections from another`() async throws {
    let (seen, go) = (Signal(), Signal())
    let busy = MisbehavingServer([
      [.readRequest, .raise(seen), .wait(go), .write(okay)] + Self.answer + Self.answer,
      Self.answer,
    ])
    let other = MisbehavingServer([Self.answer])
    try await ClientRig.run(ClientOptions(maximumConnections: 1)) { rig in
      let first = await rig.start(busy.post())
      await seen.raised()
      let second = await rig.start(other.post())
      let third = await rig.start(busy.post())
      go.raise()
      for task in [first, second, third] { #expect(await task.value.summary == "200") }
    }
    #expect(busy.connections.map(\.requests) == [1, 1])
    #expect(other.requests == 1)
  }

  @Test func `an exchange takes what is free first, the connection opened for it or another`()
    async throws
  {
    let (seen, go) = (Signal(), Signal())
    let server = MisbehavingServer(
      tls: Security.tls.fixture,
      [
        [.readRequest, .raise(seen), .wait(go), .write(okay)] + Self.answer, [.withoutHandshake],
      ])
    try await ClientRig.run(Security.tls.options) { rig in
      let first = await rig.start(server.post(.tls))
      await seen.raised()
      let second = await rig.start(server.post(.tls))
      go.raise()
      for task in [first, second] { #expect(await task.value.summary == "200") }
    }
    #expect(server.connections[0].requests == 2)
  }

  @Test func `no more than eight handshakes are under way at once`() async throws {
    let clock = ManualClock(wallMilliseconds: 0)
    let accepted = (0..<8).map { _ in Signal() }
    let server = MisbehavingServer(
      tls: Security.tls.fixture, accepted.map { [.withoutHandshake, .raise($0)] })
    let exchange = server.post(.tls)
    var options = Security.tls.options
    options.connectTimeout = .seconds(60)
    try await ClientRig.run(options, clock: clock) { rig in
      var tasks: [Task<ExchangeEnding, Never>] = []
      for _ in 0..<20 { tasks.append(await rig.start(exchange, within: .seconds(3))) }
      for signal in accepted { await signal.raised() }
      clock.advance(by: .seconds(3))
      for task in tasks {
        #expect(await task.value.summary == "notWritten connect.timeout")
      }
    }
    #expect(server.connections.count == 8)
  }

  @Test func `as many exchanges fail as connections could not be opened`() async throws {
    let server = MisbehavingServer(tls: Security.tls.fixture, [[.withoutHandshake, .cut]])
    let exchange = server.post(.tls)
    try await ClientRig.run(Security.tls.options) { rig in
      var tasks: [Task<ExchangeEnding, Never>] = []
      for _ in 0..<20 { tasks.append(await rig.start(exchange)) }
      for task in tasks {
        #expect(await task.value.summary == "notWritten tls.handshake")
      }
    }
    #expect(server.connections.count == 20)
  }

  @Test func `closing ends open exchanges by how far they got`() async throws {
    let (seen, never) = (Signal(), Signal())
    let server = MisbehavingServer([[.readRequest, .raise(seen), .wait(never)]])
    try await ClientRig.run(ClientOptions(maximumConnections: 1)) { rig in
      let written = await rig.start(server.post())
      await seen.raised()
      let waiting = await rig.start(server.post())
      await rig.close()
      #expect(await written.value.summary == "ambiguous stopped")
      #expect(await waiting.value.failure?.isUntouchedByStopping == true)
      #expect(await rig.send(server.post()).failure?.isUntouchedByStopping == true)
    }
    never.raise()
    #expect(server.requests == 1)
  }

  @Test func `closing while a connection is being opened ends its exchange untouched`() async throws
  {
    let server = MisbehavingServer(tls: Security.tls.fixture, [[.withoutHandshake]])
    try await ClientRig.run(Security.tls.options) { rig in
      let waiting = await rig.start(server.post(.tls))
      await rig.close()
      #expect(await waiting.value.failure?.isUntouchedByStopping == true)
    }
  }

  @Test func `one byte a second does not outlast the deadline`() async throws {
    let clock = ManualClock(wallMilliseconds: 0)
    let ticks = (0..<12).map { _ in (written: Signal(), go: Signal()) }
    let trickle = zip(ticks, okay.utf8).flatMap { tick, byte in
      [.write([byte]), .raise(tick.written), .wait(tick.go)] as [MisbehavingServer.Step]
    }
    let server = MisbehavingServer([[.readRequest] + trickle])
    let ending = try await ClientRig.run(clock: clock) { rig in
      let exchange = await rig.start(server.post(), within: .seconds(12))
      for tick in ticks {
        await tick.written.raised()
        clock.advance(by: .seconds(1))
        tick.go.raise()
      }
      return await exchange.value
    }
    #expect(ending.summary == "ambiguous http.timeout")
  }

  @Test func `connections that lie idle too long are closed`() async throws {
    let clock = ManualClock(wallMilliseconds: 0)
    let gone = Signal()
    let server = MisbehavingServer([
      Self.answer + Self.answer + [.readToEnd, .raise(gone)], Self.answer,
    ])
    let options = ClientOptions(maximumIdleTime: .seconds(60))
    try await ClientRig.run(options, clock: clock) { rig in
      #expect(await rig.send(server.post(), within: .seconds(200)).summary == "200")
      clock.advance(by: .seconds(59))
      #expect(await rig.send(server.post(), within: .seconds(200)).summary == "200")
      clock.advance(by: .seconds(60))
      await gone.raised()
      #expect(await rig.send(server.post(), within: .seconds(200)).summary == "200")
    }
    #expect(server.connections.map(\.requests) == [2, 1])
  }

  @Test func `idle connections can be closed at will`() async throws {
    let server = MisbehavingServer([Self.answer])
    try await ClientRig.run { rig in
      #expect(await rig.send(server.post()).summary == "200")
      await rig.closeIdle()
      #expect(await rig.send(server.post()).summary == "200")
    }
    #expect(server.connections.map(\.requests) == [1, 1])
  }

  @Test func `a request past its deadline is not sent`() async throws {
    let server = MisbehavingServer([Self.answer])
    let ending = try await ClientRig.run { await $0.send(server.post(), within: .seconds(-1)) }
    #expect(ending.summary == "notWritten queue.timeout")
    #expect(server.connections.isEmpty)
  }
}
