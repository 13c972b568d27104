public import Delivery
public import EventLoop
import Foundation
public import HTTPServer
import JSON

/// Logto's own e-mail service with the token endpoint in front of it; it writes the mail itself.
/// https://docs.logto.io/connectors/email-connectors/built-in-email-service
public struct LogtoEmailFace: CodedFace {
  private static let resource = "https://cloud.logto.io/api"
  private static let scope = "send:email"
  private let appID: String
  private let appSecret: String
  private let tokenLifetime: Int
  private let clock: any Clock
  private let tokens = TokenBook()

  /// The service for one machine-to-machine application.
  /// - Parameters:
  ///   - appID: its id.
  ///   - appSecret: its secret.
  ///   - tokenLifetime: for how many seconds a token is taken.
  ///   - clock: what says when it expires.
  public init(
    appID: String, appSecret: String, tokenLifetime: Int = 3_600, clock: any Clock = SystemClock()
  ) {
    self.appID = appID
    self.appSecret = appSecret
    self.tokenLifetime = tokenLifetime
    self.clock = clock
  }

  /// The name in paths.
  public var name: String { "logto-email" }
  /// What people call it.
  public var title: String { "Logto Email Service" }
  /// How its messages travel.
  public var channel: Channel { .email }

  /// A connector's configuration for this application.
  public func connector(at url: String) -> String {
    """
    provider: logto-email
    config:
      endpoint: \(url)/api
      tokenEndpoint: \(url)/oidc/token
      resource: \(Self.resource)
      appId: \(appID)
      appSecret: \(appSecret)
      senderName: Acme
    """
  }

  /// Errors by their status: the service's codes are not public.
  public static let faults = FaultTable(
    [
      "400": (400, "The request is not valid."),
      "401": (401, "Unauthorized. Please check credentials."),
      "403": (403, "Forbidden. Please check your permissions."),
      "404": (404, "Resource not found."),
      "405": (405, "Method not allowed."), "415": (415, "The body must be application/json."),
      "422": (422, "The request body is not valid."),
      "429": (429, "The usage limit of the e-mail service is exceeded."),
      "500": (500, "Internal server error."), "503": (503, "Service unavailable."),
    ], otherwise: 422)

  /// A token for the application, or how much it has sent.
  public func answer(toQuestion request: IncomingRequest, path: String) -> OutgoingResponse? {
    switch path {
    case "/oidc/token": return tokenAnswer(to: request)
    case "/api/services/mails/usage" where request.method == "GET":
      guard isAuthorized(request) else { return failure(status: 401) }
      return .json(status: 200) { $0.member("count", 0) }
    default: return nil
    }
  }

  /// Checks a request and reads what the mail is written from.
  public func read(
    _ request: IncomingRequest, path: String
  ) throws(ProviderFault) -> Submission {
    guard path == "/api/services/mails" else { throw Self.fault("404") }
    guard isAuthorized(request) else { throw Self.fault("401") }
    guard request.method == "POST" else { throw Self.fault("405") }
    guard request.mediaType == "application/json" else { throw Self.fault("415") }
    guard let data = request.jsonFields?.object("data") else {
      throw Self.fault("400", "The body must be a JSON object with the member data.")
    }
    guard let recipient = data.text("to"), isMailAddress(recipient) else {
      throw Self.fault("422", "data.to must be an e-mail address.")
    }
    guard let type = data.text("type"), Self.types.contains(type) else {
      throw Self.fault("422", "data.type must be one of \(Self.types.joined(separator: ", ")).")
    }
    guard let payload = data.object("payload") else {
      throw Self.fault("422", "data.payload must be an object.")
    }
    try checkBranding(payload)
    var submission = Submission(channel: .email, recipient: recipient, text: "")
    submission.show(template: type, variables: payload)
    submission.usageType = type
    submission.sender = payload.text("senderName")
    return submission
  }

