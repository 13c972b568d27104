internal import Delivery

extension SMTP {
  static let settings = [
    SettingDescriptor(
      "host", .text, isRequired: true, "The server's name or address.",
      example: .set("smtp.example.com")),
    SettingDescriptor(
      "port", .integer(1...65_535), isRequired: true,
      "The server's port: 587 or 25 with STARTTLS, 465 with TLS from the first byte.",
      example: .set("587")),
    SettingDescriptor(
      "auth", .object(auth),
      "The login: user and pass, or user and accessToken; without it mail is sent without a login.",
      example: .set("")),
    SettingDescriptor(
      "fromEmail", .text, isRequired: true,
      "Who writes: an address, or a name and an address such as Example <no-reply@example.com>.",
      example: .set("Example <no-reply@example.com>")),
    SettingDescriptor(
      "replyTo", .text, "Where answers go; to fromEmail by default.",
      example: .optional("help@example.com")),
    SettingDescriptor(
      "secure", .flag,
      "Speaks TLS from the first byte; true by default on port 465, otherwise false.",
      example: .optional("false")),
    SettingDescriptor(
      "requireTLS", .flag,
      "Sends nothing unless STARTTLS succeeds; true by default. With false STARTTLS is used where the server offers it, and a login still needs it.",
      example: .optional("true")),
    SettingDescriptor(
      "ignoreTLS", .flag,
      "Never uses STARTTLS; false by default. A login then needs allowPlaintextAuth.",
      example: .optional("false")),
    SettingDescriptor(
      "allowPlaintextAuth", .flag,
      "Lets the login go over a connection that is not encrypted; false by default.",
      example: .optional("false")),
    SettingDescriptor(
      "tls", .object(tls), "How TLS is spoken.", example: .optional("{ minVersion: TLSv1.2 }")),
    SettingDescriptor(
      "servername", .text, "The name that the server's certificate must have; host by default.",
      example: .optional("smtp.example.com")),
    SettingDescriptor(
      "name", .text,
      "How we introduce ourselves (EHLO): a host name in ASCII, or an address in brackets; the machine's name by default.",
      example: .optional("worker.example.com")),
    SettingDescriptor(
      "localAddress", .text, "The address to connect from; the system chooses by default.",
      example: .optional("192.0.2.7")),
    SettingDescriptor(
      "connectionTimeout", .integer(1...86_400_000),
      "How long connecting may take, in milliseconds. Opening, from name to login, never takes longer than 10000, nor than dnsTimeout, connectionTimeout and greetingTimeout together.",
      example: .optional("10000")),
    SettingDescriptor(
      "greetingTimeout", .integer(1...86_400_000),
      "How long the greeting may take, in milliseconds; see connectionTimeout.",
      example: .optional("10000")),
    SettingDescriptor(
      "dnsTimeout", .integer(1...86_400_000),
      "How long looking the name up may take, in milliseconds; see connectionTimeout.",
      example: .optional("10000")),
    SettingDescriptor(
      "socketTimeout", .integer(1...86_400_000),
      "How long handing over one mail may take, in milliseconds; 15000 by default and at most.",
      example: .optional("15000")),
    SettingDescriptor(
      "customHeaders", .texts,
      "More headers for every mail: names, each with a text or a list of texts.",
      example: .optional("{ X-Tenant: example }")),
    SettingDescriptor("logger", .flag, "Accepted for Logto's sake; has no effect."),
    SettingDescriptor("debug", .flag, "Accepted for Logto's sake; has no effect."),
    SettingDescriptor("disableFileAccess", .flag, "Accepted for Logto's sake; has no effect."),
    SettingDescriptor("disableUrlAccess", .flag, "Accepted for Logto's sake; has no effect."),
  ]

