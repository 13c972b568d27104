public import Delivery
public import EventLoop
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
