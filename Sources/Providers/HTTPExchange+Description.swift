// Requests and replies hold credentials, codes and numbers. Whatever prints one shows where it goes and how large it is.

extension HTTPExchange: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// Method, server, path and size; not the query, which may hold a token.
  public var description: String {
    let scheme = endpoint.isSecure ? "https" : "http"
    let path = endpoint.target.prefix { $0 != "?" }
    return "\(method) \(scheme)://\(endpoint.hostHeader)\(path) (\(body.count) bytes)"
  }
  /// The same as `description`.
  public var debugDescription: String { description }
  /// Shows no part of the request.
  public var customMirror: Mirror { Mirror(self, children: [], displayStyle: .struct) }
}

extension HTTPReply: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// Status and size.
  public var description: String { "HTTP \(status) (\(body.count) bytes)" }
  /// The same as `description`.
  public var debugDescription: String { description }
  /// Shows no part of the reply.
  public var customMirror: Mirror { Mirror(self, children: [], displayStyle: .struct) }
}
