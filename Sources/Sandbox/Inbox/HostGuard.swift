import HTTPServer

/// Keeps pages of other origins away from the inbox, which has no password.
///
/// A page cannot read answers of another origin, unless its own name is made to point here (DNS
/// rebinding): the name in `Host` gives that away. https://github.com/brannondorsey/whonow
struct HostGuard: Sendable {
  /// What the listener is bound to.
  let host: String

  private var isLoopbackOnly: Bool {
    host == "localhost" || host == "::1" || host.hasPrefix("127.")
  }

  /// What is wrong with a request; nil when nothing is.
  func complaint(about request: IncomingRequest) -> OutgoingResponse? {
    guard let name = request.header("Host").map(Self.name), isOurs(name) else {
      return .problem(
        421, "this host is not known here: use http://localhost or the address that is listened on")
    }
    // Browsers add it to whatever can change something.
    if let origin = request.header("Origin"), origin != "http://\(request.header("Host") ?? "")" {
      return .problem(403, "requests of other origins are not taken")
    }
    return nil
  }

  private func isOurs(_ name: String) -> Bool {
    if name == "localhost" || name == host || name.hasPrefix("127.") && Self.isAddress(name) {
      return true
    }
    if name == "::1" { return true }
    // Bound to more than loopback: an address cannot be rebound, and a name without a dot, such as a
    // container's, is not one that a stranger's name server answers for.
    return !isLoopbackOnly && (Self.isAddress(name) || !name.contains("."))
  }

  private static func isAddress(_ name: String) -> Bool {
    if name.contains(":") { return name.allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." } }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
  }

  /// `[::1]:8025` → `::1`, `LOCALHOST:8025` → `localhost`.
  private static func name(_ header: String) -> String {
    let lowercased = header.lowercased()
    if lowercased.hasPrefix("["), let end = lowercased.firstIndex(of: "]") {
      return String(lowercased[lowercased.index(after: lowercased.startIndex)..<end])
    }
    return String(lowercased.prefix { $0 != ":" })
  }
}

extension OutgoingResponse {
  /// An answer of the inbox's own API to a request that is not in order.
  static func problem(_ status: Int, _ text: String) -> OutgoingResponse {
    .json(status: status, headers: InboxAPI.headers) { $0.member("error", text) }
  }
}
