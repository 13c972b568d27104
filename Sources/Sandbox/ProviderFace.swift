public import Delivery
public import HTTPServer

/// How a provider's API looks from outside: pure functions, written from the provider's
/// documentation and from nothing of ours, so that a wrong request cannot pass unseen.
public protocol ProviderFace: Sendable {
  /// What it is called in paths and messages, such as `twilio`.
  var name: String { get }
  /// What people call it.
  var title: String { get }
  /// How its messages travel.
  var channel: Channel { get }
  /// A connector's configuration that it takes requests of, as YAML, with its own API at `url`.
  func connector(at url: String) -> String
  /// A line for a terminal that sends it a message, with its own API at `url`; nil for none.
  func example(at url: String) -> String?
  /// What it does by itself for certain recipients, such as the provider's documented test numbers.
  var standingRules: [(recipient: String, step: Step)] { get }

  /// The provider's answer to a request that is about no message, such as one for the account; nil for all others.
  func answer(toQuestion request: IncomingRequest, path: String) -> OutgoingResponse?
  /// Checks a request as the provider does.
  /// - Parameters:
  ///   - request: as it came.
  ///   - path: its path within the provider's API.
  /// - Returns: the message in it.
  /// - Throws: the provider's answer to a request that is not in order.
  func submission(in request: IncomingRequest, path: String) throws(RefusedRequest) -> Submission
  /// A new id, in the provider's own form.
  func makeID() -> String
  /// The provider's answer to a message that it took under `id`.
  func acceptance(of submission: Submission, id: String) -> OutgoingResponse
  /// The provider's answer with one of its own codes; `status` nil is the one that goes with it.
  func refusal(code: String, status: Int?, of submission: Submission) -> OutgoingResponse
  /// The provider's answer with a status that is about itself, not about the message.
  func failure(status: Int) -> OutgoingResponse
}

extension ProviderFace {
  /// The provider's answer with one of its own codes and the status that goes with it.
  public func refusal(code: String, of submission: Submission) -> OutgoingResponse {
    refusal(code: code, status: nil, of: submission)
  }
  /// Nil, unless a provider says otherwise.
  public func answer(toQuestion request: IncomingRequest, path: String) -> OutgoingResponse? { nil }
  /// None, unless a provider says otherwise.
  public func example(at url: String) -> String? { nil }
  /// None, unless a provider says otherwise.
  public var standingRules: [(recipient: String, step: Step)] { [] }
}

/// A request that is not in order, and the provider's answer to it.
public struct RefusedRequest: Error, Sendable {
  /// What the provider answers.
  public let response: OutgoingResponse
  /// What is wrong with it, for people.
  public let problem: String

  /// A refusal.
  public init(_ response: OutgoingResponse, problem: String) {
    self.response = response
    self.problem = problem
  }
}

/// The message in a request.
public struct Submission: Sendable {
  /// How it travels.
  public var channel: Channel
  /// To whom, as the request said it.
  public var recipient: String
  /// What the recipient reads; for a provider that writes the text itself, what it was given for it.
  public var text: String
  /// From whom: a number, a name, the id of a pool of senders.
  public var sender: String?
  /// What the code is for, when the request says it.
  public var usageType: String?
  /// The code, when the request names it.
  public var code: String?
  /// A mail's subject.
  public var subject: String?
  /// A mail's HTML part.
  public var html: String?
  /// What the sender calls it, for the provider to echo.
  public var reference: String?

  /// A message.
  public init(channel: Channel = .sms, recipient: String, text: String, sender: String? = nil) {
    self.channel = channel
    self.recipient = recipient
    self.text = text
    self.sender = sender
  }
}
