public import Delivery

/// One way of handing a message to one provider: two pure functions.
///
/// A driver opens no socket, reads no clock, draws no random number, logs and counts nothing: the
/// pipeline does. An exchange that ended without a complete reply never reaches it.
public protocol Driver: Sendable {
  /// Its id, channel, documentation and settings.
  static var descriptor: DriverDescriptor { get }
  /// Whether a 2xx means that the message was taken even when its body is cut off or cannot be read;
  /// `false` unless the driver says otherwise.
  static var statusIsContract: Bool { get }
  /// Reads the connector's `config`; every problem is noted in `settings`.
  /// - Throws: ``InvalidSettings`` when a driver cannot be made of them.
  init(settings: SettingsReader) throws(InvalidSettings)
  /// The request that hands `message` over.
  /// - Throws: ``Refusal`` when this message cannot be sent by this provider; nothing was sent.
  func exchange(for message: Message, context: SendContext) throws(Refusal) -> Exchange
  /// What a complete reply means.
  func answer(to reply: Reply) -> Answer
}

extension Driver {
  /// A 2xx must be read, unless the driver says otherwise.
  public static var statusIsContract: Bool { false }
}

/// What a driver needs besides the message.
///
/// Tests pass fixed values, so that a signed request can be compared byte for byte.
public struct SendContext: Sendable {
  /// The time.
  public var now: Timestamp
  /// When the message becomes worthless; its distance from `now` is its lifetime.
  public var deadline: Timestamp
  /// Characters that no other attempt has.
  public var nonce: String

  /// A context.
  public init(now: Timestamp, deadline: Timestamp, nonce: String) {
    self.now = now
    self.deadline = deadline
    self.nonce = nonce
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
}

/// What came back, whole.
public enum Reply: Sendable {
  /// An HTTP response.
  case http(HTTPReply)
}
