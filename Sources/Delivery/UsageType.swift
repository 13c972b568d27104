/// What a code is for; selects the template.
///
/// Any name is legal: the nine that Logto knows are listed in ``known``.
public struct UsageType: Hashable, Sendable, RawRepresentable {
  /// The name as producers and templates write it, such as `SignIn`.
  public let rawValue: String

  /// A usage type of that name.
  public init(rawValue: String) { self.rawValue = rawValue }

  /// The template that serves every usage type without one of its own.
  public static let generic = UsageType(rawValue: "Generic")
  /// An invitation carries a link, lives for a day and is never superseded.
  public static let organizationInvitation = UsageType(rawValue: "OrganizationInvitation")

  /// The usage types of Logto, in the order of its documentation.
  public static let known: [UsageType] = [
    "SignIn", "Register", "ForgotPassword", "Generic", "OrganizationInvitation",
    "UserPermissionValidation", "BindNewIdentifier", "MfaVerification", "BindMfa",
  ].map(UsageType.init(rawValue:))
}
