public import Delivery
public import HTTPServer

/// A receiver of the HTTP SMS connector: gets recipient, usage type and payload, and writes the text itself.
/// https://docs.logto.io/connectors/sms-connectors/http-sms
public struct HTTPSMSFace: ProviderFace {
  private let receiver: PayloadReceiver

  /// A receiver, at every path.
  /// - Parameter authorization: what the header `Authorization` must be, byte for byte; nil takes any.
  public init(authorization: String? = nil) {
    receiver = PayloadReceiver(authorization: authorization)
  }

  /// The name in paths.
  public var name: String { "http-sms" }
  /// What people call it.
  public var title: String { "HTTP SMS" }
  /// How its messages travel.
  public var channel: Channel { .sms }

  /// A connector's configuration for this receiver.
  public func connector(at url: String) -> String { receiver.connector("http-sms", at: url) }

  /// A line for a terminal that sends it a message.
  public func example(at url: String) -> String? {
    receiver.example(to: "+4512345678", at: url)
  }

  /// Checks a request and reads the message in it.
  public func submission(
    in request: IncomingRequest, path: String
  ) throws(RefusedRequest) -> Submission {
    let posted = try receiver.read(request)
    let number = posted.to.hasPrefix("+") ? posted.to : "+" + posted.to
    guard isE164(number) else {
      throw receiver.refused(422, "to must be a number in E.164")
    }
    return posted.submission(.sms)
  }

  /// A new id.
  public func makeID() -> String { randomHex(24) }

  /// The answer to a message that was taken.
  public func acceptance(of submission: Submission, id: String) -> OutgoingResponse {
    .json(status: 200) { $0.member("id", id) }
  }

  /// A receiver has no codes of its own: any that is a status is answered as one.
  public func refusal(
    code: String, status: Int?, of submission: Submission
  ) -> OutgoingResponse {
    receiver.refusal(code: code, status: status)
  }

  /// The answer with a status that is not about the message.
  public func failure(status: Int) -> OutgoingResponse { receiver.failure(status: status) }
}
