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
      "The login: user with pass, accessToken, refreshToken or a service account; without it mail is sent without a login.",
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
    SettingDescriptor(
      "refreshToken", .text, isSecret: true,
      "A refresh token, for which access tokens are got as they are needed. Needs clientId.",
      example: .optional("${SMTP_REFRESH_TOKEN:-replace-me}")),
    SettingDescriptor(
      "clientId", .text, "The client that refreshToken was given to.",
      example: .optional("replace-me")),
    SettingDescriptor(
      "clientSecret", .text, isSecret: true, "The client's secret, where it has one.",
      example: .optional("${SMTP_CLIENT_SECRET:-replace-me}")),
    SettingDescriptor(
      "serviceClient", .text,
      "A service account that acts for the user, in place of a refresh token. Needs privateKey.",
      example: .optional("account@project.iam.gserviceaccount.com")),
    SettingDescriptor(
      "privateKey", .anything, isSecret: true,
      "The service account's RSA key in PEM, line breaks as they are or as \\n.",
      example: .optional("${file:/run/secrets/service-account.pem}")),
    SettingDescriptor(
      "accessUrl", .url,
      "Where access tokens are issued; https://oauth2.googleapis.com/token by default.",
      example: .optional("https://oauth2.googleapis.com/token")),
    SettingDescriptor(
      "expires", .anything, "Accepted for Logto's sake; has no effect."),
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
    let parties = MailParties(settings, from: "fromEmail")
    let headers = settings.texts("customHeaders")
    let inner = settings.mapping("customHeaders")
    for (name, value) in headers {
      if let complaint = MailComposer.complaint(about: name, value) {
        inner.report(name, complaint)
      }
    }
    return parties.map {
      MailComposer(from: $0.from, replyTo: $0.replyTo, customHeaders: headers)
    }
  }
}
