public import Delivery
public import HTTPServer

/// A receiver of the HTTP e-mail connector: gets recipient, usage type and payload, and writes the mail itself.
/// https://docs.logto.io/connectors/email-connectors/http-email
public struct HTTPEmailFace: ProviderFace {
  private let receiver: PayloadReceiver

  /// A receiver, at every path.
  /// - Parameter authorization: what the header `Authorization` must be, byte for byte; nil takes any.
  public init(authorization: String? = nil) {
    receiver = PayloadReceiver(authorization: authorization)
  }

  /// The name in paths.
  public var name: String { "http-email" }
  /// What people call it.
  public var title: String { "HTTP e-mail" }
  /// How its messages travel.
  public var channel: Channel { .email }

  /// A connector's configuration for this receiver.
  public func connector(at url: String) -> String { receiver.connector("http-email", at: url) }

  /// A line for a terminal that sends it a message.
  public func example(at url: String) -> String? {
    receiver.example(to: "ada@example.com", at: url)
  }

  /// Checks a request and reads the message in it.
  public func submission(
    in request: IncomingRequest, path: String
  ) throws(RefusedRequest) -> Submission {
    let posted = try receiver.read(request)
    guard isMailAddress(posted.to) else {
      throw receiver.refused(422, "to must be an e-mail address")
    }
    return posted.submission(.email)
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
