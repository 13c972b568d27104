/// Twilio's errors as its API answers them.
/// https://www.twilio.com/docs/api/errors
struct TwilioFault: Error {
  /// The API's own code; nil for an answer that comes from in front of the API.
  let code: Int?
  let status: Int
  let message: String

  init(_ code: Int?, status: Int, _ message: String) {
    self.code = code
    self.status = status
    self.message = message
  }

  /// The error of a code; one that is not known here is of status 400.
  static func withCode(_ code: Int) -> TwilioFault {
    let (status, message) = known[code] ?? (400, "Error \(code)")
    return TwilioFault(code, status: status, message)
  }

  /// The error that goes with a status of the service itself.
  static func withStatus(_ status: Int) -> TwilioFault {
    switch status {
    case 401: withCode(20_003)
    case 404: withCode(20_404)
    case 429: withCode(20_429)
    case 500: withCode(20_500)
    case 503: withCode(20_503)
    default: TwilioFault(nil, status: status, "The service answered \(status)")
    }
  }

  private static let known: [Int: (status: Int, message: String)] = [
    10_001: (403, "Account is not active"),
    14_107: (429, "SMS message rate limit exceeded"),
    20_003: (401, "Authenticate"),
    20_005: (403, "Account not active"),
    20_404: (404, "The requested resource was not found"),
    20_429: (429, "Too Many Requests"),
    20_500: (500, "Internal Server Error"),
    20_503: (503, "Service Unavailable"),
    21_211: (400, "Invalid 'To' Phone Number"),
    21_212: (400, "Invalid 'From' Phone Number"),
    21_408: (
      400, "Permission to send an SMS has not been enabled for the region of the 'To' number"
    ),
    21_602: (400, "Message body is required."),
    21_603: (400, "A 'From' phone number is required."),
    21_604: (400, "A 'To' phone number is required."),
    21_606: (400, "The 'From' phone number is not a valid, SMS-capable number of the account"),
    21_608: (
      400, "The 'To' number is unverified. Trial accounts cannot send to unverified numbers"
    ),
    21_609: (400, "The 'StatusCallback' URL is not a valid URL."),
    21_610: (400, "Attempt to send to unsubscribed recipient"),
    21_611: (429, "This 'From' number has exceeded the maximum number of queued messages"),
    21_612: (400, "The 'To' number is not reachable with the 'From' sender"),
    21_614: (400, "'To' number is not a valid mobile number"),
    21_617: (400, "The concatenated message body exceeds the 1600 character limit."),
    21_624: (400, "The 'ValidityPeriod' is not valid."),
    21_635: (400, "'To' number cannot be a landline"),
    21_659: (400, "'From' is not a Twilio phone number or short code country mismatch"),
    21_660: (400, "Mismatch between the 'From' number and the account"),
    21_701: (400, "The Messaging Service SID is not valid"),
    21_703: (400, "The Messaging Service does not have any phone numbers"),
    21_705: (400, "The Messaging Service SID is invalid"),
    30_001: (429, "Queue overflow"),
    30_002: (403, "Account suspended"),
    30_022: (429, "US A2P 10DLC - Rate Limits Exceeded"),
    30_023: (429, "US A2P 10DLC - Daily Message Cap Reached"),
    30_450: (429, "Message delivery blocked by SMS pumping protection"),
    30_453: (400, "Message could not be delivered"),
  ]
}
