internal import Delivery
internal import JSON

// For replies that nest; ``ReplyFields`` reads flat ones without building a tree.

extension HTTPReply {
  /// The body as JSON; nil when it is none.
  var json: JSONValue? { try? JSONValue(parsing: body) }

  /// Whether the status says that the request was understood and taken.
  var isSuccess: Bool { (200..<300).contains(status) }
}

extension JSONValue {
  /// A string, or a number in the words of the reply; nil for anything else.
  var text: String? {
    switch self {
    case .string(let text), .number(let text): text
    default: nil
    }
  }

  /// The elements of an array; none for anything else.
  var elements: [JSONValue] {
    if case .array(let elements) = self { elements } else { [] }
  }
}
