import Foundation
import JSON

/// The vectors of a file in `Fixtures`: what others computed for the same inputs.
func vectors(_ name: String) -> [JSONValue] {
  let url = Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Fixtures")!
  let file = try! JSONValue(parsing: Array(try! Data(contentsOf: url)))
  guard case .array(let vectors)? = file["vectors"] else { return [] }
  return vectors
}

extension JSONValue {
  /// The members of an object whose values are texts or numbers, in their order.
  var textMembers: [(name: String, value: String)] {
    guard case .object(let members) = self else { return [] }
    return members.compactMap { name, value in
      switch value {
      case .string(let text), .number(let text): (name, text)
      default: nil
      }
    }
  }
}
