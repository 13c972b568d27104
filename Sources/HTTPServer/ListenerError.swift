import Glibc

/// Why a listener could not be opened.
public enum ListenerError: Error, Sendable, Equatable, CustomStringConvertible {
  /// `host` is neither an IPv4 or IPv6 address nor `localhost`.
  case notAnAddress(host: String)
  /// Somebody else listens there.
  case portInUse(host: String, port: UInt16)
  /// The address belongs to no interface of this machine.
  case addressNotOurs(host: String)
  /// This user may not listen there: ports under 1024 are reserved.
  case notPermitted(port: UInt16)
  /// Anything else that the system said, as an `errno`.
  case system(code: Int32)

  /// What is wrong and what to do.
  public var description: String {
    switch self {
    case .notAnAddress(let host):
      "\"\(host)\" is no address to listen on: give an IPv4 or IPv6 address, or localhost"
    case .portInUse(let host, let port):
      "\(host):\(port) is in use: stop who listens there, or choose another port (0 takes a free one)"
    case .addressNotOurs(let host):
      "\(host) is no address of this machine: use one of its own, or 0.0.0.0 for all"
    case .notPermitted(let port):
      "port \(port) is reserved: choose one from 1024"
    case .system(let code):
      "cannot listen: \(String(cString: strerror(code)))"
    }
  }
}
