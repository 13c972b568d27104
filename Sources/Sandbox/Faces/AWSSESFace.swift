public import Delivery
public import EventLoop
import Foundation
public import HTTPServer
import JSON

/// Amazon SES, version 2 of its API, as far as sending goes.
/// https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
public struct AWSSESFace: CodedFace {
  private let keys: [StandInKey]
  private let region: String
  private let signature: AWSSignature
  private let clock: any Clock

  /// The service in one region.
  /// - Parameters:
  ///   - keys: the access keys that may send, temporary ones with their session tokens.
  ///   - region: such as `us-east-1`; requests must be signed for it.
  ///   - clock: what a request's time is compared with.
  public init(keys: [StandInKey], region: String, clock: any Clock = SystemClock()) {
    self.keys = keys
    self.region = region
    self.clock = clock
    signature = AWSSignature(keys: keys, region: region, service: "ses")
  }

  /// The name in paths.
  public var name: String { "aws-ses" }
  /// What people call it.
  public var title: String { "Amazon SES" }
  /// How its messages travel.
  public var channel: Channel { .email }

  /// A connector's configuration for the first key.
  public func connector(at url: String) -> String {
    """
    provider: aws-ses-mail
    config:
      accessKeyId: \(keys[0].id)
      accessKeySecret: \(keys[0].secret)
      region: \(region)
      emailAddress: Acme <noreply@example.com>
      endpoint: \(url)
      templates:
        - usageType: Generic
          subject: "Your code"
          content: "<p>Your code is <b>{{code}}</b></p>"
    """
  }

  /// Errors by their type.
  /// https://docs.aws.amazon.com/ses/latest/APIReference-V2/CommonErrors.html
  public static let faults = FaultTable(
    [
      "AccessDeniedException": (403, "User is not authorized to perform: ses:SendEmail"),
      "AccountSuspendedException": (400, "The account's ability to send is suspended."),
      "BadRequestException": (400, "Invalid input."),
      "ExpiredTokenException": (403, "The security token included in the request is expired"),
      "IncompleteSignatureException": (403, "The request signature does not conform to standards."),
      "InternalFailure": (500, "The request processing has failed."),
      "InvalidClientTokenId": (403, "The security token included in the request is invalid."),
      "InvalidSignatureException": (403, "The request signature we calculated does not match."),
      "LimitExceededException": (400, "There are too many instances of the resource."),
      "MailFromDomainNotVerifiedException": (400, "The sending domain is not verified."),
      "MessageRejected": (
        400,
        "Email address is not verified. The following identities failed the check in region."
      ),
      "MissingAuthenticationTokenException": (403, "Missing Authentication Token"),
      "NotFoundException": (404, "Configuration set does not exist."),
      "OptInRequired": (403, "The AWS access key needs a subscription for the service."),
      "RequestAbortedException": (400, "The request was aborted before a reply."),
      "RequestTimeoutException": (408, "The request reached the service too late."),
      "SendingPausedException": (400, "Email sending is paused for the account."),
      "SerializationException": (400, "Start of structure or map found where not expected."),
      "ServiceUnavailable": (503, "Service is unavailable"),
      "ThrottlingException": (400, "Maximum sending rate exceeded."),
      "TooManyRequestsException": (429, "Maximum sending rate exceeded."),
      "UnknownOperationException": (404, "The operation is unknown."),
      "UnrecognizedClientException": (
        403, "The security token included in the request is invalid."
      ),
      "ValidationException": (400, "The input fails to satisfy the constraints."),
    ], otherwise: 400)

  /// The account's quota, for a client that asks whether its key works.
  public func answer(toQuestion request: IncomingRequest, path: String) -> OutgoingResponse? {
    guard path == "/v2/email/account", request.method == "GET" else { return nil }
    do throws(ProviderFault) { try checkSignature(request, path: path) } catch {
      return answer(error)
    }
    return .json(status: 200, headers: requestHeaders) { json in
      json.member("ProductionAccessEnabled", flag: true)
      json.member(
        "SendQuota",
        object: { json in
          json.member("Max24HourSend", 50_000)
          json.member("MaxSendRate", 14)
          json.member("SentLast24Hours", 0)
        })
      json.member("SendingEnabled", flag: true)
    }
  }

  /// Checks a request and reads the mail in it.
  public func read(
    _ request: IncomingRequest, path: String
  ) throws(ProviderFault) -> Submission {
    try checkSignature(request, path: path)
    guard path == "/v2/email/outbound-emails", request.method == "POST" else {
      throw Self.fault("UnknownOperationException")
    }
    guard let body = request.jsonFields else { throw Self.fault("SerializationException") }
    return try SESMail(body: body).submission()
  }

  /// A new id.
  public func makeID() -> String {
    "0100\(randomHex(12))-\(makeUUID())-000000"
  }

  /// The answer to a mail that was taken.
  public func acceptance(of submission: Submission, id: String) -> OutgoingResponse {
    .json(status: 200, headers: requestHeaders) { $0.member("MessageId", id) }
  }

  /// The answer with an error, whose type is in a header.
  public func answer(_ fault: ProviderFault) -> OutgoingResponse {
    let type = [("x-amzn-ErrorType", fault.code)]
    return .json(status: fault.status, headers: requestHeaders + type) { json in
      json.member("message", fault.message)
    }
  }

  /// The answer with a status that is not about the mail.
  public func failure(status: Int) -> OutgoingResponse {
    let codes = [
      403: "AccessDeniedException", 404: "NotFoundException", 429: "TooManyRequestsException",
      500: "InternalFailure", 503: "ServiceUnavailable",
    ]
    if let code = codes[status] { return answer(Self.fault(code)) }
    return .json(status: status, headers: requestHeaders) { json in
      json.member("message", "The service answered \(status)")
    }
  }

