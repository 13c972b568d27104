import JSON

/// What a template's variables stand for: a request's payload and the time that is left.
///
/// The rules are Logto's, made strict: what has no good text has no value at all, and the message is not sent.
///
/// - `code`, `link` and `locale` are the payload's; an empty `code` or `link` is none, as nobody could use the message.
/// - `expiresInMinutes` is the time left, in whole minutes to the nearest, at least 1, whatever the payload says.
/// - Any other name is a path into the payload: names of members and, in an array, numbers from 0. Texts (empty ones too), numbers
///   and booleans stand as they are, arrays of these with commas between. Missing, `null` and objects are no value.
public struct TemplateValues: Sendable {
  private enum Tree {
    case unread
    case read(JSONValue)
  }

  private let payload: Payload
  private let expiresInMinutes: Int64
  /// The payload in full, which few templates ask for.
  private var tree = Tree.unread

  /// The values for one message.
  /// - Parameters:
  ///   - payload: what the producer gave.
  ///   - remaining: the time until the message becomes worthless.
  public init(_ payload: Payload, remaining: Duration) {
    self.payload = payload
    expiresInMinutes = max(1, (remaining.milliseconds + 30_000) / 60_000)
  }

  /// The text of a variable; nil when it has none.
  mutating func text(of variable: TemplateVariable) -> String? {
    switch variable.source {
    case .code: payload.code.flatMap { $0.isEmpty ? nil : $0 }
    case .link: payload.link.flatMap { $0.isEmpty ? nil : $0 }
    case .locale: payload.locale
    case .expiresInMinutes: String(expiresInMinutes)
    case .path(let steps): wholePayload().value(at: steps)?.templateText
    }
  }

  /// The value of a variable as the payload has it, objects too; nil when it has none.
  mutating func json(of variable: TemplateVariable) -> JSONValue? {
    switch variable.source {
    case .code, .link, .locale: text(of: variable).map { .string($0) }
    case .expiresInMinutes: .number(String(expiresInMinutes))
    case .path(let steps):
      wholePayload().value(at: steps).flatMap { if case .null = $0 { nil } else { $0 } }
    }
  }

  /// Whether there is anything that the recipient could use.
  var hasCodeOrLink: Bool {
    [payload.code, payload.link].contains { $0?.isEmpty == false }
  }

  private mutating func wholePayload() -> JSONValue {
    if case .read(let value) = tree { return value }
    // It was read once already, when the request was; should it be no JSON after all, it has no values.
    let value = (try? JSONValue(parsing: payload.json)) ?? .null
    tree = .read(value)
    return value
  }
}

extension JSONValue {
  /// The value at the end of a path of member names and array indices.
  fileprivate func value(at path: [String]) -> JSONValue? {
    path.reduce(self as JSONValue?) { value, step in
      switch value {
      case .object?: value?[step]
      case .array(let elements)?:
        Int(step).flatMap {
          elements.indices.contains($0) && String($0) == step ? elements[$0] : nil
        }
      default: nil
      }
    }
  }

  /// The value as a template shows it; nil when it has no good text.
  fileprivate var templateText: String? {
    switch self {
    case .null, .object: return nil
    case .bool(let flag): return flag ? "true" : "false"
    case .number(let text), .string(let text): return text
    case .array(let elements):
      let texts = elements.compactMap(\.templateText)
      return texts.count == elements.count ? texts.joined(separator: ",") : nil
    }
  }
}
