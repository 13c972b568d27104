import Sandbox

/// The provider that the demo sends through.
enum DemoProvider: String, CaseIterable, Sendable {
  case twilio
  case httpSMS = "http-sms"

  private static let accountSID = "AC" + String(repeating: "0", count: 32)
  private static let serviceSID = "MG" + String(repeating: "0", count: 32)
  /// Opens nothing but the stand-in.
  private static let token = "token-of-the-demo"

  /// What people call it.
  var title: String {
    switch self {
    case .twilio: "Twilio"
    case .httpSMS: "an HTTP SMS receiver"
    }
  }

  /// Who plays it, checking requests as it does.
  func makeStandIn() -> StandIn {
    switch self {
    case .twilio: StandIn(TwilioFace(accountSID: Self.accountSID, authToken: Self.token))
    case .httpSMS: StandIn(HTTPSMSFace(authorization: Self.token))
    }
  }

  /// The connector's part of the configuration, with the provider at `url`.
  func connector(at url: String) -> String {
    switch self {
    case .twilio:
      """
      provider: twilio-short-message-service
      config:
        accountSID: \(Self.accountSID)
        authToken: \(Self.token)
        fromMessagingServiceSID: \(Self.serviceSID)
        endpoint: \(url)
        templates:
          - usageType: SignIn
            content: "{{code}} is your code to sign in. It is valid for {{expiresInMinutes}} minutes."
          - usageType: Register
            content: "Welcome! {{code}} is your code to register."
          - usageType: ForgotPassword
            content: "{{code}} is your code to reset your password at {{application.name}}."
          - usageType: Generic
            content: "Your code is {{code}}."
      """
    case .httpSMS:
      """
      provider: http-sms
      config:
        endpoint: \(url)
        authorization: \(Self.token)
      """
    }
  }
}
