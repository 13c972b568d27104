internal import Delivery

extension AmazonSES {
  /// SES's own errors and those that [all services of AWS](https://docs.aws.amazon.com/ses/latest/APIReference-V2/CommonErrors.html)
  /// share, without `Exception`, which some protocols append.
  static let codes = CodeTable(
    "ses",
    [
      // Rates and quotas.
      .init(
        ["TooManyRequests", "Throttling"], .throttled(wait: nil, scope: .connector),
        "the account's sending rate is used up: lower the connector's rateLimit or concurrency"),
      .init(
        ["TooManyRequests.daily", "Throttling.daily", "LimitExceeded"], .misconfigured(.account),
        "the account's quota is used up: ask AWS for a higher one"),

      // Account and sender.
      .init(
        ["MessageRejected.sender", "MailFromDomainNotVerified"], .misconfigured(.account),
        "the sender is not verified in this region: verify emailAddress or its domain in SES"),
      .init(
        ["AccountSuspended", "SendingPaused"], .misconfigured(.account),
        "sending is switched off for the account or configuration set: see SES's account dashboard"
      ),
      .init(
        ["NotFound"], .misconfigured(.account),
        "SES does not know the configuration set or identity: check configurationSetName and region"
      ),
      .init(
        ["AccessDenied", "OptInRequired"], .misconfigured(.account),
        "the access key may not send: give its user or role the right ses:SendEmail"),
      .init(
        [
          "UnrecognizedClient", "InvalidClientTokenId", "MissingAuthenticationToken",
          "SignatureDoesNotMatch", "InvalidSignature", "IncompleteSignature",
        ], .misconfigured(.account),
        "AWS does not take the credentials: check accessKeyId, accessKeySecret and region"),
      .init(
        ["ExpiredToken"], .misconfigured(.account),
        "the temporary access key has expired: set new ones and sessionToken"),
      .init(
        ["InvalidSignature.time", "RequestExpired"], .misconfigured(.account),
        "the time in the request is more than 5 minutes off: set this machine's clock"),
      .init(
        ["UnknownOperation", "Serialization"], .misconfigured(.account),
        "nothing that understands us is at this address: check endpoint and region"),

      // The message.
      .init(
        ["MessageRejected.recipient"], .misconfigured(.destination),
        "in SES's sandbox only verified recipients get mail: verify this one, or ask AWS for production access"
      ),
      .init(
        ["MessageRejected"], .rejected, reason: .contentRefused, "SES refuses this mail's content"),
      .init(
        ["BadRequest.recipient"], .rejected, reason: .recipientInvalid,
        "SES does not take the recipient's address"),
      .init(
        ["BadRequest"], .misconfigured(.template),
        "SES cannot take a part of the mail: check the template's subject, replyTo and sendFrom"),

      // SES itself.
      .init(
        ["RequestTimeout", "RequestAborted", "ServiceUnavailable"], .transient(wait: nil),
        "SES is not available"),
      .init(
        ["InternalFailure", "InternalServiceError", "InternalServerError"], .ambiguous,
        "SES failed and may have sent the message"),
    ])
}

/// What a service of AWS says of an error, wherever it stands.
struct AWSFault {
  private static let names = ReplyFields.Names("__type", "message", "Message")

  /// Its type, without name space and `Exception`.
  var type: String
  /// What it says.
  var text: String

  /// Reads the header `x-amzn-ErrorType`, which may have a link behind a colon, or the body's `__type`, which may have a
  /// name space before a `#`; nil when there is neither.
  init?(_ reply: HTTPReply) {
    let fields = ReplyFields(Self.names, in: reply.body)
    guard let given = reply.header("x-amzn-ErrorType") ?? fields?["__type"] else { return nil }
    let plain = given.prefix { $0 != ":" && $0 != "," }.split(separator: "#").last ?? ""
    type = String(plain.hasSuffix("Exception") ? plain.dropLast("Exception".count) : plain)
    text = fields?["message"] ?? fields?["Message"] ?? ""
  }
}
