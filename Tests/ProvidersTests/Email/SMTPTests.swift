import Delivery
import Foundation
import JSON
import Testing

@testable import Providers

extension DriverFixture {
  static let smtp = DriverFixture(
    id: "simple-mail-transfer-protocol",
    settings: [
      "host": .string("smtp.example.com"), "port": .number("587"),
      "fromEmail": .string("Example <no-reply@example.com>"),
      "auth": .object(
        [
          "user": .string("user@example.com"), "pass": .string("smtp-password"),
        ].members),
    ],
    otherSecrets: ["accessToken", "clientSecret", "refreshToken", "privateKey"],
    loopback: {
      [
        "host": .string("127.0.0.1"), "port": .number("\($0)"), "auth": .null,
        "ignoreTLS": .bool(true),
      ]
    },
    accepted: (
      .smtp(
        SMTPReply(
          stage: .message, code: 250, enhancedCode: SMTPEnhancedCode(2, 0, 0),
          text: "Ok: queued as 4TzX9", messageID: "m1@example.com")),
      ["m1@example.com", "4TzX9"]
    ),
    refused: .smtp(
      SMTPReply(
        stage: .recipient, code: 550, enhancedCode: SMTPEnhancedCode(5, 1, 1),
        text: "<ann@example.org>: no such user")),
    throttled: .smtp(
      SMTPReply(
        stage: .message, code: 454, text: "Throttling failure: Maximum sending rate exceeded.")),
    down: .smtp(SMTPReply(stage: .greeting, code: 421, text: "try later")),
    read: { exchange in
      guard case .smtp(let mail) = exchange else { throw ForeignProtocol() }
      let read = try ReadMail(mail.data)
      let text = read.parts[0].text
      #expect(read.header("To") == mail.recipient)
      return (mail.recipient, text.hasSuffix("\r\n") ? String(text.dropLast()) : text)
    })
}

@Suite struct SMTPTests {
  private func make(
    _ changes: [String: SettingNode.Value] = [:]
  ) -> (driver: (any Driver)?, problems: [String]) {
    makeDriver(SMTP.self, DriverFixture.smtp.settings.merging(changes) { $1 })
  }

  private func driver(_ changes: [String: SettingNode.Value] = [:]) throws -> any Driver {
    let (driver, problems) = make(changes)
    #expect(problems == [])
    return try #require(driver)
  }

  private func server(_ changes: [String: SettingNode.Value] = [:]) throws -> SMTPServer {
    try driver(changes).smtp(.mail("123456")).server
  }

  private static func auth(_ members: [String: SettingNode.Value]) -> [String: SettingNode.Value] {
    ["auth": .object(members.members)]
  }

  // MARK: - Settings

