public import Delivery

/// How one connector's connections are opened and what they may cost.
public struct ClientOptions: Sendable {
  /// A proxy that every connection is tunnelled through (CONNECT).
  public struct Proxy: Sendable {
    /// `http://host:port` or `https://host:port`, without a user.
    public var url: String
    /// The user, when the proxy asks for one (basic authentication).
    public var user: String?
    /// The user's password.
    public var password: Secret?

    /// A proxy.
    public init(url: String, user: String? = nil, password: Secret? = nil) {
      self.url = url
      self.user = user
      self.password = password
    }

    /// A proxy by its URL, which may hold user and password, percent-encoded.
    public init(_ url: Secret) {
      let text = url.reveal()
      let start = text.firstRange(of: "://")?.upperBound ?? text.startIndex
      let authority = text[start...].prefix { $0 != "/" }
      guard let at = authority.lastIndex(of: "@") else {
        self.init(url: text)
        return
      }
      let parts = authority[..<at].split(separator: ":", maxSplits: 1).map(Self.decoded)
      self.init(
        url: String(text[..<start]) + String(text[text.index(after: at)...]), user: parts.first,
        password: parts.count > 1 ? Secret(parts[1]) : nil)
    }

    private static func decoded(_ text: Substring) -> String {
      var bytes: [UInt8] = []
      var rest = text.utf8[...]
      while let byte = rest.popFirst() {
        if byte == UInt8(ascii: "%"),
          let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
        {
          bytes.append(code)
          rest = rest.dropFirst(2)
        } else {
          bytes.append(byte)
        }
      }
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  /// A file of certificates (PEM) to trust in place of the system's.
  public var caFile: String?
  /// The proxy; nil connects directly, whatever the environment says.
  public var proxy: Proxy?
  /// How many connections at most, over all servers.
  public var maximumConnections: Int
  /// How long opening a connection may take: name, TCP, TLS and CONNECT together.
  public var connectTimeout: Duration
  /// How long a connection may lie idle before it is closed.
  public var maximumIdleTime: Duration
  /// The largest header of a response in bytes; interim responses and trailers count too.
  public var maximumHeaderBytes: Int
  /// The largest body of a response in bytes, without transfer coding.
  public var maximumBodyBytes: Int
  /// The value of `User-Agent` where an exchange has none of its own.
  public var userAgent: String

  /// Options; what is left out has its default.
  public init(
    caFile: String? = nil, proxy: Proxy? = nil, maximumConnections: Int = 64,
    connectTimeout: Duration = .seconds(5), maximumIdleTime: Duration = .seconds(60),
    maximumHeaderBytes: Int = 64 << 10, maximumBodyBytes: Int = 1 << 20,
    userAgent: String = "otp-worker"
  ) {
    precondition(maximumConnections > 0, "a client needs a connection")
    self.caFile = caFile
    self.proxy = proxy
    self.maximumConnections = maximumConnections
    self.connectTimeout = connectTimeout
    self.maximumIdleTime = maximumIdleTime
    self.maximumHeaderBytes = maximumHeaderBytes
    self.maximumBodyBytes = maximumBodyBytes
    self.userAgent = userAgent
  }
}
