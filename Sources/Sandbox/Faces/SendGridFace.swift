public import Delivery
public import EventLoop
public import HTTPServer
import JSON

/// SendGrid's Mail Send API, version 3.
/// https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send
public struct SendGridFace: CodedFace {
  private let apiKey: String
  private let clock: any Clock

  /// The API of the account that a key belongs to.
  /// - Parameters:
  ///   - apiKey: `SG.` and what follows.
  ///   - clock: what says when a limit is over.
  public init(apiKey: String, clock: any Clock = SystemClock()) {
    self.apiKey = apiKey
    self.clock = clock
  }

  /// The name in paths.
  public var name: String { "sendgrid" }
  /// What people call it.
  public var title: String { "SendGrid" }
  /// How its messages travel.
  public var channel: Channel { .email }

  /// A connector's configuration for this account.
  public func connector(at url: String) -> String {
    """
    provider: sendgrid-email-service
    config:
      apiKey: \(apiKey)
      fromEmail: noreply@example.com
      fromName: Acme
      endpoint: \(url)
      templates:
        - usageType: Generic
          type: text/plain
          subject: "Your code"
          content: "Your code is {{code}}"
    """
  }

  /// A line for a terminal that sends it a message.
  public func example(at url: String) -> String? {
    """
    curl \(url)/v3/mail/send -H 'Authorization: Bearer \(apiKey)' -H 'Content-Type: application/json' \\
      -d '{"personalizations":[{"to":[{"email":"ada@example.com"}]}],"from":{"email":"noreply@example.com"},\
    "subject":"Your code","content":[{"type":"text/plain","value":"Your code is 482913"}]}'
    """
  }

  /// Errors by the field that they name, or by their status.
  public static let faults = FaultTable(
    [
      "personalizations": (
        400,
        "The personalizations field is required and must have at least one personalization."
      ),
      "personalizations.0.to": (
        400,
        "The to array is required for all personalization objects, and must have at least one "
          + "email object with a valid email address."
      ),
      "personalizations.0.to.0.email": (400, "Does not contain a valid address."),
      "personalizations.0.custom_args": (400, "The custom_args must be an object of strings."),
      "personalizations.0.dynamic_template_data": (400, "The value must be an object."),
      "from.email": (400, "The from email does not contain a valid address."),
      "from": (
        403,
        "The from address does not match a verified Sender Identity. Mail cannot be sent until this "
          + "error is resolved."
      ),
      "reply_to.email": (400, "The reply_to email does not contain a valid address."),
      "subject": (400, "The subject is required."),
      "content": (
        400, "Unless a valid template_id is provided, the content parameter is required."
      ),
      "content.0.type": (
        400, "If present, text/plain and text/html may only be provided once, in this order."
      ),
      "content.0.value": (
        400, "The content value must be a string at least one character in length."
      ),
      "template_id": (400, "The template_id must be a valid GUID."),
      "400": (400, "Bad Request"),
      "401": (401, "The provided authorization grant is invalid, expired, or revoked"),
      "403": (403, "access forbidden"), "404": (404, "not found"),
      "405": (405, "method not allowed"), "413": (413, "The JSON payload is too large."),
      "415": (415, "Content-Type should be application/json."), "429": (429, "too many requests"),
      "500": (500, "internal server error"), "503": (503, "service unavailable"),
    ], otherwise: 400)

  /// The scopes of the key, for a client that asks whether it works.
  public func answer(toQuestion request: IncomingRequest, path: String) -> OutgoingResponse? {
    guard path == "/v3/scopes", request.method == "GET" else { return nil }
    guard request.bearerToken == apiKey else { return failure(status: 401) }
    return .json(status: 200) { json in
      json.member("scopes", array: { $0.string("mail.send") })
    }
  }

  /// Checks a request and reads the mail in it.
  public func read(
    _ request: IncomingRequest, path: String
  ) throws(ProviderFault) -> Submission {
    guard request.bearerToken == apiKey else { throw Self.fault("401") }
    guard path == "/v3/mail/send" else { throw Self.fault("404") }
    guard request.method == "POST" else { throw Self.fault("405") }
    guard request.mediaType == "application/json" else { throw Self.fault("415") }
    guard let body = request.jsonFields else { throw Self.fault("400") }
    if let unknown = body.names.first(where: { !Self.members.contains($0) }) {
      throw Self.fault(unknown, "Additional property \(unknown) is not allowed")
    }
    return try SendGridMail(body).submission()
  }

  /// A new id.
  public func makeID() -> String { "\(randomHex(11)).\(randomHex(3)).\(randomHex(6))" }

  /// The answer to a mail that was taken: nothing but its id.
  public func acceptance(of submission: Submission, id: String) -> OutgoingResponse {
    OutgoingResponse(status: 202, headers: [("X-Message-Id", id)])
  }

  /// The answer with an error, which names a field and has no code.
  public func answer(_ fault: ProviderFault) -> OutgoingResponse {
    let isField = fault.code.contains { !$0.isNumber }
    return .json(status: fault.status, headers: headers(of: fault.status)) { json in
      json.member(
        "errors",
        array: { json in
          json.object { json in
            json.member("message", fault.message)
            json.member("field", isField ? fault.code : nil)
            json.member("help", nil)
          }
        })
    }
  }

  /// The answer with a status that is not about the mail.
  public func failure(status: Int) -> OutgoingResponse {
    answer(Self.faults.fault(String(status), status: status))
  }

  /// Five seconds: short enough for a demonstration.
  private func headers(of status: Int) -> [(name: String, value: String)] {
    guard status == 429 else { return [] }
    return [
      ("X-RateLimit-Limit", "10000"), ("X-RateLimit-Remaining", "0"),
      ("X-RateLimit-Reset", String(clock.seconds + 5)),
    ]
  }

  private static let members: Set = [
    "asm", "attachments", "batch_id", "categories", "content", "custom_args", "from", "headers",
    "ip_pool_name", "mail_settings", "personalizations", "reply_to", "reply_to_list", "sections",
    "send_at", "subject", "template_id", "tracking_settings",
  ]
}
