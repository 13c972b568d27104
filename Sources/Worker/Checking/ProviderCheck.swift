import Delivery
import EventLoop
import Providers
import Settings
import Transport

/// Asks each connector's provider, where it can be asked, whether it takes our credentials; sends no message.
struct ProviderCheck {
  /// How long each may take; all are asked at the same time.
  private static let limit: Duration = .seconds(10)

  /// Those that are active first.
  private let connectors: [Connector]
  private let active: Set<String>
  private let loop: EventLoop

  init(_ configuration: Configuration, loop: EventLoop) {
    let active = Set(Channel.allCases.compactMap { configuration.connector(for: $0)?.name })
    let all = configuration.connectors
    connectors =
      (all.filter { active.contains($0.name) } + all.filter { !active.contains($0.name) })
      .map(Connector.init)
    self.active = active
    self.loop = loop
  }

  /// How each provider stands to us, a finding for each connector.
  func findings() async -> [Finding] {
    await withTaskGroup(of: (index: Int, finding: Finding).self) { group in
      for (index, connector) in connectors.enumerated() {
        group.addTask(executorPreference: loop) { (index, await finding(on: connector)) }
      }
      var all: [(index: Int, finding: Finding)] = []
      for await found in group { all.append(found) }
      return all.sorted { $0.index < $1.index }.map(\.finding)
    }
  }

  private func finding(on connector: Connector) async -> Finding {
    let subject = "provider of \(connector.name)"
    let now = Timestamp(milliseconds: loop.wallMilliseconds)
    var generator = SystemRandomNumberGenerator()
    var context = SendContext(
      now: now, deadline: now + Self.limit, nonce: Nonce(generator.next(), generator.next()))
    if let source = connector.driver.tokenSource {
      let client = ConnectorClient(connector, loop: loop)
      defer { client.close() }
      let answer = await client.token(
        by: source.exchange(at: now), from: source, deadline: loop.clock.now + Self.limit)
      if let failure = answer.failure { return finding(on: connector, subject, without: failure) }
      context.token = answer.token
    }
    switch connector.driver.probe(context: context) {
    case .impossible where context.token != nil:
      return .ok(subject, "gives a token for the credentials")
    case .impossible(let reason): return .untold(subject, "cannot be asked: \(reason)")
    case .exchange(let exchange):
      var finding = await finding(on: connector, subject, asking: exchange)
      // What is not used does not keep a worker from its work.
      if finding.isOutage, !active.contains(connector.name) { finding.verdict = .warning }
      return finding
    }
  }

  /// No token was given, or its issuer could not be asked.
  private func finding(
    on connector: Connector, _ subject: String, without answer: Answer
  ) -> Finding {
    if case .misconfigured = answer.class {
      return .wrong(subject, "gives no token, \(answer.code)", do: answer.detail)
    }
    var finding = Finding.wrong(
      subject, "gives no token: \(answer.detail) (\(answer.code))",
      do: "see the address of the token endpoint, and the network between; or ask again later")
    finding.isOutage = active.contains(connector.name)
    if !finding.isOutage { finding.verdict = .warning }
    return finding
  }

  private func finding(
    on connector: Connector, _ subject: String, asking exchange: Exchange
  ) async -> Finding {
    let client = ConnectorClient(connector, loop: loop)
    defer { client.close() }
    do throws(TransportFailure) {
      let reply = try await client.send(
        exchange, deadline: loop.clock.now + min(Self.limit, exchange.timeLimit))
      return connector.driver.result(ofProbe: reply).finding(subject)
    } catch {
      return error.finding(subject)
    }
  }
}

extension ProbeResult {
  /// The result for people.
  fileprivate func finding(_ subject: String) -> Finding {
    switch self {
    case .works(let what): .ok(subject, what)
    case .refused(let code, let remedy): .wrong(subject, "refuses us, \(code)", do: remedy)
    case .untold(let code, let detail): .untold(subject, "\(detail) (\(code))")
    }
  }
}

extension TransportFailure {
  /// The failure for people: of the settings, or of something on the way.
  fileprivate func finding(_ subject: String) -> Finding {
    let words = detail.isEmpty ? code : "\(detail) (\(code))"
    if case .misconfigured = answer.class {
      return .wrong(
        subject, words,
        do: "see the connector's address, caFile and proxy; for mail, secure and auth")
    }
    var finding = Finding.wrong(
      subject, "does not answer: \(words)",
      do: "see the connector's address and proxy, and the network and firewalls between")
    finding.isOutage = true
    return finding
  }
}