  /// A new id; the service tells none.
  public func makeID() -> String { randomHex(24) }

  /// The answer to a mail that was taken: nothing.
  public func acceptance(of submission: Submission, id: String) -> OutgoingResponse {
    OutgoingResponse(status: 204)
  }

  /// The answer with an error.
  public func answer(_ fault: ProviderFault) -> OutgoingResponse {
    .json(status: fault.status) { json in
      json.member("code", fault.status == 401 ? "auth.unauthorized" : "request.general")
      json.member("message", fault.message)
    }
  }

  /// The answer with a status that is not about the mail.
  public func failure(status: Int) -> OutgoingResponse {
    answer(Self.faults.fault(String(status), status: status))
  }

  // MARK: - Checks

  private func isAuthorized(_ request: IncomingRequest) -> Bool {
    request.bearerToken.map { tokens.isValid($0, now: clock.seconds) } ?? false
  }

  /// RFC 6749 §4.4, with the resource of RFC 8707.
  private func tokenAnswer(to request: IncomingRequest) -> OutgoingResponse {
    guard request.method == "POST", let form = request.formFields else {
      return tokenError("invalid_request", "a form must be posted")
    }
    guard isClient(request.basicCredentials) else {
      return tokenError("invalid_client", "client authentication failed", status: 401)
    }
    guard form["grant_type"] == "client_credentials" else {
      return tokenError("unsupported_grant_type", "unsupported grant_type requested")
    }
    guard form["resource"] == Self.resource else {
      return tokenError("invalid_target", "resource indicator is missing, or unknown")
    }
    guard (form["scope"] ?? "").split(separator: " ").contains(Substring(Self.scope)) else {
      return tokenError("invalid_scope", "scope must contain \(Self.scope)")
    }
    let token = tokens.issue(until: clock.seconds + tokenLifetime)
    return .json(status: 200, headers: [("Cache-Control", "no-store")]) { json in
      json.member("access_token", token)
      json.member("expires_in", tokenLifetime)
      json.member("token_type", "Bearer")
      json.member("scope", Self.scope)
    }
  }

  /// Id and secret as they are, or encoded like a form as OAuth has it.
  private func isClient(_ given: (user: String, password: String)?) -> Bool {
    guard let given else { return false }
    return given == (appID, appSecret)
      || (given.user.removingPercentEncoding, given.password.removingPercentEncoding)
        == (appID, appSecret)
  }

  private func tokenError(
    _ code: String, _ description: String, status: Int = 400
  ) -> OutgoingResponse {
    .json(status: status) { json in
      json.member("error", code)
      json.member("error_description", description)
    }
  }

  /// Neither may hold what looks like an address of the web.
  private func checkBranding(_ payload: JSONFields) throws(ProviderFault) {
    for name in ["senderName", "companyInformation"] where payload.has(name) {
      guard let text = payload.text(name), !text.contains("://"),
        !text.split(separator: " ").contains(where: looksLikeHost)
      else { throw Self.fault("422", "\(name) must be a text without a URL.") }
    }
    if payload.has("appLogo"), !isWebAddress(payload.text("appLogo") ?? "") {
      throw Self.fault("422", "appLogo must be a URL.")
    }
  }

  /// Whether a word is like `acme.com`; an abbreviation that ends in a dot is not.
  private func looksLikeHost(_ word: Substring) -> Bool {
    let labels = word.split(separator: ".", omittingEmptySubsequences: false)
    guard labels.count > 1, let last = labels.last, (1...6).contains(last.count) else {
      return false
    }
    return labels.allSatisfy { !$0.isEmpty } && last.allSatisfy { $0.isASCII && $0.isLetter }
  }

  private static let types = [
    "BindMfa", "BindNewIdentifier", "ForgotPassword", "Generic", "MfaVerification",
    "OrganizationInvitation", "Register", "SignIn", "UserPermissionValidation",
  ]
}
