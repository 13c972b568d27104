import Providers

/// A server that connections go to: what may share a connection.
protocol ExchangeOrigin {
  associatedtype Exchange

  /// Whether opening a connection takes a handshake of TLS.
  var isSecure: Bool { get }

  init(of exchange: Exchange)
  /// Whether the exchange goes there.
  func serves(_ exchange: Exchange) -> Bool
}

/// A server of HTTP.
struct HTTPOrigin: ExchangeOrigin {
  let isSecure: Bool
  let host: String
  let port: UInt16
  /// The value of the `Host` header.
  let hostHeader: String

  init(of exchange: HTTPExchange) {
    isSecure = exchange.endpoint.isSecure
    host = exchange.endpoint.host
    port = exchange.endpoint.port
    hostHeader = exchange.endpoint.hostHeader
  }

  func serves(_ exchange: HTTPExchange) -> Bool {
    port == exchange.endpoint.port && host == exchange.endpoint.host
      && isSecure == exchange.endpoint.isSecure
  }

  /// The URL that a connection is opened for.
  var url: String {
    let name = host.contains(":") ? "[\(host)]" : host
    return "\(isSecure ? "https" : "http")://\(name):\(port)/"
  }
}

/// A mail server, with how we log in there.
struct SMTPOrigin: ExchangeOrigin {
  let server: SMTPServer

  init(of exchange: SMTPExchange) { server = exchange.server }

  var isSecure: Bool { server.security != .none }

  func serves(_ exchange: SMTPExchange) -> Bool { server == exchange.server }
}
