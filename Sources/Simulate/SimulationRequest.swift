import Simulation

/// What the command line asks for.
struct SimulationRequest {
  var seeds: ClosedRange<UInt64>
  var isTraced = false
  var planted = PlantedFault.none

  /// Reads the arguments; nil when they make no sense.
  init?(_ arguments: ArraySlice<String>) {
    var arguments = arguments
    guard let range = arguments.popFirst().flatMap(Self.range) else { return nil }
    seeds = range
    while let argument = arguments.popFirst() {
      switch argument {
      case "--trace": isTraced = true
      case "--planted":
        guard let fault = arguments.popFirst().flatMap(PlantedFault.init(rawValue:)) else {
          return nil
        }
        planted = fault
      default: return nil
      }
    }
  }

  private static func range(_ text: String) -> ClosedRange<UInt64>? {
    let ends = text.split(separator: "-").map { UInt64($0) }
    guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2,
      first <= last
    else { return nil }
    return first...last
  }
}
