public import Delivery
public import HTTPServer
import JSON

/// Mailgun's Messages API.
/// https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/messages
public struct MailgunFace: CodedFace {
  private let domain: String
  private let apiKey: String

  /// The API of one sending domain.
  /// - Parameters:
  ///   - domain: such as `mg.example.com`.
  ///   - apiKey: its sending key.
  public init(domain: String, apiKey: String) {
    self.domain = domain
    self.apiKey = apiKey
  }

  /// The name in paths.
  public var name: String { "mailgun" }
  /// What people call it.
  public var title: String { "Mailgun" }
  /// How its messages travel.
  public var channel: Channel { .email }

  /// A connector's configuration for this domain.
  public func connector(at url: String) -> String {
    """
    provider: mailgun-email
    config:
      domain: \(domain)
      apiKey: \(apiKey)
      from: Acme <noreply@\(domain)>
      endpoint: \(url)
      deliveries:
        Generic:
          subject: "Your code"
          html: "<p>Your code is <b>{{code}}</b></p>"
          text: "Your code is {{code}}"
    """
  }

  /// A line for a terminal that sends it a message.
  public func example(at url: String) -> String? {
    """
    curl -u 'api:\(apiKey)' \(url)/v3/\(domain)/messages -F from='Acme <noreply@\(domain)>' \\
      -F to=ada@example.com -F subject='Your code' -F text='Your code is 482913'
    """
  }

  /// Errors by the parameter that they name, or by their status: Mailgun has texts only.
  public static let faults = FaultTable(
    [
      "from": (400, "from parameter is not a valid address. please check documentation"),
      "to": (400, "to parameter is not a valid address. please check documentation"),
      "text": (400, "Need at least one of 'text' or 'html' parameters specified"),
      "template": (400, "template not found"),
      "t:variables": (400, "t:variables parameter is not valid JSON"),
      "h:X-Mailgun-Variables": (400, "h:X-Mailgun-Variables is not valid JSON"),
      "o:tag": (400, "too many tags: at most 3"),
      "o:tracking": (400, "o:tracking is not one of yes, no, true, false, htmlonly"),
      "size": (400, "the o:, h:, v: and t: parameters exceed 16 kB"),
      "domain": (404, "Domain not found"),
      "sandbox": (
        403,
        "Domain is not allowed to send: Sandbox subdomains are for test purposes only. "
          + "Please add your own domain or add the address to authorized recipients in Account "
          + "Settings."
      ),
      "400": (400, "Bad Request"), "401": (401, "Invalid private key"),
      "402": (402, "request failed"),
      "403": (403, "Forbidden"), "404": (404, "Not Found"), "405": (405, "Method Not Allowed"),
      "413": (413, "Attachment size is too big"), "429": (429, "Too many requests"),
      "500": (500, "Internal Server Error"), "503": (503, "Service Unavailable"),
    ], otherwise: 400)

  /// What is known of the domain, for a client that asks whether its key works.
  public func answer(toQuestion request: IncomingRequest, path: String) -> OutgoingResponse? {
    let domains = ["/v3/domains/\(domain)", "/v4/domains/\(domain)"]
    guard domains.contains(path), request.method == "GET" else { return nil }
    guard isKnown(request) else { return failure(status: 401) }
    return .json(status: 200) { json in
      json.member(
        "domain",
        object: { json in
          json.member("name", domain)
          json.member("state", "active")
        })
    }
  }

  /// Checks a request and reads the mail in it.
  public func read(
    _ request: IncomingRequest, path: String
  ) throws(ProviderFault) -> Submission {
    guard isKnown(request) else { throw Self.fault("401") }
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 4, parts[1] == "v3", parts[3] == "messages" else {
      throw Self.fault("404")
    }
    guard parts[2] == domain else { throw Self.fault("domain", "Domain not found: \(parts[2])") }
    guard request.method == "POST" else { throw Self.fault("405") }
    let form = MailgunForm(request.form ?? request.multipartForm ?? [])
    return try form.submission()
  }

  /// A new id, a mail's `Message-ID`.
  public func makeID() -> String { "<\(randomHex(14)).\(randomHex(16))@\(domain)>" }

  /// The answer to a mail that was taken.
  public func acceptance(of submission: Submission, id: String) -> OutgoingResponse {
    .json(status: 200) { json in
      json.member("id", id)
      json.member("message", "Queued. Thank you.")
    }
  }

  /// The answer with an error.
  public func answer(_ fault: ProviderFault) -> OutgoingResponse {
    .json(status: fault.status) { $0.member("message", fault.message) }
  }

  /// The answer with a status that is not about the mail.
  public func failure(status: Int) -> OutgoingResponse {
    answer(Self.faults.fault(String(status), status: status))
  }

  private func isKnown(_ request: IncomingRequest) -> Bool {
    request.basicCredentials.map { $0 == ("api", apiKey) } ?? false
  }
}
