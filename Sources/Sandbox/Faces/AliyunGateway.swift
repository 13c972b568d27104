import EventLoop
import HTTPServer
import JSON

/// What Aliyun's services have in common: the gateway in front of them, which checks the signature.
/// https://www.alibabacloud.com/help/en/sdk/product-overview/rpc-mechanism
struct AliyunGateway: Sendable {
  private let signature: AliyunSignature
  private let clock: any Clock
  private let action: String
  private let version: String
  private let host: String

  /// A gateway to one operation of one service.
  init(key: StandInKey, action: String, version: String, host: String, clock: any Clock) {
    signature = AliyunSignature(key: key)
    self.clock = clock
    self.action = action
    self.version = version
    self.host = host
  }

  /// The gateway's own errors, for the tables of its services.
  static let faults: [String: (status: Int, message: String)] = [
    "Forbidden": (403, "User not authorized to operate on the specified resource."),
    "Forbidden.RAM": (403, "User not authorized to operate on the specified resource."),
    "InternalError": (
      500, "The request processing has failed due to some unknown error, exception or failure."
    ),
    "InvalidAccessKeyId.NotFound": (404, "Specified access key is not found."),
    "InvalidAction.NotFound": (
      404, "Specified api is not found, please check your url and method."
    ),
    "InvalidTimeStamp.Expired": (400, "Specified time stamp or date value is expired."),
    "InvalidTimeStamp.Format": (400, "Specified time stamp or date value is not well formatted."),
    "InvalidVersion": (400, "Specified parameter Version is not valid."),
    "ServiceUnavailable": (503, "The request has failed due to a temporary failure of the server."),
    "SignatureDoesNotMatch": (400, "Specified signature is not matched with our calculation."),
    "SignatureNonceUsed": (400, "Specified signature nonce was used already."),
    "Throttling": (400, "Request was denied due to request throttling."),
    "Throttling.User": (400, "Request was denied due to user flow control."),
    "UnsupportedFormat": (400, "The stand-in answers in JSON only: set Format to json."),
  ]

  /// Reads a request's parameters, from the form or the query, and checks what all operations share.
  /// - Parameters:
  ///   - request: as it came.
  ///   - path: its path within the provider's API.
  ///   - table: the service's errors, the gateway's among them.
  /// - Returns: all parameters.
  /// - Throws: what is wrong with it first.
  func read(
    _ request: IncomingRequest, path: String, _ table: FaultTable
  ) throws(ProviderFault) -> [String: String] {
    guard path == "/", ["POST", "GET"].contains(request.method) else {
      throw table.fault("InvalidAction.NotFound")
    }
    let pairs = (request.form ?? []) + (request.query ?? [])
    let fields = Dictionary(pairs.map { ($0.name, $0.value) }, uniquingKeysWith: { one, _ in one })
    do throws(AliyunSignature.Problem) {
      try signature.verify(fields, method: request.method, now: clock.seconds)
    } catch {
      if case .missing(let name) = error { throw missing(name) }
      throw table.fault(error.code)
    }
    guard fields["Action"] == action else { throw table.fault("InvalidAction.NotFound") }
    guard fields["Version"] == version else { throw table.fault("InvalidVersion") }
    guard fields["Format"]?.lowercased() == "json" else { throw table.fault("UnsupportedFormat") }
    return fields
  }

  /// A parameter that must be there and not empty.
  func required(_ name: String, of fields: [String: String]) throws(ProviderFault) -> String {
    guard let value = fields[name], !value.isEmpty else { throw missing(name) }
    return value
  }

  /// The answer with an error: with HTTP 200 it comes from the service, else from the gateway.
  func answer(_ fault: ProviderFault) -> OutgoingResponse {
    .json(status: fault.status) { json in
      json.member("RequestId", makeUUID().uppercased())
      if fault.status != 200 {
        json.member("HostId", host)
        json.member("Recommend", "https://next.api.aliyun.com/troubleshoot?q=\(fault.code)")
      }
      json.member("Code", fault.code)
      json.member("Message", fault.message)
    }
  }

  /// The code that goes with a status of the gateway itself.
  static func code(of status: Int) -> String {
    switch status {
    case 401, 403: "Forbidden"
    case 404: "InvalidAccessKeyId.NotFound"
    case 429: "Throttling"
    case 503: "ServiceUnavailable"
    default: "InternalError"
    }
  }

  private func missing(_ name: String) -> ProviderFault {
    ProviderFault(
      code: "Missing\(name)", status: 400, message: "\(name) is mandatory for this action.")
  }
}
