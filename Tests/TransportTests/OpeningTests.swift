import Delivery
import Providers
import TestSupport
import Testing
import Transport

@Suite(.timeLimit(.minutes(1)))
struct OpeningTests {
  private static let okay: [MisbehavingServer.Step] = [.readRequest, .write(TransportTests.okay)]

  /// Sends to a server with that certificate, trusting it unless told otherwise.
  private func send(
    to host: String = "localhost", _ fixture: TLSFixture, isTrusted: Bool = true
  ) async throws -> (ExchangeEnding, MisbehavingServer) {
    let server = MisbehavingServer(tls: fixture, [Self.okay])
    let options = ClientOptions(caFile: isTrusted ? fixture.file : nil)
    let ending = try await ClientRig.run(options) {
      await $0.send(HTTPExchange(server.endpoint(.tls, host: host)))
    }
    return (ending, server)
  }

  @Test(arguments: ["localhost", "127.0.0.1"])
  func `a certificate of the given file is trusted`(_ host: String) async throws {
    #expect(try await send(to: host, TLSFixture()).0.summary == "200")
  }

  @Test func `a certificate that nobody vouches for is refused`() async throws {
    let (ending, server) = try await send(TLSFixture(), isTrusted: false)
    #expect(ending.summary == "notWritten tls.untrusted")
    #expect(ending.failure?.isCertificateProblem == true)
    #expect(ending.failure?.answer.class == .misconfigured(.account))
    #expect(server.requests == 0)
  }

  @Test func `a certificate for another name is refused`() async throws {
    let fixture = TLSFixture(name: "other.example", isLoopback: false)
    let (ending, server) = try await send(fixture)
    #expect(ending.summary == "notWritten tls.untrusted")
    #expect(server.requests == 0)
  }

  @Test func `an expired certificate is refused`() async throws {
    let (ending, server) = try await send(TLSFixture(validSeconds: -7_200...(-3_600)))
    #expect(ending.summary == "notWritten tls.untrusted")
    #expect(ending.failure?.detail.contains("expired") == true)
    #expect(server.requests == 0)
  }

  @Test func `a file of authorities that is not there is a fault of the settings`() async throws {
    let server = MisbehavingServer(tls: Security.tls.fixture, [Self.okay])
    let ending = try await ClientRig.run(ClientOptions(caFile: "/nonexistent.pem")) {
      await $0.send(server.post(.tls))
    }
    #expect(ending.summary == "notWritten tls.ca-file")
    #expect(ending.failure?.answer.class == .misconfigured(.account))
  }

  @Test func `TLS to a plain server fails as a handshake`() async throws {
    let server = MisbehavingServer([[.write("SSH-2.0-x\r\n"), .finish]])
    let ending = try await ClientRig.run(Security.tls.options) { await $0.send(server.post(.tls)) }
    #expect(ending.summary == "notWritten tls.handshake")
  }

  @Test func `a port where nobody listens refuses`() async throws {
    let port = RefusingPort()
    let exchange = HTTPExchange(HTTPEndpoint("http://127.0.0.1:\(port.number)/")!)
    let ending = try await ClientRig.run { await $0.send(exchange) }
    #expect(ending.summary == "notWritten connect.refused")
    #expect(ending.failure?.answer.class == .transient(wait: nil))
  }

  @Test func `a name that does not exist is not found`() async throws {
    let exchange = HTTPExchange(HTTPEndpoint("http://nowhere.invalid/")!)
    let ending = try await ClientRig.run { await $0.send(exchange) }
    #expect(ending.summary == "notWritten connect.name")
  }

  @Test func `a server that never shakes hands times out`() async throws {
    let server = MisbehavingServer(tls: Security.tls.fixture, [[.withoutHandshake]])
    var options = Security.tls.options
    options.connectTimeout = .milliseconds(200)
    let ending = try await ClientRig.run(options) { await $0.send(server.post(.tls)) }
    #expect(ending.summary == "notWritten connect.timeout")
  }

  @Test func `the deadline counts while a connection is being opened`() async throws {
    let server = MisbehavingServer(tls: Security.tls.fixture, [[.withoutHandshake]])
    let ending = try await ClientRig.run(Security.tls.options) {
      await $0.send(server.post(.tls), within: .milliseconds(200))
    }
    #expect(ending.summary == "notWritten connect.timeout")
  }

  // MARK: - Proxies

  @Test(arguments: [(403, true), (407, true), (502, false)])
  func `a proxy's refusal is told by its status`(
    _ status: Int, isSettings: Bool
  ) async throws {
    let proxy = MisbehavingServer([
      [.readHead, .write("HTTP/1.1 \(status) No\r\nContent-Length: 0\r\n\r\n"), .finish]
    ])
    let options = ClientOptions(proxy: .init(url: "http://127.0.0.1:\(proxy.port)"))
    let ending = try await ClientRig.run(options) {
      await $0.send(HTTPExchange(HTTPEndpoint("http://sms.example/")!))
    }
    #expect(ending.summary == "notWritten proxy.\(status)")
    #expect((ending.failure?.answer.class == .misconfigured(.account)) == isSettings)
  }

  @Test(arguments: Security.allCases)
  func `requests go through a proxy's tunnel, credentials to the proxy alone`(
    _ security: Security
  ) async throws {
    let server = MisbehavingServer(
      tls: security.fixture, [[.readRequest, .write(TransportTests.okay)]])
    let proxy = MisbehavingServer([
      [.readHead, .write("HTTP/1.1 200 Connected\r\n\r\n"), .relay(server.port)]
    ])
    var options = security.options
    options.proxy = .init(
      url: "http://127.0.0.1:\(proxy.port)", user: "me", password: Secret("pass"))
    let ending = try await ClientRig.run(options) { await $0.send(server.post(security)) }
    #expect(ending.summary == "200")
    #expect(proxy.connections[0].text.hasPrefix("CONNECT 127.0.0.1:\(server.port) HTTP/1.1\r\n"))
    #expect(proxy.connections[0].text.contains("Proxy-Authorization: Basic bWU6cGFzcw=="))
    #expect(server.connections[0].text.hasPrefix("POST /sms HTTP/1.1\r\n"))
    #expect(!server.connections[0].text.contains("Authorization"))
  }

  @Test func `a proxy that nobody runs refuses`() async throws {
    let port = RefusingPort()
    let ending = try await send(through: port.number)
    #expect(ending.summary == "notWritten connect.refused")
  }

  @Test func `a proxy that hangs up on CONNECT leaves the request unwritten`() async throws {
    let proxy = MisbehavingServer([[.readHead, .reset]])
    let ending = try await send(through: proxy.port)
    #expect(ending.summary == "notWritten connect.failed")
  }

  private func send(through proxy: UInt16) async throws -> ExchangeEnding {
    let options = ClientOptions(proxy: .init(url: "http://127.0.0.1:\(proxy)"))
    return try await ClientRig.run(options) {
      await $0.send(HTTPExchange(HTTPEndpoint("http://sms.example/")!))
    }
  }

  @Test func `the linked libcurl is new enough and says what it is`() {
    #expect(CurlVersion.complaint == nil)
    #expect(CurlVersion.text.hasPrefix("libcurl/"))
  }
}