  private static let auth = [
    SettingDescriptor(
      "type", .choice(["login", "Login", "LOGIN", "oauth2", "OAuth2", "OAUTH2"]),
      "The form of the login: login or OAuth2; told by the other keys when it is missing."),
    SettingDescriptor("user", .text, "The user.", example: .set("no-reply@example.com")),
    SettingDescriptor(
      "pass", .text, isSecret: true, "The password.", example: .set("${SMTP_PASSWORD:-replace-me}")),
    SettingDescriptor(
      "accessToken", .text, isSecret: true, "An access token, in place of the password (XOAUTH2).",
      example: .optional("${SMTP_ACCESS_TOKEN:-replace-me}")),
    SettingDescriptor("clientId", .text, "Not supported yet: refreshing access tokens."),
    SettingDescriptor(
      "clientSecret", .text, isSecret: true, "Not supported yet: refreshing access tokens."),
    SettingDescriptor(
      "refreshToken", .text, isSecret: true, "Not supported yet: refreshing access tokens."),
    SettingDescriptor("accessUrl", .url, "Not supported yet: refreshing access tokens."),
    SettingDescriptor("expires", .anything, "Not supported yet: refreshing access tokens."),
    SettingDescriptor("serviceClient", .text, "Not supported yet: service accounts."),
    SettingDescriptor(
      "privateKey", .anything, isSecret: true, "Not supported yet: service accounts."),
  ]

  private static let versions = SMTPServer.TLSVersion.allCases.map(\.rawValue)

  private static let tls = [
    SettingDescriptor(
      "rejectUnauthorized", .flag,
      "Whether the server's certificate must be trusted; true by default. With false anybody can pose as the server."
    ),
    SettingDescriptor("servername", .text, "The same as servername beside tls."),
    SettingDescriptor(
      "minVersion", .choice(versions), "The oldest version of TLS; the TLS library's by default."),
    SettingDescriptor(
      "maxVersion", .choice(versions), "The newest version of TLS; the TLS library's by default."),
  ]

  /// Who writes to whom, and with which headers; nil when the settings do not say.
  static func composer(in settings: SettingsReader) -> MailComposer? {
    let from = mailbox(in: settings)
    var replyTo: [Mailbox] = []
    if let text = settings.text("replyTo") {
      if let given = Mailbox.list(text) {
        replyTo = given
      } else {
        settings.report(
          "replyTo", "must be an address, or a name and an address: Name <a@b.example>")
      }
    }
    let headers = settings.texts("customHeaders")
    let inner = settings.mapping("customHeaders")
    for (name, value) in headers {
      if let complaint = MailComposer.complaint(about: name, value) {
        inner.report(name, complaint)
      }
    }
    return from.map { MailComposer(from: $0, replyTo: replyTo, customHeaders: headers) }
  }

  private static func mailbox(in settings: SettingsReader) -> Mailbox? {
    guard let text = settings.text("fromEmail") else { return nil }
    guard let mailbox = Mailbox(text) else {
      settings.report(
        "fromEmail", "must be an address, or a name and an address: Name <no-reply@example.com>")
      return nil
    }
    guard mailbox.address.domain.utf8.allSatisfy({ $0 < 0x80 }) else {
      settings.report("fromEmail", "must have a domain in ASCII: write its xn-- form")
      return nil
    }
    return mailbox
  }
}

extension SMTPServer {
  /// The server that a connector's settings name; nil when they do not, which is reported.
  init?(settings: SettingsReader) {
    guard let host = settings.text("host"), let port = settings.integer("port").flatMap(UInt16.init)
    else { return nil }
    let name = Self.host(host)
    if name == nil {
      settings.report("host", "must be a name or an address, without scheme, port and path")
    }
    let security = Self.security(in: settings, port: port)
    self.init(host: name ?? host, port: port, security: security, login: Login(settings: settings))
    allowsPlaintextLogin = settings.flag("allowPlaintextAuth") ?? false
    clientName = settings.text("name")
    if let clientName, !Self.isClientName(clientName) {
      settings.report("name", "must be a host name in ASCII, or an address in brackets")
    }
    localAddress = settings.text("localAddress")
    let tls = settings.mapping("tls")
    certificateName = settings.text("servername") ?? tls.text("servername")
    if let certificateName, Self.host(certificateName) == nil {
      settings.report("servername", "must be a host name")
    }
    verifiesCertificate = tls.flag("rejectUnauthorized") ?? true
    oldestTLS = tls.text("minVersion").flatMap(TLSVersion.init)
    newestTLS = tls.text("maxVersion").flatMap(TLSVersion.init)
    readLimits(settings)
    if login != nil, security == .none, !allowsPlaintextLogin {
      settings.report(
        "ignoreTLS",
        "would send the login over a connection that is not encrypted: take it away, or set allowPlaintextAuth: true if that is wanted"
      )
    }
  }

