import Providers

/// A server that connections go to: what may share a connection.
struct Origin: Hashable {
  let isSecure: Bool
  let host: String
  let port: UInt16

  init(_ endpoint: HTTPEndpoint) {
    isSecure = endpoint.isSecure
    host = endpoint.host
    port = endpoint.port
  }

  /// The URL that a connection is opened for.
  var url: String {
    let name = host.contains(":") ? "[\(host)]" : host
    return "\(isSecure ? "https" : "http")://\(name):\(port)/"
  }
}