  private var requestHeaders: [(name: String, value: String)] { [("x-amzn-RequestId", makeUUID())] }

  /// Below a stand-in's name the whole path is signed, at the real host the one within the API.
  private func checkSignature(
    _ request: IncomingRequest, path: String
  ) throws(ProviderFault) {
    do throws(AWSSignature.Failure) {
      try signature.verify(request, paths: [request.rawPath, path], now: clock.seconds)
    } catch {
      throw Self.fault(error.problem.rawValue, error.message)
    }
  }
}

/// The body of a request.
private struct SESMail {
  let body: JSONFields

  func submission() throws(ProviderFault) -> Submission {
    guard let to = body.object("Destination")?.texts("ToAddresses"), to.count == 1,
      let recipient = Mailbox(to[0]), isASCII(to[0])
    else { throw refused("Destination: ToAddresses must be one address.") }
    guard let from = body.text("FromEmailAddress"), Mailbox(from) != nil else {
      throw refused("FromEmailAddress: Missing final '@domain'")
    }
    guard isASCII(from) else {
      throw refused(
        "FromEmailAddress: non-ASCII names must use MIME encoded-word syntax (RFC 2047)")
    }
    var submission = Submission(
      channel: .email, recipient: recipient.address, text: "", sender: from)
    try checkAddresses()
    submission.reference = try reference()
    try readContent(into: &submission)
    return submission
  }

  private func readContent(into submission: inout Submission) throws(ProviderFault) {
    guard let content = body.object("Content") else { throw refused("Content is missing.") }
    if let simple = content.object("Simple") {
      guard let subject = simple.object("Subject"), let parts = simple.object("Body") else {
        throw refused("Content.Simple needs Subject and Body.")
      }
      submission.subject = try text(subject)
      let plain = try parts.object("Text").map(text)
      let html = try parts.object("Html").map(text)
      submission.show(text: plain, html: html)
      if plain == nil, html == nil { throw refused("Content.Simple.Body needs Text or Html.") }
      try checkHeaders(simple)
    } else if let template = content.object("Template") {
      try readTemplate(template, into: &submission)
    } else {
      throw refused("Content must have Simple or Template; the stand-in reads no Raw.")
    }
  }

  private func readTemplate(
    _ template: JSONFields, into submission: inout Submission
  ) throws(ProviderFault) {
    guard let name = template.text("TemplateName") ?? template.text("TemplateArn") else {
      throw refused("Content.Template needs TemplateName or TemplateArn.")
    }
    guard let data = JSONFields(text: template.text("TemplateData") ?? "{}") else {
      throw refused("TemplateData must be an object in JSON.")
    }
    submission.show(template: name, variables: data)
  }

  /// A text in its character set; without one it is read as ASCII.
  private func text(_ content: JSONFields) throws(ProviderFault) -> String {
    guard let data = content.text("Data") else { throw refused("Data is missing.") }
    guard content.has("Charset") else {
      return String(String.UnicodeScalarView(data.unicodeScalars.map { $0.isASCII ? $0 : "?" }))
    }
    let charset = content.text("Charset")?.lowercased() ?? ""
    guard ["utf-8", "utf8", "iso-8859-1", "shift_jis", "us-ascii"].contains(charset) else {
      throw refused("Charset is not supported.")
    }
    return data
  }

  private func checkAddresses() throws(ProviderFault) {
    if body.has("ReplyToAddresses"),
      !(body.texts("ReplyToAddresses")?.allSatisfy { Mailbox($0) != nil && isASCII($0) } ?? false)
    {
      throw refused("ReplyToAddresses are not valid.")
    }
    if body.has("FeedbackForwardingEmailAddress"),
      !isMailAddress(body.text("FeedbackForwardingEmailAddress") ?? "")
    {
      throw refused("FeedbackForwardingEmailAddress is not valid.")
    }
    if body.has("ConfigurationSetName"), !isName(body.text("ConfigurationSetName") ?? "", "_-", 64)
    {
      throw refused("ConfigurationSetName is not valid.")
    }
  }

  /// The first of the sender's own tags.
  private func reference() throws(ProviderFault) -> String? {
    guard body.has("EmailTags") else { return nil }
    guard let tags = body.objects("EmailTags"), tags.count <= 50,
      tags.allSatisfy({ tag in
        isName(tag.text("Name") ?? "", "_-.@", 256) && isName(tag.text("Value") ?? "", "_-.@", 256)
      })
    else { throw refused("EmailTags are not valid.") }
    return tags.first?.text("Value")
  }

  private func checkHeaders(_ simple: JSONFields) throws(ProviderFault) {
    guard simple.has("Headers") else { return }
    guard let headers = simple.objects("Headers"), headers.count <= 15,
      headers.allSatisfy({ header in
        (1...126).contains(header.text("Name")?.utf8.count ?? 0)
          && (1...995).contains(header.text("Value")?.utf8.count ?? 0)
          && isASCII(header.text("Value") ?? "")
      })
    else { throw refused("Headers are not valid.") }
  }

  private func refused(_ message: String) -> ProviderFault {
    AWSSESFace.fault("BadRequestException", message)
  }

  private func isASCII(_ text: String) -> Bool {
    text.utf8.allSatisfy { (0x20..<0x7F).contains($0) }
  }

  private func isName(_ text: String, _ signs: String, _ limit: Int) -> Bool {
    (1...limit).contains(text.utf8.count) && isAlphanumeric(text.filter { !signs.contains($0) })
  }
}