  private mutating func readLimits(_ settings: SettingsReader) {
    let stages = ["dnsTimeout", "connectionTimeout", "greetingTimeout"].map {
      settings.integer($0).map { Duration.milliseconds($0) } ?? openingLimit
    }
    openingLimit = min(openingLimit, stages.reduce(.zero, +))
    if let limit = settings.integer("socketTimeout") {
      mailLimit = min(mailLimit, .milliseconds(limit))
    }
  }

  private static func security(in settings: SettingsReader, port: UInt16) -> Security {
    if settings.flag("secure") ?? (port == 465) { return .implicit }
    if settings.flag("ignoreTLS") == true {
      if settings.flag("requireTLS") == true {
        settings.report("ignoreTLS", "contradicts requireTLS: keep one of the two")
      }
      return .none
    }
    return settings.flag("requireTLS") == false ? .offered : .required
  }

  /// A host as URLs have it, an IPv6 address without brackets; nil when `text` is none.
  private static func host(_ text: String) -> String? {
    let isAddress = text.utf8.count { $0 == UInt8(ascii: ":") } > 1
    guard
      let endpoint = HTTPEndpoint(
        isAddress && text.first != "[" ? "http://[\(text)]" : "http://\(text)"),
      endpoint.target == "/", endpoint.port == 80, !text.hasSuffix("/"), !text.contains("#"),
      isAddress || !text.contains(":"),
      endpoint.host.utf8.allSatisfy({ $0.isLetterOrDigit || ".-_:".utf8.contains($0) })
    else { return nil }
    return endpoint.host
  }

  private static func isClientName(_ text: String) -> Bool {
    let name = text.hasPrefix("[") && text.hasSuffix("]") ? text.dropFirst().dropLast() : text[...]
    let others = name.count == text.count ? "-_." : ".:"
    return (1...255).contains(name.utf8.count)
      && name.utf8.allSatisfy { $0.isLetterOrDigit || others.utf8.contains($0) }
  }
}

extension SMTPServer.Login {
  /// The login; nil for none, and when it cannot be used, which is reported.
  fileprivate init?(settings: SettingsReader) {
    let auth = settings.mapping("auth")
    for key in ["serviceClient", "privateKey"] where auth.isSet(key) {
      auth.report(key, "is not supported yet: give an accessToken, or user and pass")
      return nil
    }
    for key in ["refreshToken", "clientSecret", "clientId"] where auth.isSet(key) {
      auth.report(
        key,
        "is not supported yet, tokens are not refreshed: give only an accessToken, or user and pass"
      )
      return nil
    }
    let isOAuth = auth.text("type")?.lowercased() == "oauth2"
    let password = auth.secret("pass")
    let token = auth.secret("accessToken")
    guard let user = auth.text("user") else {
      if password != nil || token != nil || isOAuth {
        auth.report("user", "is missing: the login needs a user")
      }
      return nil
    }
    switch (password, token) {
    case (_?, _?):
      auth.report("accessToken", "stands beside pass: keep one of the two")
      return nil
    case (nil, let token?): self = .token(user: user, token: token)
    case (let password?, nil) where !isOAuth: self = .password(user: user, password: password)
    default:
      let key = isOAuth ? "accessToken" : "pass"
      if !auth.isSet(key) { auth.report(key, "is missing: the login of the user needs it") }
      return nil
    }
  }
}
