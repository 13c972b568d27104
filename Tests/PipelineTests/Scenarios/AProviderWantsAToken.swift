import Delivery
import Providers
import TestSupport
import Testing

extension Scenarios {
  /// A token's issuer and a service that takes mails, both played by script.
  private struct Provider {
    let issuer: MisbehavingServer
    let service: MisbehavingServer
    let setting: Setting

    /// - Parameters:
    ///   - issued: what the issuer does on its first connection.
    ///   - later: what it does on others.
    ///   - taken: what the service does on each connection.
    /// - Throws: what is wrong with the connector.
    init(
      issued: [MisbehavingServer.Step], later: [MisbehavingServer.Step] = [],
      taken: [[MisbehavingServer.Step]]
    ) throws {
      issuer = MisbehavingServer([issued, later])
      service = MisbehavingServer(taken)
      var setting = Setting()
      setting.mail = try .logto(at: service.port, issuer: issuer.port)
      self.setting = setting
    }

    /// The tokens in the order in which the service saw them.
    var tokens: [String] {
      service.connections.flatMap { log in
        log.text.split(separator: "\r\n").filter { $0.hasPrefix("Authorization: ") }.map {
          String($0.dropFirst("Authorization: Bearer ".count))
        }
      }
    }
  }

  private static func token(_ value: String, lifetime: Int = 3_600) -> [MisbehavingServer.Step] {
    [
      .readRequest,
      .write(response(200, #"{"access_token":"\#(value)","expires_in":\#(lifetime)}"#)),
    ]
  }

  private static func answer(_ status: Int) -> [MisbehavingServer.Step] {
    [.readRequest, .write(response(status, ""))]
  }

  private static func response(_ status: Int, _ body: String) -> String {
    "HTTP/1.1 \(status) X\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
  }

  @Test func `many mails that wait for a token get the same one, asked for once`() async throws {
    let (asked, go) = (Signal(), Signal())
    let provider = try Provider(
      issued: [.readRequest, .raise(asked), .wait(go)] + Self.token("T1").suffix(1),
      taken: [Self.answer(204) + Self.answer(204) + Self.answer(204)])
    try await play(provider.setting) { scenario in
      for index in 0..<5 {
        try await scenario.enqueue(
          scenario.request("\(index)", to: "ann\(index)@example.org", ["channel": "email"]))
      }
      await asked.raised()
      // Behind them, so that all were taken when this is concluded.
      _ = try await scenario.outcome(of: scenario.enqueue(nil))
      #expect(provider.service.connections.isEmpty)
      go.raise()
      for index in 0..<5 {
        #expect(try await scenario.outcome(for: "\(index)").ending == "accepted/ok")
      }
      // Kept for later ones.
      try await scenario.enqueue(
        scenario.request("later", to: "bob@example.org", ["channel": "email"]))
      #expect(try await scenario.outcome(for: "later").ending == "accepted/ok")
      #expect(provider.issuer.requests == 1)
      #expect(provider.tokens == Array(repeating: "T1", count: 6))
    }
  }

  @Test func `a mail that waits for its token when the worker stops is not sent, and comes again`()
    async throws
  {
    let (asked, go) = (Signal(), Signal())
    let provider = try Provider(
      issued: [.readRequest, .raise(asked), .wait(go)] + Self.token("T1").suffix(1),
      later: Self.token("T2"), taken: [Self.answer(204)])
    try await play(provider.setting) { scenario in
      try await scenario.enqueue(
        scenario.request("r", to: "ann@example.org", ["channel": "email"]))
      await asked.raised()
      try await scenario.beginStop()
      go.raise()
      try await scenario.stopped()
      #expect(provider.service.connections.isEmpty)
      try await scenario.startWorker()
      #expect(try await scenario.outcome(for: "r").ending == "accepted/ok")
      #expect(provider.tokens == ["T2"])
    }
  }

  @Test func `a 401 brings one new token for all, and each mail is sent once more in the same try`()
    async throws
  {
    let (asked, go) = (Signal(), Signal())
    let provider = try Provider(
      issued: [.readRequest, .raise(asked), .wait(go)] + Self.token("T1").suffix(1)
        + Self.token("T2"),
      // All four go out at once with the old token, by a connection each.
      taken: [Self.answer(401) + (0..<4).flatMap { _ in Self.answer(204) }])
    try await play(provider.setting) { scenario in
      for index in 0..<4 {
        try await scenario.enqueue(
          scenario.request("\(index)", to: "ann\(index)@example.org", ["channel": "email"]))
      }
      await asked.raised()
      _ = try await scenario.outcome(of: scenario.enqueue(nil))
      go.raise()
      for index in 0..<4 {
        let outcome = try await scenario.outcome(for: "\(index)")
        #expect(outcome.ending == "accepted/ok")
        #expect(outcome.body.attempts == 1)
      }
      #expect(provider.issuer.requests == 2)
      #expect(provider.tokens.sorted() == (0..<8).map { $0 < 4 ? "T1" : "T2" })
    }
  }

  @Test func `a second 401 is the account's fault, and the token is not asked for again`()
    async throws
  {
    let provider = try Provider(
      issued: Self.token("T1") + Self.token("T2") + Self.token("T3"),
      taken: [Self.answer(401) + Self.answer(401)])
    try await play(provider.setting) { scenario in
      try await scenario.enqueue(
        scenario.request("r", to: "ann@example.org", ["channel": "email"]))
      try await scenario.logged("connector held: it takes nothing until one request gets through")
      #expect(provider.tokens == ["T1", "T2"])
      #expect(provider.issuer.requests == 2)
    }
  }

  @Test func `an issuer that knows no such client holds the connector, and nothing is sent`()
    async throws
  {
    let provider = try Provider(
      issued: [.readRequest, .write(Self.response(401, #"{"error":"invalid_client"}"#))]
        + Self.token("T1"), taken: [Self.answer(204)])
    try await play(provider.setting) { scenario in
      try await scenario.enqueue(
        scenario.request("r", to: "ann@example.org", ["channel": "email"]))
      try await scenario.logged("connector held: it takes nothing until one request gets through")
      #expect(provider.service.connections.isEmpty)
      await scenario.advance(by: .seconds(5))
      let outcome = try await scenario.outcome(for: "r")
      #expect(outcome.ending == "accepted/ok")
      #expect(outcome.body.attempts == 1)
    }
  }

  @Test func `a mail server that refuses a token gets the next one, in the same try`() async throws
  {
    let issuer = MisbehavingServer([Self.token("stale") + Self.token(MailServer.token)])
    let server = MailServer()
    var setting = Setting()
    setting.mail = try .smtp(
      at: server.port,
      auth: [
        ("user", .string(MailServer.user)), ("clientId", .string("client")),
        ("refreshToken", .string(Credentials.appSecret)),
        ("accessUrl", .string("http://127.0.0.1:\(issuer.port)/token")),
      ])
    try await play(setting) { scenario in
      for index in 0..<2 {
        try await scenario.enqueue(scenario.request("\(index)", to: "ann\(index)@example.org"))
        let outcome = try await scenario.outcome(for: "\(index)")
        #expect(outcome.ending == "accepted/ok")
        #expect(outcome.body.attempts == 1)
      }
      #expect(server.mails.count == 2)
      #expect(issuer.requests == 2)
      #expect(issuer.connections[0].text.contains("&grant_type=refresh_token"))
    }
  }

  @Test func `a token that has ended is renewed before the next mail`() async throws {
    let provider = try Provider(
      // Meanwhile the issuer's connection was let go.
      issued: Self.token("T1", lifetime: 300), later: Self.token("T2"),
      taken: [Self.answer(204) + Self.answer(204)])
    try await play(provider.setting) { scenario in
      for (index, wait) in [Duration.seconds(239), .seconds(1), .zero].enumerated() {
        try await scenario.enqueue(
          scenario.request("\(index)", to: "ann\(index)@example.org", ["channel": "email"]))
        #expect(try await scenario.outcome(for: "\(index)").ending == "accepted/ok")
        await scenario.advance(by: wait)
      }
      #expect(provider.issuer.requests == 2)
      #expect(provider.tokens == ["T1", "T1", "T2"])
    }
  }
}