  @Test func `STARTTLS and a login over it are usual`() throws {
    let server = try server()
    #expect(server.host == "smtp.example.com")
    #expect(server.port == 587)
    #expect(server.security == .required)
    #expect(
      server.login == .password(user: "user@example.com", password: Secret("smtp-password")))
    #expect(server.requiresEncryption && server.verifiesCertificate && !server.allowsPlaintextLogin)
    #expect(server.openingLimit == .seconds(10) && server.mailLimit == .seconds(15))
  }

  @Test func `every key of Logto's has its effect, or none that would be missed`() throws {
    let server = try server([
      "host": .string("2001:db8::1"), "port": .string("2525"), "secure": .bool(true),
      "requireTLS": .bool(true), "ignoreTLS": .bool(false), "servername": .string("mx.example.com"),
      "name": .string("worker.example.com"), "localAddress": .string("192.0.2.7"),
      "connectionTimeout": .number("2000"), "greetingTimeout": .number("3000"),
      "dnsTimeout": .number("1000"), "socketTimeout": .number("5000"), "logger": .bool(true),
      "debug": .bool(false), "disableFileAccess": .bool(true), "disableUrlAccess": .bool(true),
      "replyTo": .string("help@example.com"),
      "customHeaders": .object(["X-A": .string("1")].members),
      "tls": .object(
        [
          "rejectUnauthorized": .bool(false), "minVersion": .string("TLSv1.2"),
          "maxVersion": .string("TLSv1.3"), "servername": .string("other.example.com"),
        ].members),
    ])
    var expected = SMTPServer(
      host: "2001:db8::1", port: 2_525, security: .implicit,
      login: .password(user: "user@example.com", password: Secret("smtp-password")))
    expected.certificateName = "mx.example.com"
    expected.clientName = "worker.example.com"
    expected.localAddress = "192.0.2.7"
    expected.openingLimit = .seconds(6)
    expected.mailLimit = .seconds(5)
    expected.verifiesCertificate = false
    expected.oldestTLS = .tls12
    expected.newestTLS = .tls13
    #expect(server == expected)
  }

  private static let encryptions: [([String: SettingNode.Value], SMTPServer.Security)] = [
    ([:], .required), (["port": .number("465")], .implicit),
    (["port": .number("465"), "secure": .bool(false)], .required),
    (["secure": .bool(true)], .implicit), (["requireTLS": .bool(false)], .offered),
    (["requireTLS": .bool(true)], .required), (["ignoreTLS": .bool(false)], .required),
    (["ignoreTLS": .bool(true), "auth": .null], .none),
    (["ignoreTLS": .bool(true), "allowPlaintextAuth": .bool(true)], .none),
    (["ignoreTLS": .bool(true), "secure": .bool(true)], .implicit),
  ]

  @Test(arguments: encryptions)
  func `the settings say when the connection is encrypted`(
    changes: [String: SettingNode.Value], security: SMTPServer.Security
  ) throws {
    #expect(try server(changes).security == security)
  }

  private static let logins: [([String: SettingNode.Value], SMTPServer.Login?)] = [
    ([:], nil), (["type": .string("login")], nil),
    (["user": .string(""), "pass": .string("")], nil),
    (
      ["type": .string("LOGIN"), "user": .string("u"), "pass": .string("p")],
      .password(user: "u", password: Secret("p"))
    ),
    (
      ["type": .string("OAuth2"), "user": .string("u"), "accessToken": .string("t")],
      .token(user: "u", token: Secret("t"))
    ),
    (["user": .string("u"), "accessToken": .string("t")], .token(user: "u", token: Secret("t"))),
  ]

  @Test(arguments: logins)
  func `the login has several forms, and may be missing`(
    auth: [String: SettingNode.Value], login: SMTPServer.Login?
  ) throws {
    #expect(try server(Self.auth(auth)).login == login)
  }

  private static let mistakes: [([String: SettingNode.Value], String)] = [
    (["host": .string("smtp://a.example")], "config.host: must be a name"),
    (["host": .string("a.example:25")], "config.host: must be a name"),
    (["host": .string("a b")], "config.host: must be a name"),
    (["port": .number("0")], "config.port: must be a whole number from 1 to 65535, found \"0\""),
    (["fromEmail": .string("Example")], "config.fromEmail: must be an address"),
    (["fromEmail": .string("a@пример.рф\u{301}")], "config.fromEmail: must"),
    (["replyTo": .string("nobody")], "config.replyTo: must be an address"),
    (["name": .string("wörker")], "config.name: must be a host name in ASCII"),
    (["servername": .string("a/b")], "config.servername: must be a host name"),
    (["tls": .bool(true)], "config.tls: must be a mapping of keys to values, found true"),
    (["auth": .string("x")], "config.auth: must be a mapping of keys to values, found text"),
    (
      auth(["user": .string("u"), "passs": .string("p")]),
      "config.auth.passs: unknown key \"passs\"; did you mean \"pass\"?"
    ),
    (auth(["user": .string("u")]), "config.auth.pass: is missing"),
    (auth(["pass": .string("p")]), "config.auth.user: is missing"),
    (
      auth(["type": .string("OAuth2"), "user": .string("u")]), "config.auth.accessToken: is missing"
    ),
    (
      auth(["user": .string("u"), "pass": .string("p"), "accessToken": .string("t")]),
      "config.auth.accessToken: stands beside pass"
    ),
    (
      auth(["user": .string("u"), "refreshToken": .string("r")]),
      "config.auth.clientId: is missing: getting access tokens needs it"
    ),
    (
      auth(["user": .string("u"), "clientId": .string("c")]),
      "config.auth.refreshToken: is missing: clientId is of use with it only"
    ),
    (
      auth([
        "user": .string("u"), "refreshToken": .string("r"), "clientId": .string("c"),
        "pass": .string("p"),
      ]),
      "config.auth.pass: stands beside keys of OAuth2"
    ),
    (
      auth([
        "user": .string("u"), "refreshToken": .string("r"), "serviceClient": .string("s"),
      ]),
      "config.auth.refreshToken: stands beside a service account"
    ),
    (
      auth(["user": .string("u"), "serviceClient": .string("s"), "privateKey": .string("x")]),
      "config.auth.privateKey: must be an RSA key in PEM"
    ),
    (
      auth([
        "user": .string("u"), "serviceClient": .string("s"), "privateKey": .object([:].members),
      ]),
      "config.auth.privateKey: must be an RSA key in PEM"
    ),
    (
      auth(["user": .string("u"), "pass": .array([])]),
      "config.auth.pass: must be text, found a list"
    ),
    (["ignoreTLS": .bool(true)], "config.ignoreTLS: would send the login"),
    (
      ["ignoreTLS": .bool(true), "requireTLS": .bool(true), "auth": .null],
      "config.ignoreTLS: contradicts requireTLS"
    ),
    (
      ["tls": .object(["minVersion": .string("SSLv3")].members)],
      "config.tls.minVersion: must be one of"
    ),
    (
      ["tls": .object(["rejectUnauthorised": .bool(true)].members)],
      "did you mean \"rejectUnauthorized\"?"
    ),
    (
      ["customHeaders": .object(["Subject": .string("x")].members)],
      "config.customHeaders.Subject: is a header"
    ),
    (
      ["customHeaders": .object(["X A": .string("x")].members)],
      "config.customHeaders.X A: is no name"
    ),
    (
      ["customHeaders": .object(["X-A": .string("x\r\nBcc: b@c.d")].members)],
      "config.customHeaders.X-A: must not hold"
    ),
    (
      ["customHeaders": .object(["X-A": .object([])].members)], "for each name, but not for \"X-A\""
    ),
    (
      ["customHeaders": .array([])],
      "config.customHeaders: must be a mapping of names to texts, found a list"
    ),
  ]

  @Test(arguments: mistakes)
  func `a mistake is told under its key`(
    changes: [String: SettingNode.Value], problem: String
  ) {
    let problems = make(changes).problems
    // An unknown key may be why another is missing.
    #expect(problems.count == (problem.contains("passs") ? 2 : 1), "\(problems)")
    #expect(problems.contains { $0.contains(problem) }, "\(problems)")
  }

  @Test func `an access token does not show`() throws {
    let driver = try driver(
      Self.auth(["user": .string("u"), "accessToken": .string("ya29.token")]))
    let exchange = try driver.smtp(.mail("123456"))
    var shown = "\(driver) \(exchange) \(exchange.server)"
    dump(driver, to: &shown)
    dump(exchange.server, to: &shown)
    #expect(!shown.contains("ya29"))
  }

  // MARK: - Mails

  @Test func `a mail is as it was asked for`() throws {
    let driver = try driver([
      "replyTo": .string("Help <help@example.com>"),
      "customHeaders": .object(
        [
          "X-A": .array([
            SettingNode(.string("1"), at: .beginning), SettingNode(.string("2"), at: .beginning),
          ])
        ].members),
    ])
    let mail = try driver.smtp(.mail("Your code is 123456"))
    #expect(mail.sender == "no-reply@example.com")
    #expect(mail.recipient == "ann@example.org")
    #expect(
      String(decoding: mail.data, as: UTF8.self) == """
        Date: Mon, 21 Sep 2026 14:13:20 +0000\r
        From: Example <no-reply@example.com>\r
        To: ann@example.org\r
        Reply-To: Help <help@example.com>\r
        Subject: Your code\r
        Message-ID: <\(mail.messageID)>\r
        MIME-Version: 1.0\r
        Auto-Submitted: auto-generated\r
        X-A: 1\r
        X-A: 2\r
        Content-Type: text/plain; charset=utf-8\r
        Content-Transfer-Encoding: quoted-printable\r
        \r
        Your code is 123456\r

        """)
    // Python: hashlib.sha256(b"e1").hexdigest()[:32]
    #expect(mail.messageID == "\(Self.hashOfE1)@example.com")
  }

  static let hashOfE1 = "8b5cc4df7eec7d32a7814eca4af047ae"

  @Test func `every try of a message has the same Message-ID, and no two messages have`() throws {
    let driver = try driver()
    let first = try driver.smtp(.mail("1", eventID: "a"), context: .lifetime(.seconds(1)))
    let again = try driver.smtp(.mail("1", eventID: "a"), context: .lifetime(.seconds(9)))
    let other = try driver.smtp(.mail("1", eventID: "b"))
    #expect(first.messageID == again.messageID)
    #expect(first.messageID != other.messageID)
  }

  @Test func `a template may have its own sender and reply address`() throws {
    let driver = try driver()
    let mail = try driver.smtp(
      .mail("1", replyTo: "a@b.example, C <c@d.example>", sendFrom: "Other <other@example.net>"))
    let read = try ReadMail(mail.data)
    #expect(mail.sender == "other@example.net")
    #expect(read.header("From") == "Other <other@example.net>")
    #expect(read.header("Reply-To") == "a@b.example, C <c@d.example>")
    #expect(mail.messageID.hasSuffix("@example.com"))
    let named = try ReadMail(try driver.smtp(.mail("1", sendFrom: "Søren, Example")).data)
    #expect(named.header("From") == "Søren, Example <no-reply@example.com>")
  }

  @Test(arguments: [
    (Message.mail("x", replyTo: "nobody"), Answer.Class.misconfigured(.template)),
    (.mail("x", sendFrom: "a@b@<c>"), .misconfigured(.template)),
    (.mail("x", subject: "a\r\nBcc: b@c.d"), .rejected), (.mail("x", subject: "a\nb"), .rejected),
    (.mail("x", sendFrom: "A\r\nBcc: b@c.d"), .rejected), (.mail(""), .rejected),
    (.mail(to: "ann@exa\"mple.org", "x"), .rejected), (.mail(to: "a@b(c).org", "x"), .rejected),
    (.sms("x"), .rejected),
  ])
  func `what cannot be a mail is refused`(message: Message, expected: Answer.Class) throws {
    let driver = try driver()
    #expect {
      _ = try driver.smtp(message)
    } throws: { error in
      (error as? Refusal)?.answer.class == expected
    }
  }

  // MARK: - Answers

  private static let table: [(SMTPReply.Stage, Int, String?, String, Answer.Class, Reason?)] = [
    (.greeting, 421, nil, "", .transient(wait: nil), nil),
    (.greeting, 554, "5.3.2", "", .transient(wait: nil), nil),
    (.hello, 421, nil, "", .transient(wait: nil), nil),
    (.hello, 450, nil, "", .transient(wait: nil), nil),
    (.hello, 501, "5.5.4", "", .misconfigured(.account), nil),
    (.startTLS, 454, "4.7.0", "", .transient(wait: nil), nil),
    (.startTLS, 502, nil, "", .misconfigured(.account), nil),
    (.login, 421, nil, "", .transient(wait: nil), nil),
    (.login, 432, "4.7.12", "", .transient(wait: nil), nil),
    (.login, 454, "4.7.0", "Temporary authentication failure", .transient(wait: nil), nil),
    (.login, 530, nil, "", .misconfigured(.account), nil),
    (.login, 534, "5.7.9", "", .misconfigured(.account), nil),
    (.login, 535, "5.7.8", "", .misconfigured(.account), nil),
    (.login, 538, nil, "", .misconfigured(.account), nil),
    (.mail, 421, nil, "", .transient(wait: nil), nil),
    (.mail, 451, "4.3.0", "", .transient(wait: nil), nil),
    (.mail, 452, "4.3.1", "", .transient(wait: nil), nil),
    (
      .mail, 454, nil, "Throttling failure: Daily message quota exceeded.",
      .throttled(wait: nil, scope: .connector), nil
    ),
    (.mail, 530, "5.7.0", "Must issue a STARTTLS", .misconfigured(.account), nil),
    (.mail, 501, "5.1.7", "", .misconfigured(.destination), nil),
    (.mail, 550, nil, "", .misconfigured(.account), nil),
    (.mail, 552, "5.3.4", "", .rejected, .contentRefused),
    (.mail, 552, nil, "", .rejected, .contentRefused),
    (.mail, 553, "5.7.1", "", .misconfigured(.account), nil),
    (.recipient, 421, "4.7.0", "", .transient(wait: nil), nil),
    (.recipient, 450, nil, "", .throttled(wait: .seconds(60), scope: .recipient), nil),
    (
      .recipient, 450, "4.2.0", "Greylisted", .throttled(wait: .seconds(60), scope: .recipient), nil
    ),
    (
      .recipient, 451, "4.7.1", "Greylisting in action",
      .throttled(wait: .seconds(60), scope: .recipient), nil
    ),
    (.recipient, 450, "4.2.2", "", .transient(wait: nil), nil),
    (.recipient, 450, "4.1.8", "", .transient(wait: nil), nil),
    (.recipient, 451, nil, "", .transient(wait: nil), nil),
    (.recipient, 452, "4.2.2", "", .transient(wait: nil), nil),
    (.recipient, 500, nil, "", .misconfigured(.destination), nil),
    (.recipient, 501, "5.1.3", "", .rejected, .recipientInvalid),
    (.recipient, 503, nil, "", .misconfigured(.destination), nil),
    (.recipient, 530, nil, "", .misconfigured(.account), nil),
    (.recipient, 550, nil, "", .rejected, .recipientUnreachable),
    (.recipient, 550, "5.1.1", "", .rejected, .recipientInvalid),
    (
      .recipient, 550, "5.1.1", "User unknown in relay recipient table", .rejected,
      .recipientInvalid
    ),
    (.recipient, 550, "5.2.1", "", .rejected, .recipientUnreachable),
    (.recipient, 550, "5.7.1", "blocked", .rejected, .policyRefused),
    (.recipient, 551, nil, "", .rejected, .recipientInvalid),
    (.recipient, 552, "5.2.2", "", .rejected, .recipientUnreachable),
    (.recipient, 553, nil, "", .rejected, .recipientInvalid),
    (.recipient, 553, "5.1.8", "", .misconfigured(.account), nil),
    (
      .recipient, 553, "5.7.1", "Sender address rejected: not owned by user",
      .misconfigured(.account), nil
    ),
    (.recipient, 554, "5.7.1", "Relay access denied", .misconfigured(.account), nil),
    (.recipient, 556, "5.1.10", "", .rejected, .recipientInvalid),
    (.data, 451, nil, "", .transient(wait: nil), nil),
    (.data, 503, nil, "", .misconfigured(.destination), nil),
    (.data, 554, nil, "", .rejected, .contentRefused),
    (.message, 421, nil, "", .transient(wait: nil), nil),
    (.message, 451, "4.7.1", "", .transient(wait: nil), nil),
    (.message, 452, nil, "", .transient(wait: nil), nil),
    (
      .message, 454, nil, "Throttling failure: Maximum sending rate exceeded.",
      .throttled(wait: nil, scope: .connector), nil
    ),
    (.message, 550, "5.1.1", "", .rejected, .recipientInvalid),
    (.message, 550, "5.7.26", "", .rejected, .policyRefused),
    (.message, 550, "5.7.60", "", .misconfigured(.account), nil),
    (.message, 552, nil, "", .rejected, .recipientUnreachable),
    (.message, 552, "5.2.2", "", .rejected, .recipientUnreachable),
    (.message, 552, "5.3.4", "", .rejected, .contentRefused),
    (.message, 554, nil, "", .rejected, .contentRefused),
    (.message, 554, "5.6.0", "", .rejected, .contentRefused),
    (.message, 554, "5.7.1", "", .rejected, .policyRefused),
  ]

  @Test(arguments: table)
  func `a reply means what its stage and codes say`(
    row: (SMTPReply.Stage, Int, String?, String, Answer.Class, Reason?)
  ) throws {
    let (stage, code, enhanced, text, expected, reason) = row
    let answer = try driver().answer(
      to: .smtp(
        SMTPReply(
          stage: stage, code: code, enhancedCode: enhanced.flatMap { SMTPEnhancedCode($0) },
          text: text)))
    #expect(answer.class == expected)
    if let reason { #expect(answer.reason == reason) }
    #expect(answer.code == "smtp.\(code)" + (enhanced.map { ".\($0)" } ?? ""))
    #expect(!answer.detail.isEmpty)
  }

  @Test(arguments: [
    ("Ok: queued as 4TzX9", ["m@e", "4TzX9"]), ("Ok 0100018b-a1-b2", ["m@e", "0100018b-a1-b2"]),
    ("OK  1700000000 abc - gsmtp", ["m@e"]), ("Queued mail for delivery", ["m@e"]), ("", ["m@e"]),
    ("Ok: queued as", ["m@e"]), ("Ok: queued as \u{1B}[31m", ["m@e"]),
    ("2 lines Queued AS x-1 thanks", ["m@e", "x-1"]),
  ])
  func `an accepted mail has our id, and the server's when it tells one`(
    text: String, ids: [String]
  ) throws {
    let answer = try driver().answer(
      to: .smtp(SMTPReply(stage: .message, code: 250, text: text, messageID: "m@e")))
    #expect(answer.class == .accepted)
    #expect(answer.providerMessageIDs == ids)
  }

  @Test(arguments: [
    ("5.1.1", true), ("2.0.0", true), ("4.7.26", true), ("5.7.509", true), ("3.1.1", false),
    ("5.1", false), ("5.1.1.1", false), ("5..1", false), ("5.1.1000", false), ("55.1.1", false),
    ("5.a.1", false), ("", false), ("５.1.1", false),
  ])
  func `an enhanced code is three numbers`(text: String, isCode: Bool) {
    #expect((SMTPEnhancedCode(text)?.description == text) == isCode)
  }
}
