internal import Delivery

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
    let logsIn = login != nil || SMTPTokens.isWanted(by: settings.mapping("auth"))
    if logsIn, security == .none, !allowsPlaintextLogin {
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
  /// The login; nil for none, for tokens that have to be got first, and when it cannot be used, which is reported.
  fileprivate init?(settings: SettingsReader) {
    let auth = settings.mapping("auth")
    if SMTPTokens.isWanted(by: auth) { return nil }
    for key in ["clientSecret", "clientId"] where auth.isSet(key) {
      auth.report("refreshToken", "is missing: \(key) is of use with it only")
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
