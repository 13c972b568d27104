internal import Delivery
internal import Digest

/// A login by access tokens that an issuer gives: for a refresh token, or to a service account.
struct SMTPTokens: Sendable {
  /// Who logs in.
  let user: String
  /// Where the tokens come from.
  let source: TokenSource

  private static let issuer = "https://oauth2.googleapis.com/token"
  /// The right to send mail as Google has it; other issuers have no service accounts for mail.
  private static let scope = "https://mail.google.com/"

  /// Whether the settings want tokens to be got.
  static func isWanted(by auth: SettingsReader) -> Bool {
    ["refreshToken", "serviceClient", "privateKey"].contains { auth.isSet($0) }
  }

  /// Reads the keys of `auth`; nil when they make no such login, which is reported.
  init?(_ auth: SettingsReader) {
    if auth.isSet("pass") {
      auth.report("pass", "stands beside keys of OAuth2: keep one of the two")
      return nil
    }
    let isService = auth.isSet("serviceClient") || auth.isSet("privateKey")
    if isService, auth.isSet("refreshToken") {
      auth.report("refreshToken", "stands beside a service account: keep one of the two")
      return nil
    }
    let needed = ["user"] + (isService ? ["serviceClient", "privateKey"] : ["clientId"])
    for key in needed where !auth.isSet(key) {
      auth.report(key, "is missing: getting access tokens needs it")
    }
    let address = auth.text("accessUrl") ?? Self.issuer
    guard let user = auth.text("user"), let issuer = HTTPEndpoint(address) else { return nil }
    let source =
      isService
      ? Self.service(auth, user: user, issuer, address) : Self.refreshing(auth, issuer)
    guard let source else { return nil }
    self.user = user
    self.source = source
  }

  /// Tokens for a refresh token ([RFC 6749 §6](https://www.rfc-editor.org/rfc/rfc6749#section-6)).
  private static func refreshing(_ auth: SettingsReader, _ issuer: HTTPEndpoint) -> TokenSource? {
    guard let client = auth.text("clientId"), let token = auth.secret("refreshToken") else {
      return nil
    }
    let secret = auth.secret("clientSecret")
    return TokenSource(issuer) { _ in
      var form = FormBody()
      form.append("client_id", client)
      if let secret { form.append("client_secret", secret.reveal()) }
      form.append("refresh_token", token.reveal())
      form.append("grant_type", "refresh_token")
      return form
    }
  }

  /// Tokens for a service account that acts for the user
  /// ([Google's description](https://developers.google.com/identity/protocols/oauth2/service-account#httprest)).
  private static func service(
    _ auth: SettingsReader, user: String, _ issuer: HTTPEndpoint, _ address: String
  ) -> TokenSource? {
    guard let account = auth.text("serviceClient"), auth.isSet("privateKey") else { return nil }
    // Variables cannot hold line breaks everywhere, so that they are often written as \n.
    let pem = auth.text("privateKey")?.replacing("\\n", with: "\n")
    guard let pem, let key = RSAKey(pem: pem) else {
      auth.report("privateKey", "must be an RSA key in PEM without a passphrase")
      return nil
    }
    let assertion = JWTAssertion(
      issuer: account, subject: user, scope: scope, audience: address, key: key)
    return TokenSource(issuer) { now in
      var form = FormBody()
      form.append("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer")
      form.append("assertion", assertion.text(at: now))
      return form
    }
  }
}
