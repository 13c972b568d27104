public import Delivery
import Foundation
public import HTTPServer
import JSON

/// Postmark's sending API: mails with a text of their own, and with a template.
/// https://postmarkapp.com/developer/api/templates-api#email-with-template
public struct PostmarkFace: CodedFace {
  private let serverToken: String

  /// The API of one server.
  /// - Parameter serverToken: its token.
  public init(serverToken: String) { self.serverToken = serverToken }

  /// The name in paths.
  public var name: String { "postmark" }
  /// What people call it.
  public var title: String { "Postmark" }
  /// How its messages travel.
  public var channel: Channel { .email }

  /// A connector's configuration for this server.
  public func connector(at url: String) -> String {
    """
    provider: postmark-mail
    config:
      serverToken: \(serverToken)
      fromEmail: noreply@example.com
      endpoint: \(url)
      templates:
        - usageType: Generic
          templateAlias: logto-generic
    """
  }

  /// A line for a terminal that sends it a message.
  public func example(at url: String) -> String? {
    """
    curl \(url)/email/withTemplate -H 'X-Postmark-Server-Token: \(serverToken)' \\
      -H 'Accept: application/json' -H 'Content-Type: application/json' \\
      -d '{"From":"noreply@example.com","To":"ada@example.com","TemplateAlias":"logto-sign-in",\
    "TemplateModel":{"code":"482913"}}'
    """
  }

  /// Errors by their `ErrorCode`.
  /// https://postmarkapp.com/developer/api/overview#error-codes
  public static let faults = FaultTable(
    [
      "10": (
        401,
        "The Server Token you provided in the X-Postmark-Server-Token request header was invalid."
      ),
      "100": (503, "The Postmark API is offline for maintenance."),
      "300": (422, "Invalid email request"),
      "400": (422, "The 'From' address you supplied is not a Sender Signature on your account."),
      "401": (422, "The Sender Signature for this 'From' address is not confirmed."),
      "402": (422, "Invalid JSON"), "403": (422, "Incompatible JSON"),
      "405": (422, "You ran out of credits."),
      "406": (
        422,
        "You tried to send to recipient(s) that have been marked as inactive. "
          + "Inactive recipients are ones that have generated a hard bounce, a spam complaint, or a "
          + "manual suppression."
      ),
      "409": (
        422,
        "Your request did not have the required Accept and Content-Type headers set to "
          + "application/json."
      ),
      "412": (
        422,
        "While your account is pending approval, all recipient addresses must share the "
          + "same domain as the 'From' address."
      ),
      "413": (422, "You are not allowed to send emails from this account."),
      "1101": (
        422,
        "The Template's 'TemplateId' or 'Alias' is not associated with a Template on this server."
      ),
      "1120": (422, "The template's layout is of another kind."),
      "1121": (422, "The template's layout was not found."),
      "1122": (422, "The template's content is not valid."),
      "1123": (422, "The template's model is not valid."),
      "1235": (422, "The Message Stream was not found."),
      "1236": (422, "The Message Stream cannot be used for this kind of message."),
    ], otherwise: 422)

  /// What is known of the server, for a client that asks whether its token works.
  public func answer(toQuestion request: IncomingRequest, path: String) -> OutgoingResponse? {
    guard path == "/server", request.method == "GET" else { return nil }
    do throws(ProviderFault) { try checkToken(request) } catch { return answer(error) }
    return .json(status: 200) { json in
      json.member("ID", 1)
      json.member("Name", "Sandbox")
      json.member("DeliveryType", "Sandbox")
    }
  }

  /// Checks a request and reads the mail in it.
  public func read(
    _ request: IncomingRequest, path: String
  ) throws(ProviderFault) -> Submission {
    try checkToken(request)
    let isTemplated = path == "/email/withTemplate" || path == "/email/withTemplate/"
    guard isTemplated || path == "/email", request.method == "POST" else {
      throw Self.faults.fault("0", status: 404, message: "Not Found")
    }
    guard request.mediaType == "application/json",
      request.header("Accept")?.lowercased().contains("application/json") ?? false
    else { throw Self.fault("409") }
    guard let body = request.jsonFields else { throw Self.fault("402") }
    return try PostmarkMail(body: body).submission(isTemplated: isTemplated)
  }

  /// A new id.
  public func makeID() -> String { makeUUID() }

  /// The answer to a mail that was taken.
  public func acceptance(of submission: Submission, id: String) -> OutgoingResponse {
    .json(status: 200) { json in
      json.member("To", submission.recipient)
      json.member("SubmittedAt", Date.now.formatted(.iso8601))
      json.member("MessageID", id)
      json.member("ErrorCode", 0)
      json.member("Message", "OK")
    }
  }

  /// The answer with an `ErrorCode`, which is unlike the status of the same number.
  public func answer(_ fault: ProviderFault) -> OutgoingResponse {
    .json(status: fault.status) { json in
      json.member("ErrorCode", Int(fault.code) ?? 0)
      json.member("Message", fault.message)
    }
  }

  /// The answer with a status that is not about the mail; the one with a code of its own is 401.
  public func failure(status: Int) -> OutgoingResponse {
    if status == 401 { return answer(Self.fault("10")) }
    return .json(status: status) { json in
      json.member("ErrorCode", 0)
      json.member("Message", "The service answered \(status)")
    }
  }

  private func checkToken(_ request: IncomingRequest) throws(ProviderFault) {
    guard let token = request.header("X-Postmark-Server-Token") else {
      throw Self.fault(
        "10", "No Account or Server API tokens were supplied in the HTTP headers.")
    }
    guard token == serverToken else { throw Self.fault("10") }
  }
}
