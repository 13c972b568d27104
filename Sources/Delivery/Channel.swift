/// How a message travels.
public enum Channel: String, Sendable, CaseIterable {
  /// A text message to a phone number.
  case sms
  /// A mail to an address.
  case email
}
