public import Delivery
public import EventLoop
public import HTTPServer
import JSON

/// Tencent Cloud's Short Message Service, which writes the text itself and answers nearly every error
/// with HTTP 200.
/// https://www.tencentcloud.com/document/product/382/34859
public struct TencentSMSFace: CodedFace {
  private let key: StandInKey
  private let appID: String
  private let templates: [String: Int]
  private let signature: TencentSignature
  private let clock: any Clock

  /// The service for one application.
  /// - Parameters:
  ///   - key: the secret id and key.
  ///   - appID: the application's `SmsSdkAppId`.
  ///   - templates: how many variables approved templates have, by id, at least one template; others are taken as they come.
  ///   - clock: what a request's time is compared with.
  public init(
    key: StandInKey, appID: String, templates: [String: Int], clock: any Clock = SystemClock()
  ) {
    self.key = key
    self.appID = appID
    self.templates = templates
    self.clock = clock
    signature = TencentSignature(key: key, service: "sms")
  }

  /// The name in paths.
  public var name: String { "tencent-sms" }
  /// What people call it.
  public var title: String { "Tencent SMS" }
  /// How its messages travel.
  public var channel: Channel { .sms }

  /// A connector's configuration for this application.
  public func connector(at url: String) -> String {
    """
    provider: tencent-short-message-service
    config:
      accessKeyId: \(key.id)
      accessKeySecret: \(key.secret)
      signName: Acme
      sdkAppId: "\(appID)"
      region: ap-guangzhou
      endpoint: \(url)
      templates:
        - usageType: Generic
          templateCode: "\(templates.keys.min() ?? "1")"
    """
  }

  /// Errors by their code.
  /// https://www.tencentcloud.com/document/product/382/34859#6.-error-codes
  public static let faults = FaultTable([:], otherwise: 200)

  /// Checks a request and reads the message in it.
  public func read(
    _ request: IncomingRequest, path: String
  ) throws(ProviderFault) -> Submission {
    guard path == "/", request.method == "POST" else {
      throw Self.fault("InvalidAction", "The stand-in takes POST at / only.")
    }
    for name in ["X-TC-Action", "X-TC-Version", "X-TC-Timestamp", "X-TC-Region"]
    where request.header(name)?.isEmpty ?? true {
      throw Self.fault("MissingParameter", "The request is missing a required header: \(name)")
    }
    do throws(TencentSignature.Problem) {
      try signature.verify(request, paths: [path, request.rawPath], now: clock.seconds)
    } catch {
      throw Self.fault(error.rawValue, Self.words[error])
    }
    guard request.header("X-TC-Action") == "SendSms" else { throw Self.fault("InvalidAction") }
    guard request.header("X-TC-Version") == "2021-01-11" else { throw Self.fault("NoSuchVersion") }
    guard let body = request.jsonFields else {
      throw Self.fault(
        "InvalidParameter", "The body must be a JSON object of type application/json")
    }
    return try TencentMessage(body: body, appID: appID, templates: templates).submission()
  }

  /// A new id.
  public func makeID() -> String { "5000:\(Int.random(in: 1_000_000_000...Int.max))" }

  /// The answer to a message that was taken.
  public func acceptance(of submission: Submission, id: String) -> OutgoingResponse {
    status(code: "Ok", message: "send success", id: id, of: submission)
  }

  /// The answer with an error: of the call, or in the status of the number.
  public func refusal(
    code: String, status: Int?, of submission: Submission
  ) -> OutgoingResponse {
    let families = [
      "FailedOperation", "InvalidParameterValue", "LimitExceeded", "UnsupportedOperation",
    ]
    let isOfNumber = families.contains { code.hasPrefix($0 + ".") } && status == nil
    guard isOfNumber else { return answer(Self.faults.fault(code, status: status)) }
    return self.status(code: code, message: code, id: "", of: submission)
  }

  /// The answer with an error of the call.
  public func answer(_ fault: ProviderFault) -> OutgoingResponse {
    .json(status: fault.status) { json in
      json.member(
        "Response",
        object: { json in
          json.member(
            "Error",
            object: { json in
              json.member("Code", fault.code)
              json.member("Message", fault.message)
            })
          json.member("RequestId", makeUUID())
        })
    }
  }

  /// The answer with a status that comes from in front of the service, which itself has 200 only.
  public func failure(status: Int) -> OutgoingResponse {
    OutgoingResponse(
      status: status, type: "text/html", body: Array("<h1>The service answered \(status)</h1>".utf8)
    )
  }

  private func status(
    code: String, message: String, id: String, of submission: Submission
  ) -> OutgoingResponse {
    .json(status: 200) { json in
      json.member(
        "Response",
        object: { json in
          json.member(
            "SendStatusSet",
            array: { json in
              json.object { json in
                json.member("SerialNo", id)
                json.member("PhoneNumber", submission.recipient)
                json.member("Fee", code == "Ok" ? 1 : 0)
                json.member("SessionContext", submission.reference ?? "")
                json.member("Code", code)
                json.member("Message", message)
                json.member("IsoCode", TencentMessage.isMainland(submission.recipient) ? "CN" : "")
              }
            })
          json.member("RequestId", makeUUID())
        })
    }
  }

  private static let words: [TencentSignature.Problem: String] = [
    .malformed: "The Authorization header in the request is not well formed.",
    .expired: "The signature has expired: the timestamp may be off by five minutes at most.",
    .unknownKey: "The SecretId is not found, please ensure that your SecretId is correct.",
    .wrongToken: "The token of the temporary credentials is not valid.",
    .wrong: "The provided credentials could not be validated. "
      + "Please check your signature is correct.",
  ]
}
