public import JSON

extension Payload {
  /// The members that Logto documents, but for languages asked for: what a provider that renders itself gets.
  ///
  /// Others go out only when the settings name them: nobody should hand all that a producer may ever add to a provider.
  static let documentedNames = [
    "code", "link", "locale", "application", "organization", "user", "inviter",
  ]

  /// The documented members that the payload has, in that order, as they came.
  public var documented: [(name: String, value: JSONValue)] {
    guard let payload = try? JSONValue(parsing: json) else { return [] }
    return Self.documentedNames.compactMap { name in
      switch payload[name] {
      case nil, .null?: nil
      case let value?: (name, value)
      }
    }
  }
}
