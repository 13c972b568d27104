/// A value that must not be seen: prints as `<redacted>`, whatever prints it.
public struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  private let value: String

  /// Wraps a secret.
  public init(_ value: String) { self.value = value }

  /// The secret itself, for the one place that needs it.
  public func reveal() -> String { value }

  /// `<redacted>`.
  public var description: String { "<redacted>" }
  /// `<redacted>`.
  public var debugDescription: String { "<redacted>" }
  /// Without children, so that `dump` shows nothing either.
  public var customMirror: Mirror { Mirror(self, children: [], displayStyle: .struct) }
}
