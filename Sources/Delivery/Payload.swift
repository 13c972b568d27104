/// A request's `payload`: the bytes as they came, and what every step asks for.
///
/// Prints nothing of its content.
public struct Payload: Sendable, CustomStringConvertible, CustomReflectable {
  /// The JSON object, byte for byte.
  public var json: [UInt8]
  /// The one-time code.
  public var code: String?
  /// The link of an invitation.
  public var link: String?
  /// The language tag that the producer resolved.
  public var locale: String?
  /// The language tags that the user asked for, best first.
  public var uiLocales: [String]
  /// `application.id`.
  public var applicationID: String?

  /// A payload.
  public init(
    json: [UInt8], code: String? = nil, link: String? = nil, locale: String? = nil,
    uiLocales: [String] = [], applicationID: String? = nil
  ) {
    self.json = json
    self.code = code
    self.link = link
    self.locale = locale
    self.uiLocales = uiLocales
    self.applicationID = applicationID
  }

  /// How long it is.
  public var description: String { "<payload of \(json.count) bytes>" }
  /// Without children, so that `dump` shows no content either.
  public var customMirror: Mirror { Mirror(self, children: [], displayStyle: .struct) }
}
