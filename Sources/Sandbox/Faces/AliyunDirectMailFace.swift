public import Delivery
public import EventLoop
public import HTTPServer
import JSON

/// Aliyun's Direct Mail.
/// https://www.alibabacloud.com/help/en/direct-mail/api-dm-2015-11-23-singlesendmail
public struct AliyunDirectMailFace: CodedFace {
  private let key: StandInKey
  private let gateway: AliyunGateway

  /// The service for one access key.
  /// - Parameters:
  ///   - key: the access key.
  ///   - clock: what a request's time is compared with.
  public init(key: StandInKey, clock: any Clock = SystemClock()) {
    self.key = key
    gateway = AliyunGateway(
      key: key, action: "SingleSendMail", version: "2015-11-23", host: "dm.aliyuncs.com",
      clock: clock)
  }

  /// The name in paths.
  public var name: String { "aliyun-direct-mail" }
  /// What people call it.
  public var title: String { "Aliyun Direct Mail" }
  /// How its messages travel.
  public var channel: Channel { .email }

  /// A connector's configuration for this key.
  public func connector(at url: String) -> String {
    """
    provider: aliyun-direct-mail
    config:
      accessKeyId: \(key.id)
      accessKeySecret: \(key.secret)
      accountName: noreply@mail.example.com
      fromAlias: Acme
      endpoint: \(url)
      templates:
        - usageType: Generic
          subject: "Your code"
          content: "<p>Your code is <b>{{code}}</b></p>"
    """
  }

  /// Errors by their code.
  public static let faults = FaultTable(
    AliyunGateway.faults.merging(service) { $1 }, otherwise: 400)

  /// Checks a request and reads the mail in it.
  public func read(
    _ request: IncomingRequest, path: String
  ) throws(ProviderFault) -> Submission {
    let fields = try gateway.read(request, path: path, Self.faults)
    let account = try gateway.required("AccountName", of: fields)
    let recipient = try gateway.required("ToAddress", of: fields)
    try checkSwitches(fields)
    guard isMailAddress(account) else { throw Self.fault("InvalidMailAddress.NotFound") }
    guard isMailAddress(recipient) else { throw Self.fault("InvalidToAddress") }
    if let alias = fields["FromAlias"], alias.count > 15 {
      throw Self.fault("InvalidFromAlias.Malformed")
    }
    guard let subject = fields["Subject"], (1...100).contains(subject.count) else {
      throw Self.fault("InvalidSubject.Malformed")
    }
    if let reply = fields["ReplyAddress"], !isMailAddress(reply) {
      throw Self.fault("InvalidReplyAddress.Malformed")
    }
    var submission = Submission(channel: .email, recipient: recipient, text: "")
    submission.sender = fields["FromAlias"].map { "\($0) <\(account)>" } ?? account
    submission.subject = subject
    submission.show(text: fields["TextBody"], html: fields["HtmlBody"])
    guard !submission.text.isEmpty, submission.text.utf8.count <= 81_920,
      (submission.html?.utf8.count ?? 0) <= 81_920
    else { throw Self.fault("InvalidBody") }
    return submission
  }

  /// A new id.
  public func makeID() -> String { "60000\(Int.random(in: 1_000_000...9_999_999))" }

  /// The answer to a mail that was taken.
  public func acceptance(of submission: Submission, id: String) -> OutgoingResponse {
    .json(status: 200) { json in
      json.member("EnvId", id)
      json.member("RequestId", makeUUID().uppercased())
    }
  }

  /// The answer with an error.
  public func answer(_ fault: ProviderFault) -> OutgoingResponse { gateway.answer(fault) }

  /// The answer with a status that is not about the mail.
  public func failure(status: Int) -> OutgoingResponse {
    gateway.answer(Self.faults.fault(AliyunGateway.code(of: status), status: status))
  }

  private func checkSwitches(_ fields: [String: String]) throws(ProviderFault) {
    let answers = ["AddressType": ["0", "1"], "ReplyToAddress": ["true", "false"]]
    for (name, allowed) in answers.sorted(by: { $0.key < $1.key }) {
      let value = try gateway.required(name, of: fields)
      if !allowed.contains(value) {
        throw Self.fault("Invalid\(name)", "Specified parameter \(name) is not valid.")
      }
    }
    if let trace = fields["ClickTrace"], !["0", "1"].contains(trace) {
      throw Self.fault("InvalidClickTrace", "Specified parameter ClickTrace is not valid.")
    }
  }

  private static let service: [String: (status: Int, message: String)] = [
    "Forbidden.RiskControl": (403, "The account is under risk control."),
    "Forbidden.UserVerification": (403, "The account is not verified."),
    "InternalServiceError": (500, "The service failed."),
    "InvalidBody": (400, "The specified textBody or htmlBody is wrongly formed."),
    "InvalidFromAlias.Malformed": (400, "The specified fromAlias is wrongly formed."),
    "InvalidMailAddress.NotFound": (404, "The specified mailAddress does not exist."),
    "InvalidMailAddressDomain.Malformed": (400, "The domain of the mailAddress is wrong."),
    "InvalidMailAddressSendType.Malformed": (400, "The type of the mailAddress is wrong."),
    "InvalidMailAddressStatus.Malformed": (400, "The status of the mailAddress is wrong."),
    "InvalidReceiver.NotFound": (404, "The specified receiver does not exist."),
    "InvalidReceiverName.Malformed": (400, "The specified receiver name is wrongly formed."),
    "InvalidReplyAddress.Malformed": (400, "The specified replyAddress is wrongly formed."),
    "InvalidSendMail.Spam": (400, "The mail was refused as spam."),
    "InvalidSubject.Malformed": (400, "The specified subject is wrongly formed."),
    "InvalidToAddress": (400, "The specified toAddress is wrongly formed."),
    "InvalidToAddress.Spam": (400, "The specified toAddress is among the invalid addresses."),
  ]
}
