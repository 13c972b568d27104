import Providers
import Sandbox

extension StandIn {
  /// The driver that its connector is for; nil while there is none: the two are written apart.
  var driver: (any Driver.Type)? {
    let line = connector(at: "").split(separator: "\n").first { $0.hasPrefix("provider: ") }
    return line.flatMap { DriverCatalog.driver(id: String($0.dropFirst("provider: ".count))) }
  }
}
