public import Delivery

/// A mail server and the way into it, read once from settings: what may share a connection.
public struct SMTPServer: Sendable, Hashable {
  /// When the connection is encrypted.
  public enum Security: Sendable, Hashable {
    /// TLS from the first byte ([RFC 8314](https://www.rfc-editor.org/rfc/rfc8314)), usually port 465.
    case implicit
    /// STARTTLS ([RFC 3207](https://www.rfc-editor.org/rfc/rfc3207)), or nothing is sent.
    case required
    /// STARTTLS where the server offers it; who sits in between can take the offer away.
    case offered
    /// Never.
    case none
  }
  /// How we say who we are.
  public enum Login: Sendable, Hashable {
    /// PLAIN or LOGIN, whichever the server offers.
    case password(user: String, password: Secret)
    /// XOAUTH2 with an access token ([Google's description](https://developers.google.com/workspace/gmail/imap/xoauth2-protocol)).
    case token(user: String, token: Secret)
  }
  /// A version of TLS.
  public enum TLSVersion: String, Sendable, Hashable, CaseIterable {
    /// TLS 1.0.
    case tls10 = "TLSv1"
    /// TLS 1.1.
    case tls11 = "TLSv1.1"
    /// TLS 1.2.
    case tls12 = "TLSv1.2"
    /// TLS 1.3.
    case tls13 = "TLSv1.3"
  }

  /// A name, an IPv4 address, or an IPv6 address without brackets.
  public var host: String
  /// The port.
  public var port: UInt16
  /// When the connection is encrypted.
  public var security: Security
  /// The login; nil sends without.
  public var login: Login?
  /// Whether the login may be sent over a connection that is not encrypted.
  public var allowsPlaintextLogin = false
  /// How we introduce ourselves (EHLO); nil for the machine's own name.
  public var clientName: String?
  /// The name that the certificate must have; nil for `host`.
  public var certificateName: String?
  /// Whether the certificate is verified.
  public var verifiesCertificate = true
  /// The oldest version of TLS to be spoken; nil for the TLS library's own limit.
  public var oldestTLS: TLSVersion?
  /// The newest version of TLS to be spoken.
  public var newestTLS: TLSVersion?
  /// The address or interface to connect from; nil leaves it to the system.
  public var localAddress: String?
  /// How long opening may take: name, TCP, TLS, greeting and login together.
  public var openingLimit: Duration = .seconds(10)
  /// How long handing one mail over may take, a connection included.
  public var mailLimit: Duration = .seconds(15)

  /// A server.
  public init(host: String, port: UInt16, security: Security, login: Login? = nil) {
    self.host = host
    self.port = port
    self.security = security
    self.login = login
  }

  /// Whether nothing may be said over the connection, logging in included, until it is encrypted.
  public var requiresEncryption: Bool {
    switch security {
    case .implicit, .required: true
    case .offered: login != nil && !allowsPlaintextLogin
    case .none: false
    }
  }
}
