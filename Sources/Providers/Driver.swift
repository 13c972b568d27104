public import Delivery

/// One way of handing a message to one provider: two pure functions, and two more to ask whether it would be taken.
///
/// A driver opens no socket, reads no clock, draws no random number, logs and counts nothing: the
/// pipeline does. An exchange that ended without a complete reply never reaches it.
public protocol Driver: Sendable {
  /// Its id, channel, documentation and settings.
  static var descriptor: DriverDescriptor { get }
  /// Whether a 2xx means that the message was taken even when its body is cut off or cannot be read;
  /// `false` unless the driver says otherwise.
  static var statusIsContract: Bool { get }
  /// Where it gets a token that its requests carry; nil, as for most, when they carry none.
  var tokenSource: TokenSource? { get }
  /// Reads the connector's `config`; every problem is noted in `settings`.
  /// - Throws: ``InvalidSettings`` when a driver cannot be made of them.
  init(settings: SettingsReader) throws(InvalidSettings)
  /// The request that hands `message` over.
  /// - Throws: ``Refusal`` when this message cannot be sent by this provider; nothing was sent.
  func exchange(for message: Message, context: SendContext) throws(Refusal) -> Exchange
  /// What a complete reply means.
  func answer(to reply: Reply) -> Answer
  /// The question that shows whether the provider takes the credentials, and sends nothing.
  func probe(context: SendContext) -> Probe
  /// What a complete reply to the probe says of the credentials.
  func result(ofProbe reply: Reply) -> ProbeResult
}

extension Driver {
  /// A 2xx must be read, unless the driver says otherwise.
  public static var statusIsContract: Bool { false }
  /// No token, unless the driver says otherwise.
  public var tokenSource: TokenSource? { nil }
}

/// What a driver needs besides the message.
///
/// Tests pass fixed values, so that a signed request can be compared byte for byte.
public struct SendContext: Sendable {
  /// The time.
  public var now: Timestamp
  /// When the message becomes worthless; its distance from `now` is its lifetime.
  public var deadline: Timestamp
  /// What no other attempt has.
  public var nonce: Nonce
  /// The token, for drivers with a ``TokenSource``.
  public var token: Secret?

  /// A context.
  public init(now: Timestamp, deadline: Timestamp, nonce: Nonce, token: Secret? = nil) {
    self.now = now
    self.deadline = deadline
    self.nonce = nonce
    self.token = token
  }
}

/// A value that no other attempt has, for providers that want one in a signature.
public struct Nonce: Sendable, ExpressibleByStringLiteral {
  private enum Value {
    case drawn(UInt64, UInt64)
    case given(String)
  }
  private let value: Value

  /// Two random numbers; text is made of them only when a driver asks.
  public init(_ high: UInt64, _ low: UInt64) { value = .drawn(high, low) }

  /// A fixed text, for tests.
  public init(stringLiteral text: String) { value = .given(text) }

  /// Letters and digits, at most 26.
  public var text: String {
    switch value {
    case .drawn(let high, let low): String(high, radix: 36) + String(low, radix: 36)
    case .given(let text): text
    }
  }
}

/// A message that a driver cannot send; nothing was sent.
public struct Refusal: Error, Sendable {
  /// What the pipeline makes of it.
  public var answer: Answer

  /// A refusal that means `answer`.
  public init(_ answer: Answer) { self.answer = answer }
}

/// What a driver wants done.
public enum Exchange: Sendable {
  /// An HTTP request.
  case http(HTTPExchange)
  /// A mail; indirect, as its size would make every HTTP request's way dearer.
  indirect case smtp(SMTPExchange)
}

/// What came back, whole.
public enum Reply: Sendable {
  /// An HTTP response.
  case http(HTTPReply)
  /// A mail server's reply; indirect for the same reason.
  indirect case smtp(SMTPReply)
}

extension Answer {
  /// What a driver makes of a reply in a protocol that it did not ask in: a fault of the program.
  static let foreignReply = Answer(
    .ambiguous, code: "reply.foreign", detail: "the reply is not of the driver's own protocol")
}
